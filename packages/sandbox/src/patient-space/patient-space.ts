import { isMssError, MssError, type Clock, type RandomSource } from '@mss/core';
import { equalAddresses, type MailAddress } from '@mss/formats/mime';
import { isPatientAddress } from '@mss/ins-address';
import { buildMdn, decideMdn, mdnSentKeyword, type BuiltReceipt } from '@mss/receipts';
import type { Account } from '../account.js';
import type { Operator } from '../delivery/operator.js';
import type { SandboxErrorCode } from '../errors.js';
import { buildPatientReply, type OutgoingMail } from './outgoing.js';
import { leavesOf, readMail, textOf, type ReceivedMail } from './received.js';
import type { PatientConversation, PatientMessage, PatientReading, PatientSpace } from './types.js';

const shownInSpace: ReadonlySet<string> = new Set(['application/pdf', 'image/jpeg']);
const sameAddress = (one: string, other: string): boolean => equalAddresses(one, other, { ignoreLocalCase: true });

export interface SimulatorParts {
  readonly account: Account;
  readonly operator: Operator;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** Mon espace santé for one patient. */
export class PatientSpaceSimulator implements PatientSpace {
  readonly #parts: SimulatorParts;

  constructor(parts: SimulatorParts) {
    this.#parts = parts;
  }

  get address(): string {
    return this.#parts.account.address;
  }

  inbox(): readonly PatientMessage[] {
    const mails = this.#mails();
    return mails.map((mail) => this.#shown(mail, mails));
  }

  conversations(): readonly PatientConversation[] {
    const byId = new Map<string, PatientMessage[]>();
    for (const message of this.inbox()) byId.set(message.conversation, [...(byId.get(message.conversation) ?? []), message]);
    return [...byId].map(([id, messages]) => ({ id, messages }));
  }

  read(id: string): PatientReading {
    const mail = this.#find(id);
    const { inbox } = this.#parts.account.mailbox;
    inbox.setFlags(mail.stored.uid, new Set(mail.stored.flags).add('\\Seen'));
    const receipt = this.#answerReceiptRequest(mail);
    return { message: this.#shown(mail, this.#mails()), receipt };
  }

  reply(id: string, text: string): { readonly messageId: string; readonly recipients: number } {
    const mails = this.#mails();
    const mail = this.#find(id);
    const to = this.#answered(mail);
    if (isClosed(mail, mails) || to.length === 0) {
      throw new MssError<SandboxErrorCode>(
        'ERR_MSS_SANDBOX_REPLY_CLOSED',
        'the professional has ended the exchange, or nobody can be answered',
      );
    }
    const outgoing = buildPatientReply({ ...this.#outgoing(mail), to }, text);
    this.#send(outgoing, { sender: this.address, to });
    const { mailbox } = this.#parts.account;
    mailbox.inbox.setFlags(mail.stored.uid, new Set([...mail.stored.flags, '\\Answered']));
    mailbox.folder('Sent')?.add(outgoing.content, { internalDate: this.#parts.clock.now(), flags: ['\\Seen'] });
    return { messageId: outgoing.messageId, recipients: to.length };
  }

  #mails(): readonly ReceivedMail[] {
    return this.#parts.account.mailbox.inbox.messages.map(readMail).filter((mail) => mail !== null);
  }

  #find(id: string): ReceivedMail {
    const mail = this.#mails().find(({ stored }) => String(stored.uid) === id);
    if (mail === undefined) throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_UNKNOWN_MESSAGE', 'no message has this id');
    return mail;
  }

  #shown(mail: ReceivedMail, mails: readonly ReceivedMail[]): PatientMessage {
    return {
      id: String(mail.stored.uid),
      conversation: mail.references[0] ?? mail.messageId ?? `uid-${mail.stored.uid}`,
      sender: shownName(mail.from),
      others: mail.recipients.filter(({ address }) => !sameAddress(address, this.address)).map(shownName),
      subject: mail.subject,
      receivedAt: mail.stored.internalDate,
      read: mail.stored.flags.has('\\Seen'),
      canReply: !isClosed(mail, mails) && this.#answered(mail).length > 0,
      text: textOf(mail.mime),
      attachments: leavesOf(mail.mime)
        .filter(({ disposition }) => disposition === 'attachment')
        .map((part) => ({
          fileName: part.fileName,
          mediaType: part.mediaType,
          shown: shownInSpace.has(part.mediaType),
          content: () => part.content(),
        })),
    };
  }

  /** Reply-To when it is an address of the trust space, else the sender; and the other professionals of the message. */
  #answered(mail: ReceivedMail): readonly MailAddress[] {
    const may = (address: MailAddress): boolean => this.#mayWriteTo(address);
    const replyTo = mail.replyTo.filter(may);
    const first = replyTo.length > 0 ? replyTo : mail.from === null ? [] : [mail.from].filter(may);
    const others = mail.recipients.filter(
      (other) => may(other) && !(replyTo.length > 0 && mail.from !== null && sameAddress(other.address, mail.from.address)),
    );
    const unique: MailAddress[] = [];
    for (const one of [...first, ...others]) if (!unique.some(({ address }) => sameAddress(address, one.address))) unique.push(one);
    return unique;
  }

  /** The patient cannot refuse, which stands for the consent that RFC 8098 §2.1 wants where the answer goes elsewhere. */
  #answerReceiptRequest(mail: ReceivedMail): PatientReading['receipt'] {
    const { account, clock, random } = this.#parts;
    const decision = decideMdn({ message: mail.mime, policy: 'always', flags: [...mail.stored.flags], consent: true });
    if (decision.reason === 'not-requested' || decision.reason === 'already-sent') return decision.reason;
    const to = decision.addresses.filter((address) => this.#mayWriteTo(address));
    if (decision.send !== 'yes' || to.length === 0) return 'refused';
    let receipt: BuiltReceipt;
    try {
      receipt = buildMdn(
        {
          original: mail.mime,
          to,
          mailbox: { name: account.label, address: account.address },
          actionMode: 'manual-action',
          sendingMode: 'MDN-sent-automatically',
          type: 'displayed',
          reportingUa: { product: 'Mon espace sante (bac a sable)' },
        },
        { clock, random },
      );
    } catch (error) {
      // The request itself cannot be answered.
      if (isMssError(error)) return 'refused';
      throw error;
    }
    account.mailbox.inbox.setFlags(mail.stored.uid, new Set([...mail.stored.flags, mdnSentKeyword]));
    this.#send({ messageId: receipt.messageId, content: receipt.bytes }, { sender: '', to });
    return 'sent';
  }

  #mayWriteTo({ address }: MailAddress): boolean {
    return !isPatientAddress(address) && this.#parts.operator.refusalOfRecipient(address) === null;
  }

  #outgoing(original: ReceivedMail): {
    readonly from: MailAddress;
    readonly original: ReceivedMail;
    readonly clock: Clock;
    readonly random: RandomSource;
  } {
    const { account, clock, random } = this.#parts;
    return { from: { name: account.label, address: account.address }, original, clock, random };
  }

  #send({ content }: OutgoingMail, envelope: { readonly sender: string; readonly to: readonly MailAddress[] }): void {
    const outcome = this.#parts.operator.submit(
      {
        sender: envelope.sender,
        envelopeId: null,
        returnContent: null,
        recipients: envelope.to.map(({ address }) => ({ address, notify: null, originalRecipient: null })),
        trace: { helo: 'mon-espace-sante', remoteAddress: '127.0.0.1', protocol: 'ESMTPS', tls: null },
      },
      content,
    );
    if (!outcome.accepted)
      throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_STORAGE_FULL', 'the storage limit of the sandbox is reached', {
        permanent: false,
      });
  }
}

function shownName(address: MailAddress | null): string {
  if (address === null) return '';
  return address.name ?? address.address.slice(0, Math.max(0, address.address.lastIndexOf('@')));
}

/** Whether the sender of a message has ended the exchange with it or later. */
function isClosed(mail: ReceivedMail, mails: readonly ReceivedMail[]): boolean {
  const { from } = mail;
  return mails.some(
    (later) =>
      later.ends &&
      later.stored.uid >= mail.stored.uid &&
      from !== null &&
      later.from !== null &&
      sameAddress(later.from.address, from.address),
  );
}
