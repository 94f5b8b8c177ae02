import type { StoreTransaction } from '@mss/store';

/** A row as it travels: one text for many rows, taken apart by the server. */
export interface PostgresRow {
  readonly id: number;
  readonly address: string | null;
  readonly person: string | null;
  readonly structure: string | null;
  readonly line: string;
  readonly shown: number;
}

const shape = 'AS rows(id bigint, address text, person text, structure text, line text, shown smallint)';

export async function insertRows(transaction: StoreTransaction, generation: number, rows: readonly PostgresRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.run(
    `INSERT INTO annuaire_entry (generation, id, address, person, structure, line, shown)
      SELECT ?::integer, id, address, person, structure, line, shown FROM json_to_recordset(?::json) ${shape}`,
    [generation, JSON.stringify(rows)],
  );
}

export async function updateRows(transaction: StoreTransaction, generation: number, rows: readonly PostgresRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.run(
    `UPDATE annuaire_entry AS entry SET address = rows.address, person = rows.person, structure = rows.structure, line = rows.line, shown = rows.shown
      FROM json_to_recordset(?::json) ${shape} WHERE entry.generation = ?::integer AND entry.id = rows.id`,
    [JSON.stringify(rows), generation],
  );
}

const idsOf = 'SELECT value::bigint FROM json_array_elements_text(?::json)';

export async function deleteRows(transaction: StoreTransaction, generation: number, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await transaction.run(`DELETE FROM annuaire_entry WHERE generation = ?::integer AND id IN (${idsOf})`, [generation, JSON.stringify(ids)]);
}

/** Sets what is shown of the activities of these professionals. @returns the rows whose visibility changed */
export async function showActivities(
  transaction: StoreTransaction,
  of: { readonly generation: number; readonly people: readonly string[]; readonly first: number; readonly end: number },
): Promise<readonly { readonly id: number; readonly line: string; readonly shown: number }[]> {
  if (of.people.length === 0) return [];
  const rows = await transaction.all<{ id: number; line: string; shown: number }>(
    `SELECT activity.id, activity.line,
        CASE WHEN EXISTS (SELECT 1 FROM annuaire_entry AS mailbox WHERE mailbox.generation = activity.generation AND mailbox.person = activity.person
          AND mailbox.id < ?::bigint) THEN 0 ELSE 1 END AS shown
      FROM annuaire_entry AS activity
      WHERE generation = ?::integer AND id >= ?::bigint AND id < ?::bigint AND person IN (SELECT value FROM json_array_elements_text(?::json))`,
    [of.first, of.generation, of.first, of.end, JSON.stringify(of.people)],
  );
  const changed: { readonly id: number; readonly line: string; readonly shown: number }[] = [];
  for (const shown of [0, 1]) {
    const ids = rows.filter((row) => row.shown === shown).map(({ id }) => id);
    if (ids.length === 0) continue;
    const updated = await transaction.all<{ id: number }>(
      `UPDATE annuaire_entry SET shown = ?::smallint WHERE generation = ?::integer AND shown <> ?::smallint AND id IN (${idsOf}) RETURNING id`,
      [shown, of.generation, shown, JSON.stringify(ids)],
    );
    const touched = new Set(updated.map(({ id }) => id));
    changed.push(...rows.filter((row) => touched.has(row.id)));
  }
  return changed;
}
