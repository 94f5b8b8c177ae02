/**
 * The MSSanté mail: composed from documents or text, read back, with the refusals that protect the patient.
 *
 * Référentiel #2 v0.1, chapter 3 (ECO.2.1.1 to 2.3.2); v1.0.1, ECO.2.2.8 and 2.4.1 to 2.4.3. RFC 5322, RFC 2046, RFC 8098 (requests).
 *
 * @packageDocumentation
 */
export { composeMessage, type ComposedMessage } from './compose.js';
export { archiveFileName, isArchiveName } from './archive-name.js';
export { type AttachmentDraft, type ComposeOptions, type MessageDraft } from './draft.js';
export { readMessage, type ReceivedAttachment, type ReceivedMessage } from './read.js';
export { type ReceivedArchive } from './open-archives.js';
export { describeMessage, type MessageDescription } from './describe.js';
export { type PatientRecipient, type ProfessionalRecipient, type Recipient } from './recipients.js';
export { isSurelyAdult } from './right-eyes.js';
export {
  formatSenderLabel,
  parseSenderLabel,
  type EntitySender,
  type MailboxKind,
  type PersonalSender,
  type Sender,
  type SenderLabel,
} from './sender.js';
export { applicativeMention } from './body.js';
export { groupConversations, isMessageId, replyHeaders, type ParentMessage, type ThreadableMessage } from './conversation.js';
export { type MessageErrorCode, type MessageWarningCode } from './errors.js';
