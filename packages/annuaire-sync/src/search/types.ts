import type { DirectoryEntry } from '../directory/index.js';
import type { SearchMatch } from './reasons.js';

/** What a search box and its filters hold. */
export interface SearchOptions {
  /** Words of a profession or speciality ("cardiologue", "médecine générale"): every hit has them there. */
  readonly profession?: string;
  /** Town, postcode or its beginning: every hit has it there. */
  readonly place?: string;
  /** Types of mailbox, as published: `PER`, `ORG`, `APP`, `CAB`. */
  readonly types?: readonly string[];
  /** Labels of professions, as published. */
  readonly professions?: readonly string[];
  /** Labels of specialities, as published. */
  readonly specialties?: readonly string[];
  /** `69`, `2A`, `974`. */
  readonly departments?: readonly string[];
  /** Default 0; at most 2,000 with the page, where pages end. */
  readonly offset?: number;
  /** Default 20, at most 200. */
  readonly limit?: number;
  /** An aborted search is not begun, or its answer is thrown away: for a box in which one goes on typing. */
  readonly signal?: AbortSignal;
}

/** One entry, and why it was found. */
export interface SearchHit {
  readonly entry: DirectoryEntry;
  /** For each word of the search where it stands; a word found by `typing-error` was perhaps another one. */
  readonly matches: readonly SearchMatch[];
  /** Greater is better; comparable only within one answer. */
  readonly score: number;
}

export interface SearchResult {
  /** Entries that match, those beyond the page too. */
  readonly total: number;
  readonly hits: readonly SearchHit[];
  /** The snapshot that answered. */
  readonly snapshot: number;
}

/**
 * A directory on this machine, open for search.
 *
 * A search sees each new snapshot at once. Look-ups in SQLite (`findBy…`) that follow each other within 10 ms may read one state:
 * to ask for the newest takes longer than to look up.
 */
export interface DirectorySearch extends AsyncDisposable {
  /** Names, towns, professions, structures, identifiers and addresses, as they are typed. */
  search(text: string, options?: SearchOptions): Promise<SearchResult>;
  /** Every entry of one mailbox: one for each activity. Letter case does not matter. */
  findByAddress(address: string): Promise<readonly DirectoryEntry[]>;
  /** Every entry of one professional. @param identifier - RPPS (11 figures), ADELI (9), or the national identifier with its prefix */
  findByPerson(identifier: string): Promise<readonly DirectoryEntry[]>;
  /** Every mailbox of one structure, those of its professionals too. @param identifier - FINESS (9 characters) or SIRET (14) */
  findByStructure(identifier: string): Promise<readonly DirectoryEntry[]>;
  close(): Promise<void>;
}

export const defaultPage = 20;
export const maxPage = 200;
/** Pages end here: nobody leafs further, and ranking costs by what is kept. */
export const maxDepth = 2000;
/** Entries of one mailbox, person or structure at most. */
export const maxEntriesOfOne = 1000;
