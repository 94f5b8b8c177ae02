// A process of the chaos runs: outbox worker and inbox worker of one mailbox, which ends by SIGKILL at the step that it is told.
// Run by Node itself on the sources (source-hooks.mjs), so without `using`, which Node 22 cannot parse.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createFileVault, openLedger, type ContentVault, type InboxMailbox, type Ledger, type LedgerOptions } from '@mss/ledger';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy, type SecureSocket } from '@mss/pki';
import { openSqliteStore, type Store } from '@mss/store';
import { createSmtpPool, openMailbox, type Mailbox } from '@mss/transport';

import { appendRecord, readRecord } from './host-record.js';
import { letterBytes } from './letter.js';
import type { EntryFacts, FromWorker, Life, ToWorker, WorkerReport, WorkerStatus } from './protocol.js';
import type { Step } from './steps.js';

const tell = (message: FromWorker): void => void process.send?.(message);
/** The last words: the channel is closed once they are out. */
const last = (message: FromWorker): void => {
  if (message.kind === 'failed') process.exitCode = 1;
  process.send?.(message, () => process.disconnect());
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const ended: ReadonlySet<string> = new Set(['done', 'quarantined', 'gone', 'elsewhere']);
const keys = { sealing: { id: 'chaos', secret: new Uint8Array(32).fill(7) }, pseudonyms: new Uint8Array(32).fill(8) };
const finish = new AbortController();

/** Counts the steps, and ends the process at the one it is told to end at. */
function createSteps({ kill }: Life): (step: Step) => void {
  let passed = 0;
  return (step) => {
    if (step !== kill?.step) return;
    passed += 1;
    if (passed < kill.nth) return;
    process.kill(process.pid, 'SIGKILL');
    // Nothing else happens in this thread.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}

/** The vault, with its steps. */
function watchVault(vault: ContentVault, at: (step: Step) => void): ContentVault {
  return {
    put: async (name, parts) => {
      await vault.put(name, parts);
      at('content-sealed');
    },
    get: (name) => vault.get(name),
    delete: async (name) => {
      await vault.delete(name);
      at('content-erased');
    },
    names: () => vault.names(),
  };
}

/** A policy whose SMTP sockets tell when the final dot has left. */
function watchDot(policy: SecureChannelPolicy, at: (step: Step) => void): Pick<SecureChannelPolicy, 'connect' | 'connectStartTls'> {
  return {
    connectStartTls: (options) => policy.connectStartTls(options),
    connect: async (options) => {
      const socket = await policy.connect(options);
      const write = socket.write.bind(socket) as (chunk: Uint8Array | string, done?: (error?: Error | null) => void) => boolean;
      socket.write = ((chunk: Uint8Array | string, done?: (error?: Error | null) => void) => {
        const isDot = /^(?:\r\n)?\.\r\n$/.test(Buffer.from(chunk).toString('latin1'));
        if (!isDot) return write(chunk, done);
        return write(chunk, (error) => {
          at('dot-sent');
          done?.(error);
        });
      }) as SecureSocket['write'];
      return socket;
    },
  };
}

/** The mailbox, with its steps. */
function watchMailbox(mailbox: Mailbox, at: (step: Step) => void): InboxMailbox {
  return {
    openFolder: (folder, options) => mailbox.openFolder(folder, options),
    readMessage: (request) => mailbox.readMessage(request),
    fetchFlags: (request) => mailbox.fetchFlags(request),
    move: (request) => mailbox.move(request),
    waitForNew: (request) => mailbox.waitForNew(request),
    fetchNew: async function* (request) {
      for await (const message of mailbox.fetchNew(request)) {
        at('fetched');
        yield message;
      }
    },
    setFlags: async (change) => {
      const isMdn = change.add?.includes('$MDNSent') === true;
      at(isMdn ? 'hand-over-noted' : 'mdn-queued');
      const result = await mailbox.setFlags(change);
      at(isMdn ? 'mdn-marked' : 'flags-set');
      return result;
    },
  };
}

interface Opened {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly vault: ContentVault;
}

async function open(life: Life, given: { readonly at: (step: Step) => void; readonly clock?: LedgerOptions['clock'] }): Promise<Opened> {
  const store = await openSqliteStore({ file: join(life.folder, 'ledger.db') });
  const vault = await createFileVault(join(life.folder, 'vault'));
  const ledger = await openLedger({
    store,
    contents: watchVault(vault, given.at),
    keys,
    outbox: {
      selfCopy: true,
      // Seconds in the place of half an hour: the servers are on this machine and deliver in order.
      selfCopyDelayMs: 2_500,
      probeEveryMs: 2_500,
      onChange: ({ to }) => {
        if (to === 'accepted') given.at('verdict-noted');
      },
    },
    inbox: { leaseMs: 1_500, retryMs: 300, maxAttempts: 25 },
    telemetry: {
      meter: {
        createCounter: () => ({ add: () => {} }),
        createHistogram: (name) => ({
          record: () => {
            if (name.endsWith('hand_over_ms')) given.at('callback-done');
          },
        }),
      },
    },
    ...(given.clock === undefined ? {} : { clock: given.clock }),
  });
  return { store, ledger, vault };
}

async function live(life: Life): Promise<void> {
  const { address, server, folder } = life;
  const at = createSteps(life);
  const opened = await open(life, { at });
  const { ledger, store } = opened;
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'chaos', anchors: [server.caPem] }) });
  const channel = {
    host: server.host,
    servername: server.servername,
    security: 'implicit',
    auth: { type: 'password', user: address, password: server.password },
  } as const;
  const pool = createSmtpPool({ ...channel, policy: watchDot(policy, at), port: server.smtpPort, maxConnections: 2 });
  const stop = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    const queueing = (async () => {
      for (const letter of life.letters) {
        await ledger.outbox.queue({
          documentId: letter.documentId,
          message: letterBytes(letter, address),
          mailbox: address,
          recipients: [{ address: letter.to, notify: ['success', 'failure'] }],
          author: 'chaos',
        });
        at('queued');
        tell({ kind: 'queued', documentId: letter.documentId });
      }
    })();
    queueing.catch(reject);
  });
  failed.catch(() => {});
  const sending = ledger.outbox.run({
    worker: life.worker,
    concurrency: 2,
    pollMs: 200,
    signal: stop.signal,
    submit: async (message, call) => {
      const result = await pool.submit(message, {
        signal: call.signal,
        onStage: async (stage) => {
          await call.onStage(stage);
          at(stage === 'data-ended' ? 'dot-noted' : stage);
        },
      });
      at('answer-got');
      return result;
    },
  });
  tell({ kind: 'begun' });
  const mailbox = await openMailbox({ ...channel, policy, port: server.imapPort });
  const watched = watchMailbox(mailbox, at);
  const record = join(folder, 'host-record.jsonl');
  while (!finish.signal.aborted) {
    const receiving = ledger.inbox.receive({
      mailbox: watched,
      address,
      kind: 'organisational',
      claim: life.claim,
      receipts: 'none',
      mdn: { policy: 'always' },
      handOver: async (delivery) => {
        at('callback-begun');
        // The only question that a host has to ask: did the crash come after its own commit?
        const isKnown = delivery.perhapsBefore && readRecord(record).some((line) => line.delivery === delivery.id);
        const { message } = delivery;
        if (isKnown) appendRecord(join(folder, 'told-again.jsonl'), { delivery: delivery.id, messageId: null, sha256: '' });
        else {
          const sha256 = createHash('sha256')
            .update(message?.body.text?.trim() ?? '')
            .digest('hex');
          appendRecord(record, { delivery: delivery.id, messageId: message?.messageId ?? null, sha256 });
          at('recorded');
        }
        return { flags: ['\\Seen'], mdn: 'displayed' };
      },
    });
    await Promise.race([receiving, failed]);
    tell({ kind: 'status', status: await statusOf(opened) });
    await pause(100);
  }
  stop.abort();
  await sending;
  await pool.close();
  await mailbox.close();
  await policy.close();
  await ledger.close();
  await store.close();
}

async function statusOf({ store, ledger }: Opened): Promise<WorkerStatus> {
  const row = await store.get<{ n: number }>("SELECT count(*) AS n FROM outbox_entries WHERE state <> 'settled'");
  const deliveries = await ledger.inbox.list({ limit: 10_000 });
  const finished = deliveries.filter((one) => ended.has(one.state)).length;
  return { unsettled: row?.n ?? 0, finished, unfinished: deliveries.length - finished };
}

async function report(life: Life): Promise<WorkerReport> {
  // What a crash left between content and entry is erased an hour later: so it is two hours later now.
  const clock = { now: () => new Date(Date.now() + 2 * 3_600_000) };
  const { store, ledger, vault } = await open(life, { at: () => {}, clock });
  const stories = [];
  const documents = await store.all<{ document_id: string }>("SELECT document_id FROM outbox_entries WHERE kind = 'document' LIMIT 100000");
  for (const { document_id: id } of documents) stories.push(await ledger.outbox.show(id));
  const knowledge = [];
  for (const { document_id: id } of documents) {
    const known = await ledger.receipts.whatIsKnown(id);
    if (known !== null) knowledge.push(known);
  }
  await ledger.outbox.sweep();
  let contentsLeft = 0;
  for await (const _ of vault.names()) contentsLeft += 1;
  const events = { submissions: 0, handOvers: 0 };
  for await (const line of ledger.audit.export({ mailbox: life.address })) {
    if (line.includes('"smtp.submit"')) events.submissions += 1;
    if (line.includes('"inbox.hand-over"')) events.handOvers += 1;
  }
  const result = {
    stories,
    knowledge,
    entries: await entriesOf(store),
    deliveries: await ledger.inbox.list({ limit: 10_000 }),
    audit: { ok: (await ledger.audit.verify(life.address)).ok, ...events },
    contentsLeft,
  };
  await ledger.close();
  await store.close();
  return result;
}

async function entriesOf(store: Store): Promise<readonly EntryFacts[]> {
  const entries = await store.all<{ entry_id: string; kind: string; message_id: string; state: string }>(
    'SELECT entry_id, kind, message_id, state FROM outbox_entries LIMIT 100000',
  );
  const recipients = await store.all<{ entry_id: string; state: string }>('SELECT entry_id, state FROM outbox_recipients LIMIT 100000');
  const attempts = await store.all<{ entry_id: string; outcome: string; queue_id: string | null }>(
    'SELECT entry_id, outcome, queue_id FROM outbox_attempts ORDER BY entry_id, attempt LIMIT 100000',
  );
  return entries.map((entry) => ({
    kind: entry.kind,
    messageId: entry.message_id,
    state: entry.state,
    recipientStates: recipients.filter((one) => one.entry_id === entry.entry_id).map((one) => one.state),
    attempts: attempts.filter((one) => one.entry_id === entry.entry_id).map((one) => ({ outcome: one.outcome, queueId: one.queue_id })),
  }));
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'finish') {
    finish.abort();
    return;
  }
  live(message.life)
    .then(async () => last({ kind: 'report', report: await report(message.life) }))
    .catch((error: unknown) => last({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
});
process.on('disconnect', () => setTimeout(() => process.exit(), 2_000).unref());
tell({ kind: 'ready' });
