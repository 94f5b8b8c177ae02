import type { Store } from '@mss/store';
import { ExactLookUps } from './exact-look-ups.js';
import { openPostgresSearch } from './postgres-search.js';
import { maxSentLength, planSearch } from './search-plan.js';
import { SearchThread } from './search-thread.js';
import type { DirectorySearch, SearchOptions, SearchResult } from './types.js';

/**
 * Opens a directory for search. Words are searched in a thread of its own; a synchronisation may run meanwhile, in this
 * process or another: each answer is of one snapshot, and the newest one.
 *
 * The index stands in memory: about 100 MB for the 540,000 lines of the national extraction.
 *
 * @param options.db - what was given to the synchronisation: the path of a file, or a PostgreSQL store (which stays open)
 * @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NOT_A_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`,
 *   `ERR_MSS_ANNUAIRE_DAMAGED`, `ERR_MSS_ANNUAIRE_WORKER`
 */
export function openDirectorySearch({ db }: { readonly db: string | Store }): Promise<DirectorySearch> {
  return typeof db === 'string' ? openSqliteSearch(db) : openPostgresSearch(db);
}

async function openSqliteSearch(file: string): Promise<DirectorySearch> {
  const exact = new ExactLookUps(file);
  const thread = new SearchThread(file);
  const close = async (): Promise<void> => {
    exact.close();
    await thread.end();
  };
  try {
    await thread.ask({ kind: 'open' });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async search(text: string, { signal, ...options }: SearchOptions = {}) {
      // Refuses wrong options here, where the caller is.
      planSearch(text, options);
      return thread.ask<SearchResult>({ kind: 'search', text: text.slice(0, maxSentLength), options }, signal);
    },
    findByAddress: async (text) => exact.find('address', text),
    findByPerson: async (text) => exact.find('person', text),
    findByStructure: async (text) => exact.find('structure', text),
    close,
    [Symbol.asyncDispose]: close,
  };
}
