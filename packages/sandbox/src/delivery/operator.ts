import { formatMailDate, parseMime } from '@mss/formats/mime';
import { isPatientAddress, patientDomain } from '@mss/ins-address';
import type { Clock, RandomSource } from '@mss/core';
import { domainOf, type Account, type Accounts } from '../account.js';
import type { StorageBudget } from '../store/budget.js';
import type { StoredMessage } from '../store/folder.js';
import { buildDeliveryReport, type RecipientOutcome } from './delivery-report.js';
import type { Envelope, EnvelopeRecipient } from './envelope.js';
import { headerSection, lines, oneLine } from './mail-text.js';

export interface OperatorParts {
  readonly hostname: string;
  readonly accounts: Accounts;
  readonly budget: StorageBudget;
  readonly trustedDomains: ReadonlySet<string>;
  readonly unknownRecipients: 'bounce' | 'refuse';
  readonly clock: Clock;
  readonly random: RandomSource;
}

export type SubmitOutcome =
  | { readonly accepted: true; readonly queueId: string }
  | { readonly accepted: false; readonly code: number; readonly text: string };

/** Told of each message that reached a mailbox. */
export type DeliveryListener = (account: Account, message: StoredMessage) => void;

/** A message on its way to one recipient. */
interface Delayed {
  readonly account: Account;
  readonly envelope: Envelope;
  readonly recipient: EnvelopeRecipient;
  readonly content: Uint8Array;
  readonly queueId: string;
}

/**
 * The operator's message transfer: who may be written to, delivery into the mailboxes, and what comes back.
 *
 * Delivery happens within the transaction, so that tests need not wait: when the final dot is answered, the
 * message is in the mailboxes and the reports are in the sender's. Only what is sent to a delayed mailbox waits, for its next state.
 */
export class Operator {
  readonly #parts: OperatorParts;
  readonly #listeners = new Set<DeliveryListener>();
  /** Messages to mailboxes that are delayed, oldest first; they count against the storage. */
  #delayed: readonly Delayed[] = [];

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  onDelivery(listener: DeliveryListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why RCPT is refused, or `null`. What is accepted here may still come back as a report. */
  refusalOfRecipient(address: string): { readonly code: number; readonly text: string } | null {
    const { accounts, trustedDomains, unknownRecipients } = this.#parts;
    const domain = domainOf(address);
    const local = accounts.hasDomain(domain) || domain === patientDomain;
    if (!local && !trustedDomains.has(domain)) return { code: 550, text: '5.7.1 The domain is not in the MSSante trust space' };
    if (local && unknownRecipients === 'refuse' && accounts.find(address) === undefined)
      return { code: 550, text: '5.1.1 No such mailbox' };
    return null;
  }

  /** Takes a message in: all deliverable recipients get it, or none does. */
  submit(envelope: Envelope, content: Uint8Array): SubmitOutcome {
    const { budget, random } = this.#parts;
    const queueId = random.uuid().slice(0, 13).replace('-', '').toUpperCase();
    const decided = envelope.recipients.map((recipient) => ({ recipient, outcome: this.#judge(recipient, content.length) }));
    const deliverable = decided.filter(({ outcome }) => outcome.action === 'delivered');
    const prefix = (recipient: EnvelopeRecipient): Uint8Array => this.#traceFields(envelope, recipient, queueId);
    const needed = deliverable.reduce((sum, { recipient }) => sum + prefix(recipient).length + content.length, 0);
    const delayed = decided.filter(({ outcome }) => outcome.action === 'delayed');
    if (budget.usedBytes + needed + delayed.length * content.length > budget.limitBytes)
      return { accepted: false, code: 452, text: '4.3.1 The sandbox is full' };
    for (const { recipient } of deliverable) {
      const account = this.#parts.accounts.find(recipient.address);
      if (account !== undefined) this.#put(account, Buffer.concat([prefix(recipient), content]));
    }
    for (const { recipient } of delayed) {
      const account = this.#parts.accounts.find(recipient.address);
      if (account === undefined || !budget.reserve(content.length)) continue;
      this.#delayed = [...this.#delayed, { account, envelope, recipient, content, queueId }];
    }
    this.#report(
      envelope,
      content,
      decided.map(({ outcome }) => outcome),
    );
    return { accepted: true, queueId };
  }

  /** Delivers or returns what waited for the mailbox, by the state it has now. */
  deliverDelayed(account: Account): void {
    const due = this.#delayed.filter((one) => one.account === account);
    this.#delayed = this.#delayed.filter((one) => one.account !== account);
    for (const { envelope, recipient, content, queueId } of due) {
      this.#parts.budget.release(content.length);
      const outcome = this.#judge(recipient, content.length);
      if (outcome.action === 'delivered') this.#put(account, Buffer.concat([this.#traceFields(envelope, recipient, queueId), content]));
      this.#report(envelope, content, [outcome]);
    }
  }

  #put(account: Account, content: Uint8Array): void {
    const message = account.mailbox.inbox.add(content, { internalDate: this.#parts.clock.now() });
    if (message !== null) for (const listener of this.#listeners) listener(account, message);
  }

  #judge(recipient: EnvelopeRecipient, bytes: number): RecipientOutcome {
    const failed = (status: string, text: string): RecipientOutcome => ({
      recipient,
      action: 'failed',
      status,
      diagnostic: `550 ${status} ${text}`,
    });
    const { accounts } = this.#parts;
    const account = accounts.find(recipient.address);
    if (account === undefined) {
      const known = accounts.hasDomain(domainOf(recipient.address)) || isPatientAddress(recipient.address);
      return known ? failed('5.1.1', 'No such mailbox') : failed('5.4.4', 'The sandbox has no route to this domain');
    }
    if (account.state === 'delayed')
      return { recipient, action: 'delayed', status: '4.4.1', diagnostic: '451 4.4.1 No answer from the mailbox server, tried again' };
    if (account.state === 'closed') return failed('5.2.1', 'Mailbox closed');
    if (account.state === 'full' || !account.mailbox.hasRoomFor(bytes)) return failed('5.2.2', 'Mailbox full');
    if (bytes > account.maxMessageBytes) return failed('5.3.4', 'Message too big');
    return { recipient, action: 'delivered', status: '2.0.0', diagnostic: 'delivered' };
  }

  /** RFC 5321 §4.4: the return path and how the message came, before everything else. */
  #traceFields({ sender, trace }: Envelope, recipient: EnvelopeRecipient, queueId: string): Uint8Array {
    return Buffer.from(
      lines(
        `Return-Path: <${oneLine(sender)}>`,
        `Delivered-To: ${oneLine(recipient.address)}`,
        `Received: from ${oneLine(trace.helo) || 'unknown'} ([${trace.remoteAddress}])`,
        trace.tls === null ? null : `\t(using ${trace.tls})`,
        `\tby ${this.#parts.hostname} with ${trace.protocol} id ${queueId}`,
        `\tfor <${oneLine(recipient.address)}>; ${formatMailDate(this.#parts.clock.now())}`,
      ),
      'utf8',
    );
  }

  #report(envelope: Envelope, content: Uint8Array, outcomes: readonly RecipientOutcome[]): void {
    const account = this.#parts.accounts.find(envelope.sender);
    if (envelope.sender === '' || account === undefined) return;
    const headerAsks = asksForReceipt(content);
    const wanted = outcomes.filter(({ recipient, action }) => {
      if (action === 'failed') return recipient.notify === null || recipient.notify.has('FAILURE');
      if (action === 'delayed') return recipient.notify?.has('DELAY') === true;
      // ECO.2.3.1: the header asks when the envelope says nothing.
      return recipient.notify === null ? headerAsks : recipient.notify.has('SUCCESS');
    });
    const groups: [RecipientOutcome[], DeliveryReporter][] = [
      [wanted.filter(({ action }) => action === 'delivered'), successReporter(this.#parts.hostname)],
      [wanted.filter(({ action }) => action === 'delayed'), delayReporter(this.#parts.hostname)],
      [
        wanted.filter(({ action, recipient }) => action === 'failed' && !isPatientAddress(recipient.address)),
        failureReporter(this.#parts.hostname),
      ],
      ...wanted
        .filter(({ action, recipient }) => action === 'failed' && isPatientAddress(recipient.address))
        .map((outcome): [RecipientOutcome[], DeliveryReporter] => [[outcome], patientSpaceReporter(outcome)]),
    ];
    for (const [reported, reporter] of groups) {
      if (reported.length === 0) continue;
      const now = this.#parts.clock.now();
      const { hostname, random } = this.#parts;
      const report = buildDeliveryReport({
        hostname,
        envelope,
        outcomes: reported,
        original: content,
        arrivedAt: now,
        now,
        uniqueId: random.uuid(),
        reporter,
      });
      const recipient: EnvelopeRecipient = { address: envelope.sender, notify: null, originalRecipient: null };
      const trace = { helo: 'localhost', remoteAddress: '127.0.0.1', protocol: 'ESMTP', tls: null };
      const own: Envelope = { sender: '', envelopeId: null, returnContent: null, recipients: [recipient], trace };
      this.#put(account, Buffer.concat([this.#traceFields(own, recipient, 'LOCAL'), report]));
    }
  }
}

interface DeliveryReporter {
  readonly address: string;
  readonly subject: string;
  readonly text: readonly string[];
}

const successReporter = (hostname: string): DeliveryReporter => ({
  address: `MAILER-DAEMON@${hostname}`,
  subject: 'Successful Mail Delivery Report',
  text: ['Votre message a été remis aux destinataires suivants.'],
});

const delayReporter = (hostname: string): DeliveryReporter => ({
  address: `MAILER-DAEMON@${hostname}`,
  subject: 'Delayed Mail (still being retried)',
  text: ["Votre message n'a pas encore pu être remis aux destinataires suivants. L'opérateur essaie de nouveau."],
});

const failureReporter = (hostname: string): DeliveryReporter => ({
  address: `MAILER-DAEMON@${hostname}`,
  subject: 'Undelivered Mail Returned to Sender',
  text: ["Votre message n'a pas pu être remis aux destinataires suivants."],
});

/**
 * The answer of Mon espace santé.
 *
 * The note for editors (V1.3 §6) gives the subjects and the causes; its texts and its MIME form are not public, so
 * the form of RFC 3464 stands in.
 */
function patientSpaceReporter({ status }: RecipientOutcome): DeliveryReporter {
  const tooBig = status === '5.3.4';
  const causes: Readonly<Record<string, string>> = {
    '5.1.1': "L'usager n'a pas été trouvé dans Mon espace santé.",
    '5.2.1': "La messagerie de l'usager est fermée.",
    '5.2.2': "La messagerie de l'usager est pleine.",
    '5.3.4': 'Le message dépasse la taille de 25 Mo.',
  };
  return {
    address: `MAILER-DAEMON@${patientDomain}`,
    subject: tooBig ? 'Undelivered Mail Returned to Sender' : '=?utf-8?Q?Message_non_distribu=C3=A9?=',
    text: ["Votre message n'a pas été distribué.", causes[status] ?? 'La messagerie ne peut pas être jointe.'],
  };
}

/** ECO.2.3.1: `Return-Receipt-To`. A header section that cannot be read asks for nothing. */
function asksForReceipt(content: Uint8Array): boolean {
  try {
    return parseMime(headerSection(content)).value.headersNamed('Return-Receipt-To').length > 0;
  } catch {
    return false;
  }
}
