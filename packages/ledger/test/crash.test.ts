/** A process that dies at a step, by SIGKILL, and what the next one makes of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { openSqliteStore } from '@mss/store';
import { createTempDirectory, runInChild } from '@mss/testkit';
import { describe, expect, it } from 'vitest';

import { createFileVault, openLedger } from '../src/index.js';
import { createTestServer, keys } from './world.js';

describe('after kill -9', () => {
  it.each([
    // step, how often a server took it before, its state after the restart, how often it was taken in all
    ['content', 0, 'none', 0],
    ['queued', 0, 'accepted', 1],
    ['mail', 0, 'accepted', 1],
    ['data-started noted', 0, 'accepted', 1],
    ['data-ended', 0, 'accepted', 1],
    ['data-ended noted', 0, 'uncertain', 0],
    ['answered', 1, 'uncertain', 1],
    ['verdict', 1, 'accepted', 1],
  ] as const)('at "%s" (taken %i times by then) the document is %s and was taken %i times', async (step, before, state, inAll) => {
    await using folder = await createTempDirectory();
    const child = await runInChild(new URL('crash-child.ts', import.meta.url), { heapMb: 200, args: [folder.path, step] });
    expect([child.signal, child.stderr.replaceAll(/.*(?:Warning|node --trace).*\n/g, '')]).toEqual(['SIGKILL', '']);
    const log = join(folder.path, 'taken.log');
    const takenBefore = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0;
    expect(takenBefore).toBe(before);

    await using store = await openSqliteStore({ file: join(folder.path, 'ledger.db') });
    const vault = join(folder.path, 'vault');
    const ledger = await openLedger({ store, contents: await createFileVault(vault), keys });
    const server = createTestServer();
    await ledger.outbox.run({ submit: server.submit, until: 'idle', worker: 'w1' });
    const [entry] = await ledger.outbox.list();
    expect(entry?.recipients[0]?.state ?? 'none').toBe(state);
    expect(takenBefore + server.taken.length).toBe(inAll);
    // Kept while something can still become of it; a content that never got its entry waits for the sweep of later hours.
    expect(readdirSync(vault).length).toBe(state === 'uncertain' || state === 'none' ? 1 : 0);
    for (const box of await ledger.audit.mailboxes()) expect((await ledger.audit.verify(box)).ok).toBe(true);
  });
});
