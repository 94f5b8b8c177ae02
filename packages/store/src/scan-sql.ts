import { storeError } from './errors.js';
import type { StoreDialect } from './types.js';

/** What has to be known of one SQL text before it runs. */
export interface ScannedSql {
  /** The first word, in upper case. */
  readonly keyword: string;
  /** How many `?` stand outside quotes and comments. */
  readonly parameters: number;
  /** The text with `$1`, `$2` … in place of each `?`. */
  readonly numbered: string;
}

/** Words that would end or open a transaction behind the store's back, or leave the database. */
const reserved: ReadonlySet<string> = new Set([
  'BEGIN',
  'START',
  'COMMIT',
  'END',
  'ROLLBACK',
  'ABORT',
  'SAVEPOINT',
  'RELEASE',
  'PREPARE',
  'ATTACH',
  'DETACH',
  'VACUUM',
]);

/**
 * What is skipped, by dialect: quoted texts and names, line comments.
 *
 * SQLite: `'…'`, `"…"`, `` `…` ``, `[…]`, `-- …`. PostgreSQL: `'…'`, `E'…'` (backslash escapes), `"…"`, `$tag$…$tag$`, `-- …`.
 * A quote that is never closed is left to the database to refuse.
 */
const skipped: Readonly<Record<StoreDialect, RegExp>> = {
  sqlite: /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*/y,
  postgres:
    /(?<![\w$\u0080-\uffff])[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$\u0080-\uffff])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?\$\1\$|--[^\n]*/y,
};

/** The only characters at which something of interest can start. */
const interesting = /['"`[\-/$eE?;]/g;

/**
 * Finds the parameters of one statement.
 *
 * Not checked: whether the database understands the rest.
 *
 * @throws MssError `ERR_MSS_STORE_SQL`: no statement, several of them, a numbered parameter, or a statement that steers transactions
 */
export function scanSql(sql: string, dialect: StoreDialect): ScannedSql {
  const keyword = firstWord(sql, dialect);
  if (keyword === '') throw storeError('ERR_MSS_STORE_SQL', 'the SQL holds no statement');
  if (reserved.has(keyword)) {
    throw storeError('ERR_MSS_STORE_SQL', `${keyword} is not for statements: the store opens and ends transactions itself`);
  }
  // The body of a trigger holds statements of its own.
  const body = dialect === 'sqlite' && /^\s*create\s+(?:temp\s+|temporary\s+)?trigger\b/i.test(sql);
  let parameters = 0;
  let numbered = '';
  let copied = 0;
  let at = 0;
  for (;;) {
    interesting.lastIndex = at;
    const found = interesting.exec(sql);
    if (found === null) break;
    const end = skipFrom(sql, found.index, dialect);
    if (end > found.index) {
      at = end;
      continue;
    }
    at = found.index + 1;
    if (found[0] === '?') {
      if (/[0-9]/.test(sql[at] ?? '')) throw storeError('ERR_MSS_STORE_SQL', 'parameters are written ?, without numbers');
      parameters += 1;
      numbered += `${sql.slice(copied, found.index)}$${parameters}`;
      copied = at;
    } else if (found[0] === ';' && !body && firstWord(sql.slice(at), dialect) !== '') {
      throw storeError('ERR_MSS_STORE_SQL', 'one statement at a time: there is more after a semicolon');
    }
  }
  return { keyword, parameters, numbered: numbered + sql.slice(copied) };
}

/** The first word after blanks, comments and semicolons; a non-word character where there is none; `''` at the end. */
function firstWord(sql: string, dialect: StoreDialect): string {
  let at = 0;
  for (;;) {
    while (at < sql.length && /[\s;]/.test(sql[at] ?? '')) at += 1;
    const end = sql.startsWith('--', at) || sql.startsWith('/*', at) ? skipFrom(sql, at, dialect) : at;
    if (end === at) break;
    at = end;
  }
  return /^(?:[A-Za-z]+|[^]?)/.exec(sql.slice(at, at + 40))?.[0].toUpperCase() ?? '';
}

/** The end of the quoted text or comment that starts at `at`; `at` itself when none does. */
function skipFrom(sql: string, at: number, dialect: StoreDialect): number {
  if (sql.startsWith('/*', at)) return endOfBlockComment(sql, at, dialect);
  const pattern = skipped[dialect];
  pattern.lastIndex = at;
  const match = pattern.exec(sql);
  return match === null ? at : at + match[0].length;
}

/** PostgreSQL nests block comments, SQLite does not. */
function endOfBlockComment(sql: string, start: number, dialect: StoreDialect): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start + 2;
  for (let depth = 1; ;) {
    const found = mark.exec(sql);
    if (found === null) return sql.length;
    if (found[0] === '*/') depth -= 1;
    else if (dialect === 'postgres') depth += 1;
    if (depth === 0) return mark.lastIndex;
  }
}
