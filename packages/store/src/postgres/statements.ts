import { scanSql, type ScannedSql } from '../scan-sql.js';
import type { StoreValue } from '../types.js';
import { checkCount, checkValues } from '../values.js';
import { toPostgres } from './values.js';

/** One statement as the driver takes it. */
export interface PostgresStatement {
  readonly text: string;
  readonly values?: readonly (string | number | null | Buffer)[];
}

/** Texts of which it is remembered what was found in them. */
const rememberedTexts = 512;

/** @throws MssError `ERR_MSS_STORE_SQL`, `ERR_MSS_STORE_VALUE` */
export type StatementReader = (sql: string, parameters: readonly StoreValue[]) => PostgresStatement;

/** Turns `?` into `$1`, `$2` … and checks the values. */
export function createStatementReader(): StatementReader {
  const known = new Map<string, ScannedSql>();
  return (sql, parameters) => {
    let scanned = known.get(sql);
    if (scanned === undefined) {
      scanned = scanSql(sql, 'postgres');
      if (known.size >= rememberedTexts) known.clear();
      known.set(sql, scanned);
    }
    checkCount(parameters.length, scanned.parameters);
    checkValues(parameters);
    return { text: scanned.numbered, values: parameters.map(toPostgres) };
  };
}
