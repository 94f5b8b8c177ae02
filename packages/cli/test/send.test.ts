/** `mss send` and `mss outbox` against the sandbox: each outcome of a send, told per recipient, and accounted for. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { openSqliteStore } from '@mss/store';
import { runMss } from '@mss/cli';
import { sourceFlags } from '@mss/testkit';
import { describe, expect, it } from 'vitest';

import { colleague, doctor, mailboxWorld } from './mailbox-support.js';
import { cda, mss, unlabelled } from './support.js';

const { sandbox, file, configure, run } = mailboxWorld();
const letter = cda('001-biologie-hemogramme');
const send = ['send', '--to', colleague];
const inInbox = (address = colleague): number => sandbox().messages(address, { folder: 'INBOX' }).length;

describe('mss send', () => {
  it('sends a document, keeps a copy in Sent, and tells what became of it [ECO.2.1.1, ECO.2.3.1]', async () => {
    const config = configure('plain');
    const before = inInbox();
    const { status, json, stderr } = await run(config, ...send, '--cda', letter, '--request', 'dsn');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(json).toMatchObject({
      outcome: 'accepted',
      documentId: '2.25.72329909196365351834159336376864794379',
      messageId: expect.stringMatching(/^<.+@.+>$/),
      recipients: [{ address: colleague, outcome: 'accepted', code: 250, stage: 'accepted', text: expect.any(String) }],
      dsn: 'requested',
      sent: { filedBy: 'client' },
      resumed: false,
    });
    expect(unlabelled(json)).toEqual([]);
    expect(json.entryId).toMatch(/^[0-9a-f-]{36}$/);
    expect(inInbox()).toBe(before + 1);
    expect(sandbox().messages(doctor, { folder: 'Sent' })).toHaveLength(1);

    // The same document again is the same send.
    const again = await run(config, ...send, '--cda', letter, '--request', 'dsn');
    expect(again).toMatchObject({ status: 0, json: { entryId: json.entryId, outcome: 'accepted', resumed: true } });
    expect(inInbox()).toBe(before + 1);
    // To somebody else it needs an id of its own.
    expect(await run(config, 'send', '--to', 'cardiologie@ch-bellevue.mssante.test', '--cda', letter)).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN' } },
    });

    expect(unlabelled((await run(config, 'outbox', 'list')).json)).toEqual([]);
    const shown = await run(config, 'outbox', 'show', json.documentId);
    expect(shown.json).toMatchObject({ entryId: json.entryId, state: 'settled', outcome: 'accepted', known: [{ address: colleague }] });
    expect(shown.json.lines.map((line: { what: string }) => line.what)).toEqual([
      'queued',
      'claimed',
      'mail',
      'data-started',
      'data-ended',
      'accepted',
    ]);
    expect((await mss(['outbox', 'show', json.entryId, '--config', config])).stdout).toMatch(/mis en file\n[\s\S]*accepté par l’opérateur/);
    expect((await mss(['outbox', 'list', '--config', config])).stdout).toContain(
      ` – ${json.documentId} – ${colleague} – accepté par l’opérateur\n`,
    );
    expect((await run(config, 'outbox', 'list')).json).toMatchObject({
      entries: [{ entryId: json.entryId }],
      stats: { entries: { settled: 1 } },
    });
    expect(await run(config, 'outbox', 'show', 'nonsense')).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_LEDGER_NOT_FOUND' } },
    });
  });

  it('nothing was heard in time: outbox list and show say so, a worker tells it once', async () => {
    const config = configure('silence', { outbox: { leaseSeconds: 1, silenceHours: 12 } });
    expect(await run(config, ...send, '--subject', 'Avis', '--request', 'dsn', '--document-id', 'quiet')).toMatchObject({ status: 0 });
    const recipients = async (): Promise<unknown> => (await run(config, 'outbox', 'list')).json.entries[0].recipients;
    expect(await recipients()).toMatchObject([{ address: colleague, state: 'accepted', verdict: 'accepted', overdue: null }]);
    // The sandbox reports the delivery, and nobody reads the report here.
    const store = await openSqliteStore({ file: file('silence.db') });
    await store.batch([{ sql: 'UPDATE outbox_recipients SET accepted_at = accepted_at - ?', parameters: [12 * 3_600_000] }]);
    await store.close();
    expect(await recipients()).toMatchObject([{ verdict: 'silent', overdue: 'delivery' }]);
    expect(unlabelled((await run(config, 'outbox', 'list')).json)).toEqual([]);
    expect((await mss(['outbox', 'list', '--config', config])).stdout).toContain(
      ' – accepté par l’opérateur – sans nouvelles de la remise\n',
    );

    const tellsSilence = async (): Promise<readonly string[]> => {
      const stop = new AbortController();
      const told: string[] = [];
      // A worker that has nothing to tell is stopped by the document that it sends.
      await run(config, ...send, '--subject', 'Avis', '--document-id', `next-${inInbox()}`, '--queue-only');
      const before = inInbox();
      const io = { stdin: Readable.from([]), stdout: () => {}, interactive: false, debug: false, stop: stop.signal };
      const running = runMss(['outbox', 'run', '--follow', '--config', config], { ...io, stderr: (text) => void told.push(text) });
      while (inInbox() === before) await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      expect(await running).toBe(0);
      return told;
    };
    expect(await tellsSilence()).toEqual(['mss : sans nouvelles de la remise : quiet [0]\n']);
    expect((await run(config, 'outbox', 'show', 'quiet')).json.known).toMatchObject([{ silenceToldAt: expect.any(String) as string }]);
    expect(await tellsSilence()).toEqual([]);
  });

  it('a recipient who is refused: status 1, the others get it', async () => {
    const config = configure('refused');
    sandbox().addFault({
      server: 'smtp',
      command: 'RCPT',
      action: 'reply',
      reply: '550 5.1.1 No such mailbox',
      recipient: colleague,
      times: 9,
    });
    const other = 'cardiologie@ch-bellevue.mssante.test';
    const { status, json } = await run(config, ...send, other, '--subject', 'Avis', '--document-id', 'refused-1');
    expect(status).toBe(1);
    expect(json).toMatchObject({
      outcome: 'refused',
      recipients: [
        { address: colleague, outcome: 'refused', code: 550, enhancedStatus: '5.1.1' },
        { address: other, outcome: 'accepted' },
      ],
      error: { code: 'ERR_MSS_SMTP_REFUSED' },
    });
    expect(JSON.stringify(json.error)).not.toContain('@');
  });

  it('no answer to the final dot: uncertain, status 3, and never a second send', async () => {
    const config = configure('uncertain');
    sandbox().addFault({ server: 'smtp', command: 'CONTENT', action: 'disconnect-after' });
    const before = inInbox();
    const first = await run(config, ...send, '--subject', 'Avis', '--document-id', 'u-1');
    expect(first).toMatchObject({
      status: 3,
      json: {
        outcome: 'uncertain',
        recipients: [{ outcome: 'uncertain', stage: 'data-ended' }],
        error: { code: 'ERR_MSS_SMTP_UNCERTAIN' },
      },
    });
    expect(await run(config, ...send, '--subject', 'Avis', '--document-id', 'u-1')).toMatchObject({ status: 3, json: { resumed: true } });
    expect(await run(config, 'outbox', 'retry', 'u-1')).toMatchObject({ status: 1, json: { error: { code: 'ERR_MSS_LEDGER_STATE' } } });
    expect(inInbox()).toBe(before + 1);
    // The person knows that it arrived.
    expect(await run(config, 'outbox', 'resolve', 'u-1', '--as', 'sent')).toMatchObject({ status: 0, json: { outcome: 'accepted' } });
    expect(inInbox()).toBe(before + 1);
  });

  it('the copy to oneself settles what was uncertain', async () => {
    const config = configure('selfcopy', { outbox: { selfCopy: true, leaseSeconds: 1 } });
    sandbox().addFault({ server: 'smtp', command: 'CONTENT', action: 'disconnect-after' });
    expect(await run(config, ...send, '--subject', 'Avis', '--document-id', 's-1')).toMatchObject({ status: 3 });
    expect((await run(config, 'receive', '--into', file('selfcopy'))).json).toMatchObject({ own: 1 });
    expect(await run(config, ...send, '--subject', 'Avis', '--document-id', 's-1')).toMatchObject({
      status: 0,
      json: { outcome: 'accepted' },
    });
    expect((await mss(['outbox', 'show', 's-1', '--config', config])).stdout).toContain('envoi prouvé (copie à soi-même reçue');
  });

  it('greylisting: not sent yet, status 3; retried on demand', async () => {
    const config = configure('grey');
    sandbox().addFault({ server: 'smtp', command: 'RCPT', action: 'reply', reply: '451 4.7.1 Later' });
    const { status, json } = await run(config, ...send, '--subject', 'Avis', '--document-id', 'g-1');
    expect(status).toBe(3);
    expect(json).toMatchObject({
      outcome: 'waiting',
      recipients: [{ outcome: 'waiting', code: 451 }],
      error: { code: 'ERR_MSS_CLI_WAITING' },
    });
    expect(await run(config, 'outbox', 'retry', 'g-1')).toMatchObject({ status: 0, json: { outcome: 'accepted' } });
  });

  it('refused credentials and a refused server end it at once; the message stays in the outbox', async () => {
    const config = configure('auth', { authentication: { type: 'password', password: { env: 'MSS_TEST_ABSENT' } } });
    expect(await run(config, ...send, '--subject', 'Avis', '--document-id', 'a-1')).toMatchObject({
      status: 2,
      json: { outcome: 'waiting', error: { code: 'ERR_MSS_CLI_SECRET' } },
    });
    const wrong = configure('auth', { authentication: { type: 'password', password: 'faux' } });
    const refused = await run(wrong, ...send, '--subject', 'Avis', '--document-id', 'a-1');
    expect(refused).toMatchObject({ status: 1, json: { outcome: 'waiting', resumed: true, error: { code: 'ERR_MSS_SMTP_AUTH_FAILED' } } });
    expect(refused.stderr).toContain('secret écrit en clair');
    expect(refused.stderr + refused.stdout).not.toContain('faux');
    expect(await run(configure('auth'), 'outbox', 'run')).toMatchObject({ status: 0, json: { attempts: 1 } });
    expect((await run(configure('auth'), 'outbox', 'list', '--state', 'settled')).json.entries).toHaveLength(1);
  });

  it('--queue-only leaves it to a worker; cancel holds it back', async () => {
    const config = configure('queue');
    const before = inInbox();
    for (const id of ['q-1', 'q-2'])
      expect(await run(config, ...send, '--subject', 'Avis', '--document-id', id, '--queue-only')).toMatchObject({
        status: 0,
        json: { outcome: 'waiting' },
      });
    expect(inInbox()).toBe(before);
    expect(await run(config, 'outbox', 'cancel', 'q-1')).toMatchObject({ status: 0, json: { cancelled: [colleague], tooLate: [] } });
    expect(await run(config, 'outbox', 'run')).toMatchObject({ status: 0, json: { attempts: 1 } });
    expect(inInbox()).toBe(before + 1);
    expect(await run(config, ...send, '--subject', 'Avis', '--document-id', 'q-1')).toMatchObject({
      status: 1,
      json: { outcome: 'cancelled' },
    });
    expect(await run(config, 'outbox', 'cancel', 'q-2')).toMatchObject({ status: 1, json: { tooLate: [colleague] } });
  });

  it('a patient is named only in the result, never in an error [ECO.2.2.6]', async () => {
    const config = configure('patient');
    const patient = '279037500000165@patient.mssante.fr';
    const to = ['send', '--to', patient, '--subject', 'Rendez-vous', '--document-id', 'p-1', '--ins-status', 'qualifiee'];
    sandbox().addFault({ server: 'smtp', command: 'RCPT', action: 'reply', reply: `550 5.1.1 <${patient}> unknown`, times: 3 });
    const { status, json, stderr } = await run(config, ...to);
    expect(status).toBe(1);
    expect(json.recipients).toMatchObject([{ address: patient, outcome: 'refused' }]);
    expect(JSON.stringify(json.error) + stderr).not.toContain('279037');
    expect(json.recipients[0].text).not.toContain('279037');
    expect((await mss([...to, '--config', config])).stderr).not.toContain('279037');
  });

  it.each([
    ['while the content is on its way', 'DATA', 0, 'accepted'],
    ['after the final dot', 'CONTENT', 3, 'uncertain'],
  ])('killed %s, the next command goes on', async (_when, command, status, outcome) => {
    const config = configure(`killed-${command}`);
    const before = inInbox();
    sandbox().events.clear();
    sandbox().addFault({ server: 'smtp', command, action: 'stall' });
    const args = [...send, '--subject', 'Avis', '--document-id', `k-${command}`];
    const child = startMss([...args, '--config', config]);
    await reached(command, child);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await run(config, ...args, '--deadline', '15s')).toMatchObject({ status, json: { outcome, resumed: true } });
    expect(inInbox()).toBe(before + (outcome === 'accepted' ? 1 : 0));
  });
});

/** `mss` on the sources in a process of its own. */
function startMss(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...sourceFlags(), fileURLToPath(new URL('../src/cli.ts', import.meta.url)), ...args], {
    stdio: 'ignore',
  });
}

/** Until the server has come to the fault; the child must live so long. */
async function reached(command: string, child: ChildProcess): Promise<void> {
  const ended = once(child, 'close').then(() => Promise.reject(new Error('the command ended before it could be killed')));
  await Promise.race([sandbox().events.waitFor((event) => event.type === 'fault' && event.command === command), ended]);
  ended.catch(() => {});
}
