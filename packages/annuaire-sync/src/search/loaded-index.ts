import type { SqliteSync, SqliteSyncStatement } from '@mss/store/sync';
import { syncError } from '../errors.js';
import { readSegment, type SegmentPart } from './segment-format.js';
import { SegmentSearch } from './segment-search.js';

/** The index of one generation in memory. Segments never change, so that after an update only new ones are read. */
export class LoadedIndex {
  readonly #db: SqliteSync;
  #state: SqliteSyncStatement | null = null;
  #revision = -1;
  #segments: readonly SegmentSearch[] = [];
  #numbers: readonly number[] = [];

  constructor(db: SqliteSync) {
    this.#db = db;
  }

  /**
   * The segments as they are now, numbered by their place. Call it inside the transaction that reads the rows.
   *
   * @throws MssError `ERR_MSS_ANNUAIRE_DAMAGED`
   */
  segments(): readonly SegmentSearch[] {
    this.#state ??= this.#db.prepare('SELECT revision FROM search_state');
    const revision = this.#state.get<{ revision: number }>()?.revision;
    if (revision === undefined) throw damaged();
    if (revision !== this.#revision) this.#load(revision);
    return this.#segments;
  }

  #load(revision: number): void {
    const rows = this.#db.prepare('SELECT id FROM search_segment ORDER BY id').all<{ id: number }>();
    const known = new Map(this.#segments.map(({ segment }, place) => [this.#numbers[place], segment]));
    this.#segments = rows.map(({ id }, place) => new SegmentSearch(known.get(id) ?? this.#read(id), place, this.#deadIn(id)));
    this.#numbers = rows.map(({ id }) => id);
    this.#revision = revision;
  }

  #read(segment: number): SegmentSearch['segment'] {
    const parts = this.#db.prepare('SELECT name, sequence, bytes FROM search_part WHERE segment = ? ORDER BY name, sequence');
    const read = readSegment(parts.iterate(BigInt(segment)) as unknown as Iterable<SegmentPart>);
    if (read === null) throw damaged();
    return read;
  }

  #deadIn(segment: number): ReadonlySet<number> {
    const rows = this.#db.prepare('SELECT entry FROM search_dead WHERE segment >= ?').all<{ entry: number }>(BigInt(segment));
    return new Set(rows.map(({ entry }) => entry));
  }
}

const damaged = (): Error =>
  syncError('ERR_MSS_ANNUAIRE_DAMAGED', 'the search index of the directory is damaged: delete the directory and synchronise again');
