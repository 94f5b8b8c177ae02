import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createFileVault, openLedger, type HandOver, type Ledger, type ReceiveSummary, type RunSummary } from '@mss/ledger';
import { composeMessage, type ComposedMessage, type ComposeOptions, type MessageDraft, type Sender } from '@mss/message';
import type { SecureChannelPolicy } from '@mss/pki';
import { openSqliteStore } from '@mss/store';
import { openMailbox, submitMessage, type MailboxAuthentication } from '@mss/transport';

/** How a piece of practice software reaches its operator. All of it is configuration. */
export interface OperatorAccess {
  readonly policy: SecureChannelPolicy;
  readonly host: string;
  /** The name that the operator's certificate covers, when the address is not it. */
  readonly servername: string;
  readonly smtpPort: number;
  readonly imapPort: number;
  readonly auth: MailboxAuthentication;
}

/** What a practice's software does with MSSanté: the adapter that a vendor writes, and no more than that. */
export interface Practice extends AsyncDisposable {
  readonly sender: Sender;
  /** The account of every message. */
  readonly ledger: Ledger;
  /** Composes, without sending. */
  compose(draft: Omit<MessageDraft, 'from'>): Promise<ComposedMessage>;
  /** Puts the bytes that were composed into the outbox: from then on they survive whatever happens to this process. */
  queue(message: ComposedMessage, documentId: string): Promise<void>;
  /** Sends what is due: documents, answers and read receipts. */
  sendDue(): Promise<RunSummary>;
  /** Hands over everything that is new in the inbox, each message once. */
  receive(handOver: HandOver): Promise<ReceiveSummary>;
  /** What the software does when the workstation is switched off and on again: all it knows is on the disk. */
  restart(): Promise<void>;
}

/** Opens a practice on its operator, its ledger in a folder that goes away with it. */
export async function openPractice(sender: Sender, access: OperatorAccess, options: ComposeOptions): Promise<Practice> {
  const { policy, host, servername, auth } = access;
  const { address } = sender;
  const folder = await mkdtemp(join(tmpdir(), 'first-exchange-'));
  // A product keeps these keys elsewhere than the database.
  const keys = { sealing: { id: 'demo', secret: randomBytes(32) }, pseudonyms: randomBytes(32) };
  const submission = { policy, host, servername, port: access.smtpPort, security: 'implicit', auth } as const;
  const open = async (): Promise<{ readonly ledger: Ledger; close(): Promise<void> }> => {
    const store = await openSqliteStore({ file: join(folder, 'ledger.db') });
    // The copy to oneself is the evidence that settles a message of which nobody knows whether it left.
    const ledger = await openLedger({ store, contents: await createFileVault(join(folder, 'contents')), keys, outbox: { selfCopy: true } });
    const close = async (): Promise<void> => {
      await ledger.close();
      await store.close();
    };
    return { ledger, close };
  };
  let opened = await open();
  return {
    sender,
    get ledger() {
      return opened.ledger;
    },
    compose: (draft) => composeMessage({ ...draft, from: sender }, options),
    async queue({ bytes, envelope, dsn }, documentId) {
      await opened.ledger.outbox.queue({
        documentId,
        message: bytes,
        mailbox: address,
        recipients: envelope.to.map((one) => ({ address: one, ...(dsn === null ? {} : { notify: dsn.notify }) })),
        author: 'demonstration',
      });
    },
    sendDue: () =>
      opened.ledger.outbox.run({ submit: (message, call) => submitMessage({ ...submission, ...call }, message), until: 'idle' }),
    async receive(handOver) {
      await using opening = await openMailbox({ policy, host, servername, port: access.imapPort, security: 'implicit', auth });
      // What is read and flagged leaves its trace (ECO.4.1.1).
      const mailbox = await opened.ledger.audit.traced(opening, { address, author: 'demonstration' });
      return await opened.ledger.inbox.receive({ mailbox, address, kind: 'personal', handOver, receipts: 'all' });
    },
    async restart() {
      await opened.close();
      opened = await open();
    },
    async [Symbol.asyncDispose]() {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
