import { join } from 'node:path';
import { createTempDirectory } from '@mss/testkit';
import {
  generateActivities,
  generateDiplomas,
  generateExtraction,
  generateSkills,
  writeLines,
  type DirectoryOptions,
  type ProfessionalsOptions,
} from '../../../tooling/benchmarks/annuaire-generator/index.js';
import type { SyncOptions, SyncResult } from '../src/index.js';
import { loadIntoSqlite } from '../src/load/sqlite-load.js';
import { syncInto } from '../src/sync/sync-extraction.js';
import { sqliteStorage } from '../src/sync/sqlite-storage.js';

/** A folder with extractions and a directory made of them. */
export interface Sample extends AsyncDisposable {
  readonly folder: string;
  /** Of the directory. */
  readonly db: string;
  /** Writes an extraction into the folder. @returns its path */
  extraction(options: DirectoryOptions, name?: string): string;
  /** Writes lines as they are. */
  file(name: string, lines: Iterable<string>): string;
}

export async function createSample(): Promise<Sample> {
  const folder = await createTempDirectory();
  const file = (name: string, lines: Iterable<string>): string => {
    const path = join(folder.path, name);
    writeLines(path, lines);
    return path;
  };
  return {
    folder: folder.path,
    db: join(folder.path, 'annuaire.db'),
    file,
    extraction: (options, name = 'Extraction_Correspondance_MSSante_202611220300.txt') => file(name, generateExtraction(options)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** `syncExtraction` without the thread, which costs more to start than a small directory to load. */
export function syncHere({ db, ...options }: SyncOptions & { readonly db: string }): Promise<SyncResult> {
  return syncInto(
    sqliteStorage(db, ({ file, job }, context) => loadIntoSqlite(file, job, context)),
    options,
  );
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Loads a fictitious directory through the real code. */
export async function writeSampleDirectory(
  db: string,
  options: DirectoryOptions & { readonly professionals?: Partial<ProfessionalsOptions> },
): Promise<void> {
  const sample = await createSample();
  try {
    await fillSample(sample, db, options);
  } finally {
    await sample[Symbol.asyncDispose]();
  }
}

async function fillSample(sample: Sample, db: string, options: Parameters<typeof writeSampleDirectory>[1]): Promise<void> {
  await syncHere({ source: sample.extraction(options), db });
  if (options.professionals === undefined) return;
  const professionals = { ...options, ...options.professionals };
  const files = { Personne_activite: generateActivities, SavoirFaire: generateSkills, Dipl_AutExerc: generateDiplomas };
  for (const [name, generate] of Object.entries(files)) {
    await syncHere({ source: sample.file(`PS_LibreAcces_${name}_202611220300.txt`, generate(professionals)), db });
  }
}
