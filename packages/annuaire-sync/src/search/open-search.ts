import type { Store } from '@mss/store';
import type { DirectoryEntry } from '../directory/index.js';
import { openPostgresSearch } from './postgres-search.js';
import { maxSentLength, planSearch } from './search-plan.js';
import { SearchThread } from './search-thread.js';
import type { DirectorySearch, SearchOptions, SearchResult } from './types.js';

/**
 * Opens a directory for search. Words are searched in a thread of its own; a synchronisation may run meanwhile, in this
 * process or another: each answer is of one snapshot, and the newest one.
 *
 * The index stands in memory: about 70 MB for the 540,000 lines of the national extraction.
 *
 * @param options.db - what was given to the synchronisation: the path of a file, or a PostgreSQL store (which stays open)
 * @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`,
 *   `ERR_MSS_ANNUAIRE_DAMAGED`, `ERR_MSS_ANNUAIRE_WORKER`
 */
export function openDirectorySearch({ db }: { readonly db: string | Store }): Promise<DirectorySearch> {
  return typeof db === 'string' ? openSqliteSearch(db) : openPostgresSearch(db);
}

async function openSqliteSearch(file: string): Promise<DirectorySearch> {
  const thread = new SearchThread(file);
  try {
    await thread.ask({ kind: 'open' });
  } catch (error) {
    await thread.end();
    throw error;
  }
  const find = (key: 'address' | 'person' | 'structure', text: string): Promise<readonly DirectoryEntry[]> => thread.ask({ kind: 'find', key, text });
  return {
    async search(text: string, { signal, ...options }: SearchOptions = {}) {
      // Refuses wrong options here, where the caller is.
      planSearch(text, options);
      return thread.ask<SearchResult>({ kind: 'search', text: text.slice(0, maxSentLength), options }, signal);
    },
    findByAddress: (text) => find('address', text),
    findByPerson: (text) => find('person', text),
    findByStructure: (text) => find('structure', text),
    close: () => thread.end(),
    [Symbol.asyncDispose]: () => thread.end(),
  };
}
