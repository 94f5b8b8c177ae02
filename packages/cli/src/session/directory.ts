import { resolve } from 'node:path';

import { openDirectory, type Directory } from '@mss/annuaire-sync';
import type { Store } from '@mss/store';

import type { DatabasePlace } from '../config/field.js';
import type { CliIo } from '../io.js';
import { openStore } from './ledger.js';

/** A directory; closing it closes the store under it. */
export interface OpenedDirectory extends AsyncDisposable {
  readonly directory: Directory;
}

/** `--db`: a path, or a `postgres://` address (a password may stand in the environment variable PGPASSWORD instead). */
export function databasePlace(db: string): DatabasePlace {
  if (/^postgres(?:ql)?:\/\//i.test(db)) return { kind: 'postgres', address: { from: 'inline', value: db } };
  return { kind: 'sqlite', file: resolve(db) };
}

/** The store of a `postgres://` address; `null` for the path of a file. */
export async function openDirectoryStore(db: string, io: CliIo): Promise<Store | null> {
  const place = databasePlace(db);
  return place.kind === 'postgres' ? openStore(place, { io, place: '--db' }) : null;
}

/** Opens the local copy of the Annuaire Santé for reading. */
export async function openConfiguredDirectory(place: DatabasePlace, io: CliIo): Promise<OpenedDirectory> {
  const store = place.kind === 'postgres' ? await openStore(place, { io, place: 'directory' }) : null;
  try {
    const directory = await openDirectory(store ?? (place.kind === 'sqlite' ? place.file : ''));
    const close = async (): Promise<void> => {
      await directory.close();
      await store?.close();
    };
    return { directory, [Symbol.asyncDispose]: close };
  } catch (error) {
    await store?.close();
    throw error;
  }
}
