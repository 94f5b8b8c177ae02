import type { Clock, RandomSource } from '@mss/core';
import {
  addressHeader,
  createMessageId,
  dateHeader,
  messageIdHeader,
  textHeader,
  writeMime,
  type MailAddress,
  type MimeHeaderDraft,
} from '@mss/formats/mime';
import { patientDomain } from '@mss/ins-address';
import type { ReceivedMail } from './received.js';

export interface OutgoingParts {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly original: ReceivedMail;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export interface OutgoingMail {
  readonly messageId: string;
  readonly content: Uint8Array;
}

function commonHeaders(
  { from, to, original, clock }: OutgoingParts,
  own: { readonly messageId: string; readonly subject: string },
): MimeHeaderDraft[] {
  const thread = [...original.references, ...(original.messageId === null ? [] : [original.messageId])].slice(-20);
  return [
    addressHeader('From', [from]),
    addressHeader('To', to),
    textHeader('Subject', own.subject),
    dateHeader(clock.now()),
    messageIdHeader('Message-ID', [own.messageId]),
    ...(original.messageId === null ? [] : [messageIdHeader('In-Reply-To', [original.messageId])]),
    ...(thread.length === 0 ? [] : [messageIdHeader('References', thread)]),
  ];
}

/** Without line breaks and other control characters, which a header cannot hold. */
const headerText = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();

/** The patient's answer: plain text. */
export function buildPatientReply(parts: OutgoingParts, text: string): OutgoingMail {
  const messageId = createMessageId(patientDomain, { random: parts.random });
  const { subject } = parts.original;
  const headers = commonHeaders(parts, { messageId, subject: headerText(/^re ?:/i.test(subject) ? subject : `Re: ${subject}`) });
  return {
    messageId,
    content: writeMime({ mediaType: 'text/plain', headers, text: text.replaceAll(/\r?\n/g, '\r\n') }, { random: parts.random }),
  };
}
