import type { Store } from '@mss/store';
import { syncError } from '../errors.js';
import { refuseOtherVersion } from './index-build.js';
import type { SegmentDelivery } from './search-protocol.js';
import type { SearchThread } from './search-thread.js';
import type { SegmentPart } from './segment-format.js';

/** Which state of the directory an index is of. */
export interface PostgresIndexState {
  readonly generation: number;
  readonly revision: number;
  readonly snapshot: number;
  /** Segments that the thread has. */
  readonly segments: ReadonlySet<number>;
}

export function isSameState(a: PostgresIndexState, b: PostgresIndexState): boolean {
  return a.generation === b.generation && a.revision === b.revision && a.snapshot === b.snapshot;
}

/**
 * The state that the database is in now.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_NO_DIRECTORY`, `ERR_MSS_ANNUAIRE_NEWER_DIRECTORY`
 */
export async function readPostgresState(store: Store): Promise<PostgresIndexState> {
  const row = await store.get<{ generation: number; revision: number | null; version: number | null; snapshot: number | null }>(
    `SELECT pointer.generation, state.revision, state.version, (SELECT max(id) FROM annuaire_snapshot) AS snapshot
      FROM annuaire_pointer AS pointer LEFT JOIN annuaire_search_state AS state ON state.generation = pointer.generation`,
  );
  if (row === null || row.generation === 0)
    throw syncError('ERR_MSS_ANNUAIRE_NO_DIRECTORY', 'nothing was synchronised into this database yet');
  const { generation, revision, version, snapshot } = row;
  refuseOtherVersion(version ?? 0);
  return { generation, revision: revision ?? 0, snapshot: snapshot ?? 0, segments: new Set() };
}

const attempts = 5;

/**
 * Brings the newest index to the thread. Segments it has already are not sent again.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_DAMAGED`, `ERR_MSS_ANNUAIRE_NO_DIRECTORY`
 */
export async function loadPostgresIndex(
  store: Store,
  thread: SearchThread,
  before: PostgresIndexState | null,
): Promise<PostgresIndexState> {
  let known: ReadonlySet<number> = new Set();
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const state = await readPostgresState(store);
    if (attempt === 0 && before?.generation === state.generation) known = before.segments;
    const deliveries: SegmentDelivery[] = [];
    for (const id of await segmentIds(store, state.generation)) {
      const parts = known.has(id) ? null : await partsOf(store, state.generation, id);
      deliveries.push({ id, parts, dead: await deadIn(store, state.generation, id) });
    }
    // A synchronisation in the middle: some of this may be of another state.
    if (!isSameState(state, await readPostgresState(store))) continue;
    if (await thread.ask<boolean>({ kind: 'load', segments: deliveries }))
      return { ...state, segments: new Set(deliveries.map(({ id }) => id)) };
    if (known.size === 0)
      throw syncError(
        'ERR_MSS_ANNUAIRE_DAMAGED',
        'the search index of the directory is damaged: delete the directory and synchronise again',
      );
    known = new Set();
  }
  throw syncError('ERR_MSS_ANNUAIRE_BUSY', 'the directory changes faster than it can be read');
}

async function segmentIds(store: Store, generation: number): Promise<readonly number[]> {
  const rows = await store.all<{ id: number }>('SELECT id FROM annuaire_search_segment WHERE generation = ? ORDER BY id LIMIT 10000', [
    generation,
  ]);
  return rows.map(({ id }) => id);
}

async function partsOf(store: Store, generation: number, segment: number): Promise<readonly SegmentPart[]> {
  const names = await store.all<{ name: string; sequence: number }>(
    'SELECT name, sequence FROM annuaire_search_part WHERE generation = ? AND segment = ? ORDER BY name, sequence LIMIT 10000',
    [generation, segment],
  );
  const parts: SegmentPart[] = [];
  for (const { name, sequence } of names) {
    const row = await store.get<{ bytes: Uint8Array }>(
      'SELECT bytes FROM annuaire_search_part WHERE generation = ? AND segment = ? AND name = ? AND sequence = ?',
      [generation, segment, name, sequence],
    );
    if (row !== null) parts.push({ name, sequence, bytes: row.bytes });
  }
  return parts;
}

const deadOfPage = 20_000;

async function deadIn(store: Store, generation: number, segment: number): Promise<Uint32Array> {
  const dead: number[] = [];
  for (let after = -1; ;) {
    const rows = await store.all<{ entry: number }>(
      `SELECT DISTINCT entry FROM annuaire_search_dead WHERE generation = ? AND segment >= ? AND entry > ? ORDER BY entry LIMIT ${deadOfPage}`,
      [generation, segment, after],
    );
    for (const { entry } of rows) dead.push(entry);
    if (rows.length < deadOfPage) return Uint32Array.from(dead);
    after = dead.at(-1) ?? 0;
  }
}
