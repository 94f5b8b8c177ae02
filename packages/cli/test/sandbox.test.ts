/** `mss sandbox`: one line of JSON, a world that serves, an end that leaves nothing. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { runSandbox } from '../src/commands/sandbox.js';
import type { CommandContext } from '../src/command.js';
import { mss, temporaryFolder } from './support.js';

const file = temporaryFolder();

/** A context whose first printed line is awaited. */
function listen(): { readonly context: CommandContext; readonly line: Promise<string>; readonly all: string[] } {
  const all: string[] = [];
  const printed = new PassThrough({ encoding: 'utf8' });
  const line = new Promise<string>((resolve) => printed.once('data', resolve));
  const io = {
    stdin: Readable.from([]),
    stdout: (text: string) => (all.push(text), void printed.write(text)),
    stderr: () => {},
    interactive: false,
    debug: false,
  };
  return { context: { io, profile: 'ref2-0.1', environment: 'test', language: 'fr', json: false }, line, all };
}

describe('mss sandbox', () => {
  it('prints one line, serves, stops when it is told to', async () => {
    const { context, line, all } = listen();
    let stop = (): void => {};
    const running = runSandbox(context, { data: file('data') }, () => new Promise((resolve) => (stop = resolve)));
    const text = await Promise.race([line, running.then(() => '')]);
    expect(text).toMatch(/^\{.*\}\n$/);
    const world = JSON.parse(text) as {
      host: string;
      servername: string;
      ports: Record<string, number>;
      caFile: string;
      accounts: { address: string; kind: string }[];
    };
    expect(world.accounts.map((one) => one.kind)).toEqual(expect.arrayContaining(['personal', 'organisational', 'applicative', 'patient']));
    const probe = (port: string, ...more: string[]): ReturnType<typeof mss> =>
      mss([
        'tls',
        'probe',
        `${world.host}:${world.ports[port]}`,
        '--ca',
        world.caFile,
        '--servername',
        world.servername,
        ...more,
        '--json',
      ]);
    expect(await probe('imaps')).toMatchObject({ status: 0, json: { ok: true, protocol: 'TLSv1.2', revocation: { status: 'good' } } });
    expect(await probe('smtps')).toMatchObject({ status: 0, json: { ok: true } });
    expect(await probe('imap', '--starttls', 'imap')).toMatchObject({ status: 0, json: { ok: true } });
    expect(await probe('submission', '--starttls', 'smtp')).toMatchObject({ status: 0, json: { ok: true } });
    stop();
    await running;
    expect(all).toHaveLength(1);
    expect(await probe('imaps')).toMatchObject({ status: 3 });
    expect(readdirSync(file('data'))).toContain('ca.pem');
  });
  it('without --data the certificates go with it; a scenario makes the world', async () => {
    writeFileSync(file('scenario.json'), JSON.stringify({ accounts: [{ address: 'a@b.mssante.test', kind: 'personal', password: 'p' }] }));
    const { context, line } = listen();
    let stop = (): void => {};
    const running = runSandbox(context, { scenario: file('scenario.json') }, () => new Promise((resolve) => (stop = resolve)));
    const world = JSON.parse(await Promise.race([line, running.then(() => 'null')])) as { caFile: string; accounts: { address: string }[] };
    expect(world.accounts.map((one) => one.address)).toEqual(['a@b.mssante.test']);
    expect(existsSync(world.caFile)).toBe(true);
    stop();
    await running;
    expect(existsSync(world.caFile)).toBe(false);
  });
  it('says what is wrong', async () => {
    writeFileSync(file('bad.json'), '{"nonsense": 1}');
    expect(await mss(['sandbox', '--scenario', file('bad.json'), '--json'])).toMatchObject({
      status: 2,
      json: { error: { code: 'ERR_MSS_SANDBOX_SCENARIO' } },
    });
    expect(await mss(['sandbox', '--data', '/dev/null/x', '--json'])).toMatchObject({
      status: 2,
      json: { error: { code: 'ERR_MSS_CLI_FILE' } },
    });
    expect(await mss(['sandbox', '--port-base', '999999', '--json'])).toMatchObject({ status: 2 });
  });
});
