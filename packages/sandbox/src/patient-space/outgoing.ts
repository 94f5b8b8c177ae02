import type { Clock, RandomSource } from '@mss/core';
import {
  addressHeader,
  createMessageId,
  dateHeader,
  messageIdHeader,
  plainHeader,
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

/**
 * The read receipt of Mon espace santé: the patient opened the message, the space reports it.
 *
 * @see RFC 8098 §3
 */
export function buildPatientReceipt(parts: OutgoingParts): OutgoingMail {
  const messageId = createMessageId(patientDomain, { random: parts.random });
  const headers = [
    ...commonHeaders(parts, { messageId, subject: headerText(`Lu : ${parts.original.subject}`) }),
    plainHeader('Auto-Submitted', 'auto-replied'),
  ];
  const fields = [
    'Reporting-UA: Mon espace sante (bac a sable)',
    `Final-Recipient: rfc822;${parts.from.address}`,
    ...(parts.original.messageId === null ? [] : [`Original-Message-ID: ${parts.original.messageId}`]),
    'Disposition: manual-action/MDN-sent-automatically; displayed',
  ];
  const content = writeMime(
    {
      mediaType: 'multipart/report',
      parameters: { 'report-type': 'disposition-notification' },
      headers,
      children: [
        { mediaType: 'text/plain', text: "Votre message a été lu par l'usager dans Mon espace santé.\r\n" },
        { mediaType: 'message/disposition-notification', text: fields.map((line) => `${line}\r\n`).join('') },
      ],
    },
    { random: parts.random },
  );
  return { messageId, content };
}
