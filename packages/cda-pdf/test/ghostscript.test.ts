import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createGhostscriptAdapter, type GhostscriptOptions } from '../src/index.js';

const input = new TextEncoder().encode('%PDF-1.4 entrée');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mss-ghostscript-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program in place of Ghostscript, made of this script. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!${process.execPath}\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const adapter = (command: string, options: GhostscriptOptions = {}): ReturnType<typeof createGhostscriptAdapter> => {
  rmSync(join(folder, 'scratch'), { recursive: true, force: true });
  const scratchDirectory = mkdtempSync(join(folder, 'scratch-'));
  return createGhostscriptAdapter({ command, scratchDirectory, ...options });
};

const codeOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'converted',
    (error: { readonly code?: unknown; readonly permanent?: unknown }) => [error.code, error.permanent],
  );

// Programs with a first line that names their interpreter exist on Unix only.
describe.skipIf(process.platform === 'win32')('Ghostscript adapter', () => {
  it('hands the PDF over by pipes, in safe mode, with nothing of our environment and its scratch files in our folder', async () => {
    const command = program(
      'echo',
      `
      const chunks = []; process.stdin.on('data', (c) => chunks.push(c)).on('end', () => {
        const fs = require('node:fs');
        const definition = fs.readFileSync(process.argv.at(-2), 'latin1');
        process.stdout.write(JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd(), length: Buffer.concat(chunks).length, files: fs.readdirSync('.'), icc: /<([0-9a-f\\s]+)> \\/PUT/.exec(definition)?.[1].replaceAll(/\\s/g, '').length / 2 }));
      });`,
    );
    const convert = adapter(command);
    const seen = JSON.parse(Buffer.from(await convert(input, {})).toString()) as {
      args: string[];
      env: Record<string, string>;
      cwd: string;
      length: number;
      files: string[];
      icc: number;
    };
    expect(seen.length).toBe(input.length);
    expect(seen.args).toEqual(expect.arrayContaining(['-dSAFER', '-dPDFA=1', '-sDEVICE=pdfwrite', '-sOutputFile=%stdout']));
    expect(seen.args.at(-1)).toBe('-');
    expect(Object.keys(seen.env).sort()).toEqual(expect.arrayContaining(['LC_ALL', 'PATH', 'TEMP', 'TMP', 'TMPDIR']));
    expect(seen.env['HOME']).toBeUndefined();
    expect(seen.env['TMPDIR']).toBe(seen.cwd);
    // The prologue alone: the document is in no file of ours.
    expect(seen.files).toEqual(['pdfa.ps']);
    expect(seen.icc).toBe(3024);
  });

  it.each([
    ['a failure', 'process.exit(1)', {}, ['ERR_MSS_CDA_PDF_CONVERSION_FAILED', true]],
    [
      'a flood',
      'const b = Buffer.alloc(1e6); const w = () => process.stdout.write(b, w); w();',
      { maxBytes: 5_000_000 },
      ['ERR_MSS_CDA_PDF_CONVERSION_FAILED', true],
    ],
    ['no end', 'setInterval(() => {}, 1000)', { timeoutMs: 300 }, ['ERR_MSS_CDA_PDF_CONVERSION_FAILED', false]],
  ] as const)('answers %s with a code and leaves no file', async (name, script, options, expected) => {
    const scratchDirectory = mkdtempSync(join(folder, 'scratch-'));
    const convert = createGhostscriptAdapter({ command: program(name.replace(' ', '-'), script), scratchDirectory, ...options });
    expect(await codeOf(convert(input, {}))).toEqual(expected);
    expect(readdirSync(scratchDirectory)).toEqual([]);
  });

  it('says when it is not installed or has no scratch folder in memory', async () => {
    expect(await codeOf(adapter(join(folder, 'absent'))(input, {}))).toEqual(['ERR_MSS_CDA_PDF_CONVERTER_MISSING', true]);
    expect(await codeOf(createGhostscriptAdapter({ scratchDirectory: join(folder, 'absent') })(input, {}))).toEqual([
      'ERR_MSS_CDA_PDF_CONVERTER_MISSING',
      true,
    ]);
  });

  it('stops at the caller’s signal', async () => {
    const controller = new AbortController();
    const pending = adapter(program('waits', 'setInterval(() => {}, 1000)'))(input, { signal: controller.signal });
    controller.abort();
    expect(await codeOf(pending)).toEqual(['ERR_MSS_CDA_PDF_ABORTED', false]);
  });

  it('quotes nothing of what the program says', async () => {
    const convert = adapter(program('talks', "process.stderr.write('Mme ROCHEBRUNE'); process.exit(3)"));
    await convert(input, {}).then(
      () => expect.unreachable(),
      (error: unknown) => expect(JSON.stringify(error) + String(error)).not.toContain('ROCHEBRUNE'),
    );
  });
});
