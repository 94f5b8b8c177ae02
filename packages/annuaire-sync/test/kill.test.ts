import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectoryConnection } from '../src/directory/connection.js';
import { createSample, syncHere, type Sample } from './sample-directory.js';

const child = fileURLToPath(new URL('./kill-child.ts', import.meta.url));
const options = { lines: 1500, seed: 1 };
const states = {
  a: [...generateExtraction(options)],
  b: [...generateExtraction({ ...options, changes: 0.05 })],
  c: [...generateExtraction({ lines: 1500, seed: 2 })],
};
const linesOf = (lines: readonly string[]): string => lines.slice(1).sort().join('\n');

/** Which of the states the directory is in; anything else is the whole text, to be seen in the failure. */
function stateOf(db: string): string {
  const connection = openDirectoryConnection(db);
  try {
    const rows = connection.current().prepare('SELECT line FROM entry').all<{ line: Uint8Array }>();
    const text = rows
      .map(({ line }) => Buffer.from(line).toString('utf8'))
      .sort()
      .join('\n');
    const check = connection.current().prepare('PRAGMA integrity_check').get();
    expect(Object.values(check ?? {})).toEqual(['ok']);
    return Object.entries(states).find(([, lines]) => linesOf(lines) === text)?.[0] ?? `${rows.length} lines of no state`;
  } finally {
    connection.close();
  }
}

function start(sample: Sample, args: readonly string[]): ReturnType<typeof spawn> {
  const files = Object.entries(states).map(([name, lines]) => sample.file(`${name}.txt`, lines));
  return spawn(process.execPath, [...process.execArgv, '--no-warnings', child, sample.db, ...args, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The directory is in one of the states, and the next synchronisation brings it to another. */
async function expectWhole(sample: Sample): Promise<void> {
  if (existsSync(sample.db) && readdirSync(sample.folder).some((name) => /\.g\d+$/.test(name))) {
    const connection = ((): ReturnType<typeof openDirectoryConnection> | null => {
      try {
        return openDirectoryConnection(sample.db);
      } catch {
        return null;
      }
    })();
    connection?.close();
    // No pointer yet: the first load was killed, and there is no directory.
    if (connection !== null) expect(['a', 'b', 'c']).toContain(stateOf(sample.db));
  }
  for (const name of ['b', 'a'] as const) {
    await syncHere({ source: sample.file('next.txt', states[name]), db: sample.db, maxChangePercent: 1000 });
    expect(stateOf(sample.db)).toBe(name);
  }
  expect(readdirSync(sample.folder).filter((name) => /\.g\d+$/.test(name))).toHaveLength(1);
}

describe('kill -9', () => {
  it.each(['load:1', 'index:2', 'store:1', 'store:2', 'store:3'])('at step %s leaves the old state or the new one', async (step) => {
    await using sample = await createSample();
    const running = start(sample, ['--at', step]);
    const [, signal] = (await once(running, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    await expectWhole(sample);
  });

  it('at any moment leaves the old state or the new one', async () => {
    await using sample = await createSample();
    const kills = Number(process.env['MSS_KILLS'] ?? 2);
    for (let turn = 0; turn < kills; turn++) {
      const running = start(sample, []);
      const ended = once(running, 'exit');
      if (running.stdout !== null) await once(running.stdout, 'data');
      await delay(Math.random() * 300);
      running.kill('SIGKILL');
      await ended;
      expect(['a', 'b', 'c']).toContain(stateOf(sample.db));
    }
    await expectWhole(sample);
  });
});
