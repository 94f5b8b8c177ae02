import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.js';
import { hugo } from './clients.js';
import { simpleMail } from './mails.js';
import { RawClient } from './raw-client.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => sandbox.stop());

async function login(): Promise<RawClient> {
  const client = await RawClient.secure(sandbox, sandbox.ports.imaps);
  await client.until(/^\* OK .*\r\n/);
  await client.ask(`l LOGIN ${hugo} ${sandbox.account(hugo).password}\r\n`, /^l OK .*\r\n/m);
  return client;
}

const ask = (client: RawClient, command: string): Promise<string> => client.ask(`t ${command}\r\n`, /^t (OK|NO|BAD).*\r\n/m);
const highest = (text: string): number => Number(/HIGHESTMODSEQ (\d+)/.exec(text)?.[1]);

describe('mod-sequences [RFC 7162]', () => {
  it('are kept for every change, and decide who was first', async () => {
    for (const subject of ['un', 'deux', 'trois']) sandbox.deliver(Buffer.from(simpleMail(subject)), { from: hugo, to: [hugo] });
    const [one, two] = [await login(), await login()];
    expect(await ask(one, 'CAPABILITY')).toContain(' CONDSTORE');
    const start = highest(await ask(one, 'SELECT INBOX (CONDSTORE)'));
    await ask(two, 'SELECT INBOX');
    // Without the client's word no mod-sequence is told.
    expect(await ask(two, 'UID STORE 1 +FLAGS ($Premier)')).toMatch(/^\* 1 FETCH \(UID 1 FLAGS \(\$Premier\)\)\r\n/);
    expect(await ask(one, `UID STORE 1:2 (UNCHANGEDSINCE ${start}) +FLAGS.SILENT ($Second)`)).toMatch(
      new RegExp(
        `^\\* 2 FETCH \\(UID 2 MODSEQ \\(${start + 2}\\)\\)\\r\\n\\* 1 FETCH [^\\n]*MODSEQ \\(${start + 1}\\)\\)\\r\\nt OK \\[MODIFIED 1\\]`,
      ),
    );
    expect(await ask(one, `UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${start + 1})`)).toMatch(
      new RegExp(`^\\* 2 FETCH \\(UID 2 FLAGS \\(\\$Second\\) MODSEQ \\(${start + 2}\\)\\)\\r\\nt OK`),
    );
    // A change that changes nothing has no mod-sequence of its own.
    await ask(one, 'UID STORE 2 +FLAGS.SILENT ($Second)');
    expect(highest(await ask(one, 'STATUS INBOX (HIGHESTMODSEQ)'))).toBe(start + 2);
    await ask(one, 'UID STORE 3 +FLAGS.SILENT (\\Deleted)');
    await ask(one, 'UID EXPUNGE 3');
    expect(highest(await ask(one, 'STATUS INBOX (HIGHESTMODSEQ)'))).toBe(start + 4);
    expect(await ask(one, `UID SEARCH MODSEQ ${start + 2}`)).toMatch(/^\* SEARCH 2\r\n/);
    for (const wrong of [`UID STORE 1 (CHANGEDSINCE 1) +FLAGS (x)`, 'UID FETCH 1 (FLAGS) (VANISHED 1)', 'SELECT INBOX (QRESYNC (1 1))'])
      expect(await ask(one, wrong)).toMatch(/^t BAD/m);
    one.close();
    two.close();
  });
});
