import { readFileSync } from 'node:fs';
import { generateExtraction } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { directoryOptions } from '../../../tooling/testdata/annuaire-search/directory-options.js';
import { openDirectorySearch, type DirectoryEntry, type DirectorySearch } from '../src/index.js';
import { createSample, syncHere } from './sample-directory.js';

const testdata = new URL('../../../tooling/testdata/annuaire-search/', import.meta.url);
const linesOf = (name: string): string[] => readFileSync(new URL(name, testdata), 'utf8').trimEnd().split('\n');

/** Extraction lines, header first: hand-made ones by themselves, or after the 5,000 generated ones. */
export const difficultLines = (): string[] => [...generateExtraction({ lines: 0, seed: 1 }), ...linesOf('difficult.txt')];
export const everydayLines = (): string[] => linesOf('everyday.txt');
export const allLines = (): string[] => [...generateExtraction(directoryOptions), ...linesOf('difficult.txt'), ...everydayLines()];

/** What somebody types, and what the entry that is wanted has; `domain`: of its address. */
export interface LabelledQuery {
  readonly query: string;
  readonly wants: Partial<DirectoryEntry> & { readonly domain?: string };
}

export function labelledQueries(): LabelledQuery[] {
  // In this order: a query's place says in which half it is.
  const files = ['by-hand', 'generated', 'everyday', 'everyday-by-hand'];
  return files.flatMap((name) => linesOf(`${name}.jsonl`)).map((line) => JSON.parse(line) as LabelledQuery);
}

/** A directory of these lines, open for search. */
export interface SearchedDirectory extends AsyncDisposable {
  readonly search: DirectorySearch;
  readonly db: string;
  /** Another extraction into the same directory. */
  sync(lines: Iterable<string>, name?: string): Promise<unknown>;
}

export async function searchedDirectory(lines: Iterable<string>): Promise<SearchedDirectory> {
  const sample = await createSample();
  let day = 0;
  const sync = (some: Iterable<string>, name = 'Extraction_Correspondance_MSSante'): Promise<unknown> => {
    day += 1;
    return syncHere({ source: sample.file(`${name}_${202611220300 + day}.txt`, some), db: sample.db, maxChangePercent: 100 });
  };
  await sync(lines);
  const search = await openDirectorySearch({ db: sample.db });
  return {
    search,
    db: sample.db,
    sync,
    async [Symbol.asyncDispose]() {
      await search.close();
      await sample[Symbol.asyncDispose]();
    },
  };
}
