import { describe, expect, it } from 'vitest';
import { scanSql } from '../src/scan-sql.js';

describe('parameters of one statement', () => {
  it.each([
    ['SELECT ?, ?', 'SELECT $1, $2'],
    [`SELECT '?', "?", ?`, `SELECT '?', "?", $1`],
    [`SELECT 'it''s ?' || ?`, `SELECT 'it''s ?' || $1`],
    ['SELECT ? -- ?\n, ?', 'SELECT $1 -- ?\n, $2'],
    ['/* ? */ SELECT ? /* ; DELETE */ ; -- end', '/* ? */ SELECT $1 /* ; DELETE */ ; -- end'],
    ['SELECT 1 / ? - ?', 'SELECT 1 / $1 - $2'],
  ])('%s, in both databases', (sql, numbered) => {
    expect(scanSql(sql, 'postgres').numbered).toBe(numbered);
    expect(scanSql(sql, 'sqlite').parameters).toBe(scanSql(sql, 'postgres').parameters);
  });

  it.each([
    [String.raw`SELECT E'\'?', ?`, String.raw`SELECT E'\'?', $1`],
    [String.raw`SELECT '\', ?`, String.raw`SELECT '\', $1`],
    ['SELECT $$ ? ; $$, $body$ ? $$ $body$, ?', 'SELECT $$ ? ; $$, $body$ ? $$ $body$, $1'],
    ['SELECT /* /* ? */ ? */ ?', 'SELECT /* /* ? */ ? */ $1'],
    ['SELECT a[?], name$x FROM t', 'SELECT a[$1], name$x FROM t'],
    ["SELECT nameE'?' , ?", "SELECT nameE'?' , $1"],
  ])('%s, in PostgreSQL', (sql, numbered) => {
    expect(scanSql(sql, 'postgres').numbered).toBe(numbered);
  });

  it.each([
    ['SELECT [?], `?`, ?', 1],
    ['SELECT /* /* ? */ ? /* */', 1],
    ["CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES ('?'); DELETE FROM c; END", 0],
  ])('%s, in SQLite', (sql, count) => {
    expect(scanSql(sql, 'sqlite').parameters).toBe(count);
  });

  it.each([
    '',
    ' ; ',
    '-- only',
    'SELECT 1; SELECT 2',
    'SELECT 1;/* a */ x',
    'SELECT ?2',
    'begin',
    '/* x */ Commit',
    ';ROLLBACK',
    'ATTACH ? AS x',
  ])('%s is refused', (sql) => {
    for (const dialect of ['sqlite', 'postgres'] as const) {
      expect(() => scanSql(sql, dialect)).toThrow(expect.objectContaining({ code: 'ERR_MSS_STORE_SQL' }) as Error);
    }
  });
});
