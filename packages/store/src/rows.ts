import type { StoreRow } from './types.js';

/** Names of columns in lower case, to which PostgreSQL folds them and SQLite does not. */
export function lowerCased<Row extends StoreRow>(rows: readonly Row[]): readonly Row[] {
  const [first] = rows;
  if (first === undefined || Object.keys(first).every((name) => name === name.toLowerCase())) return rows;
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])) as Row);
}
