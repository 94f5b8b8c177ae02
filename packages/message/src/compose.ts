import type { DocumentSet } from '@mss/cda';
import { getProfile, MssError, systemClock, type Profile } from '@mss/core';
import {
  addressHeader,
  createMessageId,
  dateHeader,
  equalAddresses,
  isMssAddress,
  messageIdHeader,
  plainHeader,
  textHeader,
  toAsciiDomain,
  writeMime,
  type MailAddress,
  type MimeHeaderDraft,
  type MimePartDraft,
} from '@mss/formats/mime';
import { patientDomain } from '@mss/ins-address';
import { requestDsn, requestMdn, type DsnRequest } from '@mss/receipts';
import { announcesDocuments, formatSubject, replySubject, xdmPrefix } from '@mss/subject';
import type { XdmMissingAttribute } from '@mss/xdm';

import { isArchiveName } from './archive-name.js';
import { buildBody, type Body } from './body.js';
import { replyHeaders } from './conversation.js';
import { attachDocuments } from './documents.js';
import type { AttachmentDraft, ComposeOptions, MessageDraft } from './draft.js';
import type { MessageErrorCode } from './errors.js';
import { checkRecipients, isPatientMailbox, uniqueRecipients, wireAddress, type Recipient } from './recipients.js';
import { checkRightEyes } from './right-eyes.js';
import { formatSenderLabel } from './sender.js';
import { xMssHeaders } from './x-mss-headers.js';

/** A message ready to be sent, and everything the host records of it. */
export interface ComposedMessage {
  /** RFC 5322 bytes, CRLF, ASCII. The same bytes are sent again if they must be. */
  readonly bytes: Uint8Array;
  /** With angle brackets. */
  readonly messageId: string;
  /** The subject as a person reads it. */
  readonly subject: string;
  /** Domains in ASCII, as SMTP writes them. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** What the transport asks of the server when a delivery receipt is wanted. */
  readonly dsn: DsnRequest | null;
  readonly attachments: readonly AttachmentDraft[];
  readonly missingMetadata: readonly XdmMissingAttribute[];
  readonly unrendered: readonly { readonly document: number; readonly code: string; readonly where: string }[];
}

function refuse(code: MessageErrorCode, message: string, requirement?: string): never {
  throw new MssError<MessageErrorCode>(code, message, requirement === undefined ? {} : { requirement });
}

function subjectOf(draft: MessageDraft, profile: Profile): string {
  const set = draft.documents;
  if (set !== undefined) {
    return formatSubject(
      { label: set.documents[0].header.code.displayName, documentCount: set.documents.length, patient: set.patient },
      { profile: profile.id },
    );
  }
  const subject = draft.subject ?? (draft.inReplyTo?.subject === undefined ? '' : replySubject(draft.inReplyTo.subject));
  if (subject.trim() === '') refuse('ERR_MSS_MESSAGE_SUBJECT', 'a message without documents needs a subject');
  if (announcesDocuments(subject)) {
    refuse('ERR_MSS_MESSAGE_SUBJECT', 'only a message with documents may announce documents in its subject', 'ECO.2.1.3');
  }
  if (subject.trim() === '[FIN]') {
    refuse(
      'ERR_MSS_MESSAGE_SUBJECT',
      'the subject [FIN] would end every earlier conversation with the patient: use endConversation',
      'ECO.2.2.8',
    );
  }
  return subject.normalize('NFC').trim();
}

const sameMailbox = (address: string, other: string): boolean => equalAddresses(address, other, { ignoreLocalCase: true });

/** The contact of an applicative mailbox, checked; `null` for the other kinds. */
function contactOf(draft: MessageDraft): string | null {
  const contact = draft.applicativeContact;
  if (draft.from.kind !== 'applicative') {
    if (contact !== undefined)
      refuse('ERR_MSS_MESSAGE_APPLICATIVE_CONTACT', 'only an applicative mailbox has a contact mailbox', 'ECO.2.2.5');
    return null;
  }
  if (contact === undefined || !isMssAddress(contact) || isPatientMailbox(contact) || sameMailbox(contact, draft.from.address)) {
    refuse(
      'ERR_MSS_MESSAGE_APPLICATIVE_CONTACT',
      'an applicative mailbox needs the address of a personal or organisational mailbox that can be written to',
      'ECO.2.2.5',
    );
  }
  if (draft.replyTo !== undefined && !sameMailbox(draft.replyTo, contact)) {
    refuse('ERR_MSS_MESSAGE_APPLICATIVE_CONTACT', 'the Reply-To of an applicative mailbox is its contact mailbox', 'ECO.2.2.5');
  }
  return contact;
}

/** Where answers go: the contact of an applicative mailbox, else what the host says. */
function replyToOf(draft: MessageDraft, contact: string | null): string | undefined {
  const replyTo = contact ?? draft.replyTo;
  if (replyTo !== undefined && (!isMssAddress(replyTo) || isPatientMailbox(replyTo))) {
    refuse('ERR_MSS_MESSAGE_RECIPIENT', 'answers go to the mail address of a professional mailbox');
  }
  return replyTo;
}

/** A media type without parameters; multiparts are made, not attached. */
const attachable = /^(?!multipart\/)[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/i;

/** `IHE_XDM.ZIP` is the toolkit's own; two files of one name cannot be told apart by the receiver. */
function checkAttachments(attachments: readonly AttachmentDraft[], extra: readonly AttachmentDraft[]): void {
  for (const { name, mediaType } of extra) {
    if (name.trim() === '' || /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name) || !attachable.test(mediaType)) {
      refuse('ERR_MSS_MESSAGE_ATTACHMENT', 'an attachment needs a plain file name and a media type');
    }
    if (isArchiveName(name)) {
      refuse('ERR_MSS_MESSAGE_ATTACHMENT', 'an archive of documents is built from them, never attached by hand', 'ECO.2.1.1');
    }
  }
  const names = attachments.map((file) => file.name.normalize('NFC').toLowerCase());
  if (new Set(names).size < names.length) refuse('ERR_MSS_MESSAGE_DUPLICATE_ATTACHMENT', 'two attachments have the same name');
}

/** Recipients and the address for answers, which quote: patients apart, all belong to the trust space. */
function checkTrustSpace(
  recipients: readonly Recipient[],
  context: { readonly replyTo: string | undefined; readonly options: ComposeOptions },
): void {
  const { isInTrustSpace, dangerouslyAllowOutsideTrustSpace } = context.options;
  if (isInTrustSpace === undefined || dangerouslyAllowOutsideTrustSpace === true) return;
  const addresses = recipients.filter((one) => one.kind === 'professional').map((one) => one.address);
  if (addresses.some((address) => !isInTrustSpace(address)))
    refuse('ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE', 'a recipient is outside the trust space');
  if (context.replyTo !== undefined && !isInTrustSpace(context.replyTo)) {
    refuse('ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE', 'the address for answers is outside the trust space');
  }
}

function checkSize(
  bytes: number,
  recipients: readonly Recipient[],
  context: { readonly profile: Profile; readonly options: ComposeOptions },
): void {
  for (const recipient of recipients) {
    const domain = toAsciiDomain(recipient.address.slice(recipient.address.lastIndexOf('@') + 1)) ?? '';
    const most =
      context.options.maxBytesByDomain?.[domain] ??
      (domain === patientDomain ? context.profile.message.patientMessageBytes : Number.POSITIVE_INFINITY);
    if (bytes > most) {
      throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_TOO_LARGE', 'the message is larger than a recipient’s domain takes', {
        details: { bytes, most, domain },
      });
    }
  }
}

function bodyPart(body: Body): MimePartDraft {
  const text: MimePartDraft = { mediaType: 'text/plain', text: body.text };
  if (body.html === null) return text;
  return { mediaType: 'multipart/alternative', children: [text, { mediaType: 'text/html', text: body.html }] };
}

const mailbox = (recipient: Recipient): MailAddress => ({
  name: recipient.kind === 'professional' ? (recipient.name ?? null) : null,
  address: recipient.address,
});

/**
 * Composes an MSSanté mail: checks who may receive it, derives archive, PDF, subject, names and headers from the
 * documents, and writes the bytes.
 *
 * Nothing is sent and nothing is stored. What is refused is refused before a PDF is rendered.
 *
 * @throws MssError `ERR_MSS_MESSAGE_*` (see {@link MessageErrorCode}), and the codes of `@mss/subject`, `@mss/xdm`,
 * `@mss/cda-pdf` and `@mss/formats/mime` for what they cannot write.
 * @see Référentiel #2 v0.1, chapter 3: ECO.2.1.1 to 2.3.2
 */
export async function composeMessage(draft: MessageDraft, options: ComposeOptions = {}): Promise<ComposedMessage> {
  const profile = getProfile(options.profile);
  const environment = options.environment ?? 'production';
  const at = (options.clock ?? systemClock).now();
  const set: DocumentSet | undefined = draft.documents;

  const label = formatSenderLabel(draft.from, { separator: options.labelSeparator ?? '_' });
  const to = uniqueRecipients(draft.to);
  const recipients = uniqueRecipients([...to, ...(draft.cc ?? [])]);
  const cc = recipients.slice(to.length);
  checkRecipients(recipients, set?.patient ?? null);
  if (set !== undefined)
    checkRightEyes(set, recipients, { at, environment, masks: options.archive?.documents?.map((one) => one?.visibility ?? null) ?? [] });
  const contact = contactOf(draft);
  const replyTo = replyToOf(draft, contact);
  checkTrustSpace(recipients, { replyTo, options });
  const subject = subjectOf(draft, profile);
  const body = buildBody(draft, { withDocuments: set !== undefined, ...(contact === null ? {} : { contact }) });
  const xMss = xMssHeaders(profile, {
    documents: set ?? null,
    recipients,
    nil: options.nil,
    endConversation: draft.endConversation === true,
  });
  const extra = draft.attachments ?? [];
  checkAttachments(extra, extra);

  const messageId = createMessageId(
    draft.from.address.slice(draft.from.address.lastIndexOf('@') + 1),
    options.random === undefined ? {} : { random: options.random },
  );
  const sender: MailAddress = { name: label, address: draft.from.address };
  const headers: MimeHeaderDraft[] = [
    dateHeader(at, { zone: options.zone ?? '+0000' }),
    addressHeader('From', [sender]),
    ...(to.length === 0 ? [] : [addressHeader('To', to.map(mailbox))]),
    ...(cc.length === 0 ? [] : [addressHeader('Cc', cc.map(mailbox))]),
    ...(replyTo === undefined ? [] : [addressHeader('Reply-To', [{ name: null, address: replyTo }])]),
    messageIdHeader('Message-ID', [messageId]),
    textHeader('Subject', subject, set === undefined ? {} : { keepPrefix: xdmPrefix }),
  ];
  if (draft.inReplyTo !== undefined) {
    const reply = replyHeaders(draft.inReplyTo);
    headers.push(messageIdHeader('In-Reply-To', [reply.inReplyTo]), messageIdHeader('References', reply.references));
  }
  const dsn =
    draft.request?.dsn === true
      ? requestDsn({ mailbox: draft.from.address, ...(options.random === undefined ? {} : { random: options.random }) })
      : null;
  if (dsn !== null) headers.push(...dsn.headers);
  if (draft.request?.mdn === true) headers.push(...requestMdn({ mailbox: draft.from.address }).headers);
  headers.push(...xMss.map(([name, value]) => plainHeader(name, value)));

  const documents = set === undefined ? null : await attachDocuments(set, { draft, options, at });
  const attachments = [...(documents?.attachments ?? []), ...extra];
  checkAttachments(attachments, []);
  const main = bodyPart(body);
  const root: MimePartDraft =
    attachments.length === 0
      ? { ...main, headers }
      : {
          mediaType: 'multipart/mixed',
          headers,
          children: [
            main,
            ...attachments.map((file): MimePartDraft => ({
              mediaType: file.mediaType,
              disposition: 'attachment',
              fileName: file.name,
              bytes: file.bytes,
            })),
          ],
        };
  const bytes = writeMime(root, options.random === undefined ? {} : { random: options.random });
  checkSize(bytes.length, recipients, { profile, options });
  return {
    bytes,
    messageId,
    subject,
    envelope: {
      from: wireAddress(draft.from.address) ?? draft.from.address,
      to: recipients.map(({ address }) => wireAddress(address) ?? address),
    },
    dsn,
    attachments,
    missingMetadata: documents?.missingMetadata ?? [],
    unrendered: documents?.unrendered ?? [],
  };
}
