import { isMssError, type MssError } from '@mss/core';
import { startTcpProxy, type TcpProxy } from '@mss/testkit';
import { openMailbox, submitMessage, type Mailbox, type OnStage, type SyncEvent, type SyncState } from '@mss/transport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot } from '../servers/dovecot.js';
import { startPostfix, type Postfix } from '../servers/postfix.js';
import { createWorld, serverName, type World } from './transport-world.js';

const sender = 'cabinet@exemple.mssante.fr';
const recipient = 'marie.durand@exemple.mssante.fr';
const mailboxes = [sender, recipient, ...Array.from({ length: 200 }, (_, index) => `boite${index + 1}@exemple.mssante.fr`)];

let world: World;
let policy: ReturnType<World['policy']>;
let dovecot: Dovecot;
let postfix: Postfix;
let account = 0;

beforeAll(async () => {
  world = await createWorld();
  policy = world.policy();
  dovecot = await startDovecot({ identity: world.server, accounts: Object.fromEntries(mailboxes.map((one) => [one, 'motdepasse'])) });
  const { authSocket, mailFolder } = dovecot;
  postfix = await startPostfix({ identity: world.server, authSocket, mailFolder, mailboxes });
});
afterAll(async () => {
  await postfix?.stop();
  await dovecot?.stop();
  await world?.close();
});

const fresh = (): string => `boite${(account += 1)}@exemple.mssante.fr`;

async function login(user: string, port = dovecot.imapsPort): Promise<Mailbox> {
  return openMailbox({
    policy,
    host: '127.0.0.1',
    servername: serverName,
    port,
    security: 'implicit',
    auth: { type: 'password', user, password: 'motdepasse' },
    timeouts: { connectMs: 10_000, commandMs: 5_000 },
  });
}

const mail = (subject: string, size = 0): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      `From: a@exemple.mssante.fr\r\nMessage-ID: <${subject}@exemple.mssante.fr>\r\nSubject: ${subject}\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(Math.ceil(size / 78))}`,
    ),
  );
const subjectOf = (bytes: Uint8Array | null): string => /Subject: (.*)\r\n/.exec(Buffer.from(bytes ?? []).toString())?.[1] ?? '';

/** Bytes of the last connection, and a cut so many further on. */
const now = (proxy: TcpProxy): { readonly up: number; readonly down: number } => ({
  up: proxy.connections.at(-1)?.bytesUp ?? 0,
  down: proxy.connections.at(-1)?.bytesDown ?? 0,
});
type Direction = 'up' | 'down';
const cutAt = (proxy: TcpProxy, direction: Direction, further: number): void =>
  proxy.setFaults({ cutAfterBytes: { [direction]: now(proxy)[direction] + further } });

/**
 * Ours, and not for good. A handshake that is cut at the same byte each time it is tried may look like a server without
 * TLS 1.2: what it is called is the channel's matter.
 */
function expectPassing(error: unknown): MssError {
  if (!isMssError(error)) throw error;
  if (!error.code.startsWith('ERR_MSS_TLS_')) expect(error).toMatchObject({ permanent: false });
  return error;
}

/** What happens in a mailbox by one call; `settled` says whether it was done (`true`), or not at all (`false`), and nothing else. */
interface Step {
  readonly name: string;
  readonly act: (mailbox: Mailbox, uidValidity: number) => Promise<unknown>;
  readonly settled?: (mailbox: Mailbox) => Promise<boolean>;
}

const subjects = async (mailbox: Mailbox, folder: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const { bytes } of mailbox.fetchNew({ folder })) found.push(subjectOf(bytes));
  return found;
};
const exactly = (found: readonly string[], ...allowed: readonly string[][]): number => {
  const index = allowed.findIndex((one) => JSON.stringify(one) === JSON.stringify(found));
  expect(index, `neither done nor undone: ${JSON.stringify(found)}`).toBeGreaterThanOrEqual(0);
  return index;
};
const seen = async (mailbox: Mailbox): Promise<boolean> => {
  const { uidValidity } = await mailbox.openFolder('INBOX');
  const [first] = await mailbox.fetchFlags({ folder: 'INBOX', uidValidity, uids: [1] });
  return first?.flags.includes('\\Seen') === true;
};
const drain = async (items: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of items);
};

const steps: readonly Step[] = [
  { name: 'LIST', act: (mailbox) => mailbox.list() },
  { name: 'STATUS', act: (mailbox) => mailbox.status('INBOX') },
  { name: 'SELECT', act: (mailbox) => mailbox.openFolder('INBOX') },
  { name: 'GETQUOTAROOT', act: (mailbox) => mailbox.quota() },
  { name: 'FETCH flags', act: (mailbox, uidValidity) => mailbox.fetchFlags({ folder: 'INBOX', uidValidity, uids: [1, 2] }) },
  { name: 'FETCH bodies', act: (mailbox) => drain(mailbox.fetchNew()) },
  { name: 'FETCH partial', act: (mailbox, uidValidity) => drain(mailbox.readMessage({ folder: 'INBOX', uidValidity, uid: 2 })) },
  { name: 'synchronise', act: (mailbox) => drain(mailbox.synchronise()) },
  {
    name: 'STORE',
    act: (mailbox, uidValidity) => mailbox.setFlags({ folder: 'INBOX', uidValidity, uids: [1], add: ['\\Seen'] }),
    settled: seen,
  },
  {
    name: 'STORE unchangedSince',
    act: (mailbox, uidValidity) =>
      mailbox.setFlags({ folder: 'INBOX', uidValidity, uids: [1], add: ['\\Seen'], unchangedSince: 1_000_000n }),
    settled: seen,
  },
  {
    name: 'APPEND',
    act: (mailbox) =>
      mailbox.append({
        folder: 'Sent',
        message: mail('envoye', 20_000),
        flags: ['\\Seen'],
        unlessMessageId: '<envoye@exemple.mssante.fr>',
      }),
    settled: async (mailbox) => exactly(await subjects(mailbox, 'Sent'), [], ['envoye']) === 1,
  },
  {
    name: 'saveToSent',
    act: (mailbox) => mailbox.saveToSent({ message: mail('envoye'), messageId: '<envoye@exemple.mssante.fr>', sentCopy: 'client' }),
    settled: async (mailbox) => exactly(await subjects(mailbox, 'Sent'), [], ['envoye']) === 1,
  },
  {
    name: 'COPY',
    act: (mailbox, uidValidity) => mailbox.copy({ folder: 'INBOX', uidValidity, uids: [1], to: 'Archives' }),
    settled: async (mailbox) => exactly(await subjects(mailbox, 'Archives'), [], ['m1']) === 1,
  },
  {
    name: 'MOVE',
    act: (mailbox, uidValidity) => mailbox.move({ folder: 'INBOX', uidValidity, uids: [1], to: 'Trash' }),
    settled: async (mailbox) => {
      const both = [...(await subjects(mailbox, 'INBOX')), '|', ...(await subjects(mailbox, 'Trash'))];
      return exactly(both, ['m1', 'm2', '|'], ['m2', '|', 'm1']) === 1;
    },
  },
  {
    name: 'UID EXPUNGE',
    act: (mailbox, uidValidity) => mailbox.expunge({ folder: 'INBOX', uidValidity, uids: [1] }),
    settled: async (mailbox) => exactly(await subjects(mailbox, 'INBOX'), ['m1', 'm2'], ['m2']) === 1,
  },
];

/** A mailbox with two messages and nothing else. */
async function prepare(): Promise<string> {
  const user = fresh();
  const mailbox = await login(user);
  await mailbox.append({ folder: 'INBOX', message: mail('m1') });
  await mailbox.append({ folder: 'INBOX', message: mail('m2', 9_000) });
  await mailbox.close();
  return user;
}

/** Back to how `prepare` left it, UIDs aside. */
async function restore(user: string): Promise<string> {
  const mailbox = await login(user);
  for (const folder of ['Sent', 'Archives', 'Trash', 'INBOX']) {
    const { uidValidity } = await mailbox.openFolder(folder);
    const uids: number[] = [];
    for await (const { uid } of mailbox.fetchNew({ folder, maxMessageBytes: 0 })) uids.push(uid);
    if (uids.length > 0) await mailbox.expunge({ folder, uidValidity, uids });
  }
  await mailbox.close();
  return prepare();
}

describe('Dovecot: the link is cut', () => {
  it.each(steps)('in $name: a clear error, and it was done or it was not', async ({ act, settled }) => {
    let user = await prepare();
    const proxy = await startTcpProxy({ target: { port: dovecot.imapsPort } });
    const whole = await login(user, proxy.port);
    const { uidValidity } = await whole.openFolder('INBOX');
    const begun = now(proxy);
    await act(whole, uidValidity);
    const spent = { up: now(proxy).up - begun.up, down: now(proxy).down - begun.down };
    await whole.close();
    expect(Math.min(spent.up, spent.down)).toBeGreaterThan(30);
    if (settled !== undefined) user = await restore(user);
    const verdicts = new Set<string>();
    // Nothing of it, its first byte, the middle, all but the last byte: of what goes and of what comes.
    for (const direction of ['up', 'down'] as const) {
      for (const further of [0, 1, Math.floor(spent[direction] / 2), spent[direction] - 1]) {
        const mailbox = await login(user, proxy.port);
        const { uidValidity: known } = await mailbox.openFolder('INBOX');
        cutAt(proxy, direction, further);
        const outcome = await act(mailbox, known).then(
          () => 'done',
          (error: unknown) => {
            if (!isMssError(error)) throw error;
            expect(error.permanent).toBe(false);
            expect(mailbox.isOpen).toBe(false);
            return error.code;
          },
        );
        proxy.setFaults({});
        await mailbox.close();
        verdicts.add(outcome);
        if (settled === undefined) continue;
        const checking = await login(user);
        const done = await settled(checking);
        if (outcome === 'done') expect(done).toBe(true);
        if (direction === 'up' && further <= 1) expect(done).toBe(false);
        await checking.close();
        if (done) user = await restore(user);
      }
    }
    await proxy.close();
    verdicts.delete('done');
    expect([...verdicts]).toEqual(['ERR_MSS_IMAP_LINK_LOST']);
  });

  it('anywhere in a login: a clear error', async () => {
    const user = fresh();
    const proxy = await startTcpProxy({ target: { port: dovecot.imapsPort } });
    await (await login(user, proxy.port)).close();
    const total = now(proxy);
    const codes = new Set<string>();
    for (const direction of ['up', 'down'] as const) {
      for (let step = 0; step < 16; step += 1) {
        proxy.setFaults({ cutAfterBytes: { [direction]: Math.floor((total[direction] * step) / 16) } });
        const opened = await login(user, proxy.port).catch((error: unknown) => error);
        proxy.setFaults({});
        if (!(opened instanceof Error)) {
          await (opened as Mailbox).close();
          continue;
        }
        expectPassing(opened);
        codes.add((opened as unknown as { code: string }).code);
      }
    }
    await proxy.close();
    expect(codes.size).toBeGreaterThan(1);
    for (const code of codes) expect(code).toMatch(/^ERR_MSS_(IMAP_(CONNECT|LINK_LOST)|TLS_[A-Z_]+)$/);
  });

  it('anywhere in a synchronisation: resumed, it loses nothing and repeats nothing', async () => {
    const user = fresh();
    const other = await login(user);
    const expected: string[] = [];
    const send = async (size: number): Promise<void> => {
      expected.push(`m${expected.length + 1}`);
      await other.append({ folder: 'INBOX', message: mail(expected.at(-1) ?? '', size) });
    };
    for (let count = 0; count < 40; count += 1) await send([200, 3_000, 40_000][count % 3] ?? 0);
    const { uidValidity } = await other.openFolder('INBOX');
    const proxy = await startTcpProxy({ target: { port: dovecot.imapsPort } });
    const given: string[] = [];
    const flags = new Map<number, string>();
    const written = (present: readonly string[]): string => [...present].sort().join(' ');
    const note = (event: SyncEvent): void => {
      if (event.kind === 'message') {
        given.push(subjectOf(event.message.bytes));
        flags.set(event.message.uid, written(event.message.flags));
      } else if (event.kind === 'flags') flags.set(event.uid, written(event.flags));
      else if (event.kind === 'vanished') event.uids.forEach((uid) => flags.delete(uid));
    };
    let state: SyncState | null = null;
    let [cuts, finished] = [0, false];
    let seed = 20260101;
    for (let run = 0; run < 60 && !finished; run += 1) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      const mailbox = await login(user, proxy.port);
      // The last runs are left alone.
      if (run < 45) cutAt(proxy, run % 5 === 4 ? 'up' : 'down', run % 5 === 4 ? (seed >> 8) % 400 : (seed >> 8) % 90_000);
      try {
        for await (const event of mailbox.synchronise({ state })) {
          note(event);
          state = JSON.parse(JSON.stringify(event.state)) as SyncState;
          finished = event.kind === 'synchronised' && run >= 45;
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_MSS_IMAP_LINK_LOST', permanent: false });
        cuts += 1;
      }
      proxy.setFaults({});
      await mailbox.close();
      if (run % 4 === 0 && run < 40) {
        await send(500);
        await other.setFlags({ folder: 'INBOX', uidValidity, uids: [(seed % 20) + 1], add: ['\\Flagged'] });
        if (run % 12 === 0) await other.move({ folder: 'INBOX', uidValidity, uids: [1 + run / 12], to: 'Trash' });
      }
    }
    await proxy.close();
    expect(cuts).toBeGreaterThan(10);
    expect(finished).toBe(true);
    // What was moved away before it was read was never there to be given.
    expect(given).toEqual(expected.filter((one) => given.includes(one)));
    expect(expected.length - given.length).toBeLessThanOrEqual(4);
    const truth = new Map<number, string>();
    for await (const { uid, flags: present } of other.fetchNew({ maxMessageBytes: 0 })) truth.set(uid, written(present));
    expect(flags).toEqual(truth);
    await other.close();
  });
});

describe('Postfix: the link is cut', () => {
  let count = 0;
  const message = (): { readonly id: string; readonly bytes: Uint8Array } => {
    count += 1;
    const id = `coupe${count}.${process.pid}@exemple.mssante.fr`;
    const text = `From: ${sender}\r\nTo: ${recipient}\r\nDate: Sun, 1 Mar 2026 10:00:00 +0000\r\nMessage-ID: <${id}>\r\nSubject: essai\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(600)}`;
    return { id, bytes: new Uint8Array(Buffer.from(text)) };
  };

  async function submit(
    proxy: TcpProxy,
    sent: ReturnType<typeof message>,
    onStage?: OnStage,
  ): Promise<{ outcome: string; stage: unknown }> {
    try {
      const result = await submitMessage(
        {
          policy,
          host: '127.0.0.1',
          servername: serverName,
          port: proxy.port,
          security: 'implicit',
          auth: { type: 'password', user: sender, password: 'motdepasse' },
          timeouts: { commandMs: 5_000, dataEndMs: 5_000 },
          ...(onStage === undefined ? {} : { onStage }),
        },
        { from: sender, recipients: [{ address: recipient }], message: sent.bytes },
      );
      return { outcome: result.outcome, stage: result.recipients[0]?.stage };
    } catch (error) {
      return { outcome: 'thrown', stage: expectPassing(error).details?.['stage'] };
    }
  }

  /** Postfix' own account: how often a message was put into the queue, and how often delivered. */
  async function account(): Promise<Map<string, { queued: number; delivered: number }>> {
    const log = await postfix.log();
    const idOf = new Map([...log.matchAll(/ ([0-9A-F]{6,}): message-id=<([^>]*)>/g)].map(([, queue = '', id = '']) => [queue, id]));
    const found = new Map<string, { queued: number; delivered: number }>();
    for (const [, queue = '', rest = ''] of log.matchAll(/ ([0-9A-F]{6,}): ([^\n]*)/g)) {
      const entry = found.get(idOf.get(queue) ?? '') ?? { queued: 0, delivered: 0 };
      if (rest.includes('(queue active)')) entry.queued += 1;
      if (rest.includes('status=sent')) entry.delivered += 1;
      found.set(idOf.get(queue) ?? '', entry);
    }
    return found;
  }

  it('at each command and byte: refused was never queued, accepted was queued once, uncertain says so', async () => {
    const proxy = await startTcpProxy({ target: { port: postfix.implicitPort } });
    const results: { readonly id: string; readonly outcome: string; readonly stage: unknown; readonly where: string }[] = [];
    const run = async (where: string, prepared: () => void, onStage?: OnStage): Promise<void> => {
      const sent = message();
      prepared();
      const result = await submit(proxy, sent, onStage);
      proxy.setFaults({});
      results.push({ id: sent.id, where, ...result });
    };
    const marks: Record<string, { up: number; down: number }> = {};
    await run(
      'whole',
      () => {},
      (stage) => void (marks[stage] = now(proxy)),
    );
    const total = now(proxy);
    expect(results[0]).toMatchObject({ outcome: 'accepted' });
    // Until the session stands: connect, greeting, EHLO, AUTH.
    for (const direction of ['up', 'down'] as const)
      for (let step = 0; step < 10; step += 1) {
        const at = Math.floor(((marks['mail']?.[direction] ?? 0) * step) / 10);
        await run(`${direction} ${at}`, () => proxy.setFaults({ cutAfterBytes: { [direction]: at } }));
      }
    // From each stage on, of what goes and of what comes: at once, one byte, some, all but one.
    const stages = ['mail', 'data-started', 'data-ended'] as const;
    for (const [index, stage] of stages.entries())
      for (const direction of ['up', 'down'] as const) {
        const until = marks[stages[index + 1] ?? ''] ?? total;
        const length = until[direction] - (marks[stage]?.[direction] ?? 0);
        for (const further of new Set([0, 1, Math.floor(length / 3), Math.floor(length / 2), Math.max(0, length - 1), length]))
          await run(
            `${stage} ${direction} +${further}`,
            () => {},
            (reached) => void (reached === stage && cutAt(proxy, direction, further)),
          );
      }
    await run('whole again', () => {});
    await proxy.close();
    const last = results.at(-1)?.id ?? '';
    await expect.poll(async () => (await account()).get(last)?.delivered, { timeout: 20_000 }).toBe(1);
    await expect
      .poll(async () => [...(await account()).values()].every(({ queued, delivered }) => queued === delivered), { timeout: 20_000 })
      .toBe(true);
    const truth = await account();
    const outcomes = new Map<string, number>();
    for (const { id, outcome, stage, where } of results) {
      const { queued, delivered } = truth.get(id) ?? { queued: 0, delivered: 0 };
      expect(queued, `${where}: ${outcome}, queued ${queued} times`).toBeLessThan(2);
      if (outcome === 'accepted') expect(delivered, `${where}: accepted`).toBe(1);
      if (outcome === 'refused' || outcome === 'thrown') expect(queued, `${where}: ${outcome}`).toBe(0);
      if (outcome === 'uncertain') expect(stage, where).toBe('data-ended');
      const key = outcome === 'uncertain' ? `uncertain, ${queued === 1 ? 'taken' : 'not taken'}` : outcome;
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
    }
    expect([...outcomes.keys()]).toEqual(
      expect.arrayContaining(['accepted', 'refused', 'thrown', 'uncertain, taken', 'uncertain, not taken']),
    );
  });
});
