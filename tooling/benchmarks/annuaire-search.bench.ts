/**
 * Search over a directory of 540,000 entries: opening, the first query, classes of queries typed letter by letter (p50 and
 * p99), exact look-ups (one after the other, and each in a turn of the event loop of its own), memory. With MSS_BENCH_SLAPD=1 (needs Debian's slapd and three minutes for slapadd) the same people in
 * OpenLDAP, asked through ldapts in the same run: exact addresses and selective beginnings. Exits 0.
 *
 * MSS_BENCH_LINES: another size.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { openDirectorySearch, syncExtraction, type DirectorySearch } from '@mss/annuaire-sync';

import { generateExtraction, writeLines } from './annuaire-generator/index.ts';
import { startSlapd } from './annuaire-search-slapd.ts';

const count = Number(process.env['MSS_BENCH_LINES'] ?? 540_000);
const folder = mkdtempSync(join(tmpdir(), 'mss-bench-search-'));
const extraction = join(folder, 'Extraction_Correspondance_MSSante_202611220300.txt');
const db = join(folder, 'annuaire.db');

interface Person {
  readonly address: string;
  readonly rpps: string;
  readonly family: string;
  readonly given: string;
  readonly town: string;
  readonly postcode: string;
  readonly profession: string;
}

/** Every 1,500th person, those with a town. */
function samplePeople(): Person[] {
  const people: Person[] = [];
  for (const [at, line] of readFileSync(extraction, 'utf8').split('\n').entries()) {
    if (at % Math.ceil(count / 1800) !== 1) continue;
    const fields = line.split('|');
    const [address = '', rpps = '', family = '', given = '', profession = '', postal = '', postcode = ''] = [1, 3, 9, 10, 14, 27, 28].map(
      (column) => fields[column],
    );
    if (family !== '' && postal !== '') people.push({ address, rpps, family, given, profession, postcode, town: postal.slice(6) });
  }
  return people.slice(0, 300);
}

const at = (values: readonly number[], share: number): number =>
  values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(value < 0.1 ? 4 : 2)} ms`;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Time as it passes, and of the processor, which other programs on the machine do not disturb. */
interface Times {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
}

const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const figures = ({ wall, cpu }: Times): string =>
  `p50 ${ms(at(wall, 0.5))}  p99 ${ms(at(wall, 0.99))}  worst ${ms(at(wall, 1))}  processor p50 ${ms(at(cpu, 0.5))}  p99 ${ms(at(cpu, 0.99))}  worst ${ms(at(cpu, 1))}`;

async function measure(
  name: string,
  queries: readonly (() => Promise<unknown>)[],
  rounds = 1,
  between?: () => Promise<unknown>,
): Promise<Times> {
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const query of queries) {
      const before = process.cpuUsage();
      wall.push(await timed(query));
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1000);
      await between?.();
    }
  }
  const times = { wall: sorted(wall), cpu: sorted(cpu) };
  process.stdout.write(`${name.padEnd(44)} ${figures(times)}  (${wall.length})\n`);
  return times;
}

function typed(people: readonly Person[]): Record<string, string[]> {
  const letters = (text: string): string[] => Array.from({ length: text.length }, (_, end) => text.slice(0, end + 1));
  return {
    'one letter': 'abcdefghijklmnopqrstuvwxyz'.split(''),
    'two words of one letter': 'am bd cl dp eb fc gs hr ig jf ka lv mt ne on ph rj sk ti vo'.split(' ').map((two) => `${two[0]} ${two[1]}`),
    'two letters': people.slice(0, 100).map(({ family }) => family.slice(0, 2)),
    'name given town, letter by letter': people
      .slice(0, 60)
      .flatMap(({ family, given, town }) => letters(`${family} ${given} ${town}`.toLowerCase())),
    'profession town, letter by letter': people
      .slice(0, 60)
      .flatMap(({ profession, town }) => letters(`${profession} ${town}`.toLowerCase())),
    'one typing error': people.slice(0, 200).map(({ family, given, town }) => `${family.slice(0, 2)}${family.slice(3)} ${given} ${town}`),
    'name and postcode': people.slice(0, 200).map(({ family, postcode }) => `${family} ${postcode}`),
    'RPPS being typed': people.slice(0, 60).flatMap(({ rpps }) => letters(rpps).slice(5)),
    'beginnings: name 4, given name 3, town': people.map(({ family, given, town }) => `${family.slice(0, 4)} ${given.slice(0, 3)} ${town}`),
    'mart mari lyon': ['mart mari lyon'],
  };
}

async function ourSearch(search: DirectorySearch, people: readonly Person[]): Promise<Record<string, Times>> {
  const results: Record<string, Times> = {};
  for (const [name, texts] of Object.entries(typed(people))) {
    const queries = texts.map((text) => () => search.search(text));
    results[name] = await measure(name, queries, Math.max(1, Math.ceil(300 / queries.length)));
  }
  const all = Object.values(results);
  const everything = { wall: sorted(all.flatMap(({ wall }) => wall)), cpu: sorted(all.flatMap(({ cpu }) => cpu)) };
  process.stdout.write(`everything typed (aims: p99 < 10 ms, worst < 50 ms): ${figures(everything)}\n`);
  results['exact address'] = await measure(
    'exact address',
    people.map(
      ({ address }) =>
        () =>
          search.findByAddress(address),
    ),
    5,
  );
  results['exact address, one a turn'] = await measure(
    'exact address, one a turn',
    people.map(
      ({ address }) =>
        () =>
          search.findByAddress(address),
    ),
    5,
    nextTurn,
  );
  results['exact RPPS'] = await measure(
    'exact RPPS',
    people.map(
      ({ rpps }) =>
        () =>
          search.findByPerson(rpps),
    ),
    5,
  );
  return results;
}

const residentMb = (): number => Math.round(process.memoryUsage().rss / 1e6);
try {
  writeLines(extraction, generateExtraction({ lines: count, seed: 1 }));
  process.stdout.write(`synchronised in ${ms(await timed(() => syncExtraction({ source: extraction, db })))}\n`);
  const people = samplePeople();
  (globalThis as { gc?: () => void }).gc?.();
  const before = residentMb();
  let opened: DirectorySearch | undefined;
  const openMs = await timed(async () => (opened = await openDirectorySearch({ db })));
  const search = opened as DirectorySearch;
  process.stdout.write(`opened in ${ms(openMs)}; first query after it ${ms(await timed(() => search.search('durand')))}\n`);
  const ours = await ourSearch(search, people);
  process.stdout.write(`resident memory: ${residentMb()} MB, before opening ${before} MB\n`);
  if (process.env['MSS_BENCH_SLAPD'] === '1') {
    await using slapd = await startSlapd(extraction);
    process.stdout.write(`OpenLDAP loaded in ${ms(slapd.loadMs)}, resident ${slapd.residentMb()} MB\n`);
    const queries = {
      'exact address': people.map(
        ({ address }) =>
          () =>
            slapd.find({ mail: address }),
      ),
      'exact address, one a turn': people.map(
        ({ address }) =>
          () =>
            slapd.find({ mail: address }),
      ),
      'exact RPPS': people.map(
        ({ rpps }) =>
          () =>
            slapd.find({ uid: rpps }),
      ),
      'beginnings: name 4, given name 3, town': people.map(
        ({ family, given, town }) =>
          () =>
            slapd.find({ sn: `${family.slice(0, 4)}*`, givenName: `${given.slice(0, 3)}*`, l: `${town}*` }),
      ),
      'mart mari lyon': [() => slapd.find({ sn: 'mart*', givenName: 'mari*', l: 'lyon*' })],
    };
    for (const [name, some] of Object.entries(queries)) {
      const theirs = await measure(`OpenLDAP: ${name}`, some, Math.max(3, Math.ceil(300 / some.length)));
      process.stdout.write(`  ratio OpenLDAP / ours: p50 ${(at(theirs.wall, 0.5) / at(ours[name]?.wall ?? [], 0.5)).toFixed(1)}x\n`);
    }
  }
  await search.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
