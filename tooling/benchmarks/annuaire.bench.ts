/**
 * The directory of 540,000 lines: full load from the archive beside the sqlite3 shell's import of the unpacked text, the daily
 * update of 0.3 %, the difference of two files beside sort and comm, DuckDB when it is installed. Each in a process of its own,
 * in turns; prints medians, peaks of memory and ratios; exits 0.
 *
 *     node tooling/benchmarks/annuaire.bench.ts [lines] [turns]
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeZipStream } from '@mss/formats/zip';
import { generateExtraction, mailboxHeader, writeLines } from './annuaire-generator/index.ts';

const lines = Number(process.argv[2] ?? 540_000);
const turns = Number(process.argv[3] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'annuaire-bench-'));

interface Run {
  readonly seconds: number;
  readonly peakMiB: number;
}

/** Runs a command and measures its wall time and, where there is python3 to ask for it, its largest resident set. */
function measure(command: string, args: readonly string[], input = ''): Run {
  const hasPython = existsSync('/usr/bin/python3');
  const [program, parameters] = hasPython ? ['/usr/bin/python3', ['-c', launcher, command, ...args]] : [command, [...args]];
  const startedAt = performance.now();
  const result = spawnSync(program, parameters, { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  const elapsed = (performance.now() - startedAt) / 1000;
  if (result.status !== 0) throw new Error(`${command}: ${result.stderr}`);
  const [, seconds, peak] = /seconds=([\d.]+) peak=(\d+)/.exec(result.stderr) ?? [];
  return { seconds: Number(seconds ?? elapsed), peakMiB: Number(peak ?? 0) / 1024 };
}

const launcher = `
import resource, subprocess, sys, time
started = time.time()
status = subprocess.run(sys.argv[1:]).returncode
print('seconds=%.3f peak=%d' % (time.time() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), file=sys.stderr)
sys.exit(status)
`;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function report(name: string, runs: readonly Run[], peer?: readonly Run[]): void {
  const seconds = median(runs.map((run) => run.seconds));
  const peak = Math.max(...runs.map((run) => run.peakMiB));
  const ratio = peer === undefined ? '' : `   x ${(seconds / median(peer.map((run) => run.seconds))).toFixed(2)} of the peer`;
  process.stdout.write(`${name.padEnd(62)} ${seconds.toFixed(2).padStart(7)} s ${peak.toFixed(0).padStart(6)} MiB${ratio}\n`);
}

async function zip(text: string): Promise<string> {
  const target = text.replace(/\.txt$/, '.zip');
  const entries = [{ name: basename(text), content: createReadStream(text) as AsyncIterable<Uint8Array> }];
  await pipeline(writeZipStream(entries, { modifiedAt: new Date('2026-11-22T03:00:00Z') }), createWriteStream(target));
  return target;
}

const sync = `
import { syncExtraction } from '@mss/annuaire-sync';
const [db, source] = process.argv.slice(2);
const { rows, added, changed, removed } = await syncExtraction({ db, source });
console.log(rows, added, changed, removed);
`;
const diff = `
import { diffExtractions } from '@mss/annuaire-sync';
const [before, after, workFolder] = process.argv.slice(2);
let count = 0;
for await (const change of diffExtractions({ before, after, workFolder })) count++;
console.log(count);
`;

/** The same columns, the same three indexes, and FTS5 over the columns that the search index has. */
function shellScript(text: string, db: string): string {
  const columns = Array.from({ length: 31 }, (_, index) => `c${index} TEXT`).join(', ');
  return `
.bail on
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
.open ${db}
CREATE TABLE entry (${columns});
.mode list
.separator |
.import --skip 1 ${text} entry
CREATE INDEX entry_address ON entry (c1);
CREATE INDEX entry_person ON entry (c4);
CREATE INDEX entry_structure ON entry (c6);
CREATE VIRTUAL TABLE search USING fts5 (c9, c10, c14, c16, c18, c27, content = '', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
INSERT INTO search (rowid, c9, c10, c14, c16, c18, c27) SELECT rowid, c9, c10, c14, c16, c18, c27 FROM entry;
`;
}

try {
  const stamp = ['202611220300', '202611230300'];
  const [before = '', after = ''] = stamp.map((at) => join(folder, `Extraction_Correspondance_MSSante_${at}.txt`));
  process.stdout.write(
    `${mailboxHeader.split('|').length} columns, ${writeLines(before, generateExtraction({ lines, seed: 1 })) - 1} lines, `,
  );
  process.stdout.write(
    `the day after ${writeLines(after, generateExtraction({ lines, seed: 1, changes: 0.003 })) - 1}; ${turns} turns\n\n`,
  );
  const [zipBefore, zipAfter] = [await zip(before), await zip(after)];
  const syncScript = join(import.meta.dirname, `.annuaire-sync-${process.pid}.mjs`);
  const diffScript = join(import.meta.dirname, `.annuaire-diff-${process.pid}.mjs`);
  writeFileSync(syncScript, sync);
  writeFileSync(diffScript, diff);
  const runs = new Map<string, Run[]>();
  const add = (name: string, run: Run): void => void runs.set(name, [...(runs.get(name) ?? []), run]);
  try {
    for (let turn = 0; turn < turns; turn++) {
      const place = join(folder, `turn${turn}`);
      mkdirSync(place);
      const db = join(place, 'annuaire.db');
      if (existsSync('/usr/bin/sqlite3'))
        add('shell', measure('/usr/bin/sqlite3', [':memory:'], shellScript(before, join(place, 'shell.db'))));
      rmSync(join(place, 'shell.db'), { force: true });
      add('load', measure(process.execPath, ['--no-warnings', syncScript, db, zipBefore]));
      add('update', measure(process.execPath, ['--no-warnings', syncScript, db, zipAfter]));
      add('same', measure(process.execPath, ['--no-warnings', syncScript, db, zipAfter]));
      add('diff', measure(process.execPath, ['--no-warnings', diffScript, before, after, place]));
      const sorted = `LC_ALL=C sort ${before} > ${place}/a && LC_ALL=C sort ${after} > ${place}/b && LC_ALL=C comm -3 ${place}/a ${place}/b > ${place}/c`;
      add('comm', measure('/bin/sh', ['-c', sorted]));
      rmSync(place, { recursive: true, force: true });
    }
  } finally {
    rmSync(syncScript, { force: true });
    rmSync(diffScript, { force: true });
  }
  const of = (name: string): Run[] | undefined => runs.get(name);
  if (of('shell') === undefined) process.stdout.write('sqlite3: not installed\n');
  else report('sqlite3 shell: .import of the text, 3 indexes, FTS5', of('shell') ?? []);
  report('archive to searchable directory', of('load') ?? [], of('shell'));
  report('daily update from the archive (0.3 % changed)', of('update') ?? []);
  report('the same archive again: nothing changed', of('same') ?? []);
  report('sort, sort, comm', of('comm') ?? []);
  report('difference of the two texts, by key, with fields', of('diff') ?? [], of('comm'));
  await duckdb(before);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Not a dependency: measured where somebody installed it. */
async function duckdb(text: string): Promise<void> {
  const name = '@duckdb/node-api';
  try {
    const { DuckDBInstance } = (await import(name)) as {
      DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown> }> }> };
    };
    const connection = await (await DuckDBInstance.create(join(folder, 'duck.db'))).connect();
    const startedAt = performance.now();
    await connection.run(
      `CREATE TABLE entry AS SELECT * FROM read_csv('${text}', delim = '|', header = true, all_varchar = true, quote = '')`,
    );
    await connection.run('CREATE INDEX entry_address ON entry ("Adresse BAL")');
    process.stdout.write(`DuckDB, one table and one index, no search ${((performance.now() - startedAt) / 1000).toFixed(2)} s\n`);
  } catch {
    process.stdout.write('DuckDB: not installed\n');
  }
}
