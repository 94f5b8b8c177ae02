/** Bounces of some forty real mail systems; not part of this repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseMime } from '@mss/formats/mime';
import { inspectReceipt, type Receipt } from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const folder = join(process.env['MSS_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url)), 'dsn');
const corpusAvailable = existsSync(join(folder, 'expected.json'));

interface Row {
  readonly status: string;
  readonly replyCode: string;
  readonly reason: string;
  readonly hardBounce: boolean;
}

/** The corpus gives 5.0.9xx and 4.0.9xx where the mail has no status at all: only the class can be right there. */
const isInvented = (status: string): boolean => /^[45]\.0\.9\d\d$/.test(status);
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

describe.skipIf(!corpusAvailable)('the corpus of bounces [RFC 3463, RFC 3464]', () => {
  const expected: Record<string, Row[]> = corpusAvailable ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) : {};
  const rows = Object.entries(expected).flatMap(([name, list]) => {
    const receipt: Receipt = inspectReceipt(parseMime(new Uint8Array(readFileSync(join(folder, name)))).value);
    return list.map((row, index) => ({ name, row, receipt, found: receipt.recipients[index] }));
  });

  it('has the right status and the right verdict, final or temporary, in at least 97 % of the expected rows', () => {
    const statusRight = rows.filter(({ row, found }) => {
      const status = found?.status ?? '';
      return status === row.status || (isInvented(row.status) && status.charAt(0) === row.status.charAt(0));
    });
    const verdictRight = statusRight.filter(({ row, found }) => (found?.permanent ?? false) === row.status.startsWith('5'));
    const replyRight = rows.filter(({ row, found }) => String(found?.smtpCode ?? '') === row.replyCode);
    const addressRight = rows.filter(({ row, found }) => (found?.addressInvalid ?? false) === row.hardBounce);
    process.stdout.write(
      `corpus: ${rows.length} rows, status ${percent(statusRight.length, rows.length)}, status and verdict ${percent(verdictRight.length, rows.length)}, ` +
        `reply code ${percent(replyRight.length, rows.length)}, invalid address ${percent(addressRight.length, rows.length)}\n`,
    );
    expect(rows.length).toBeGreaterThan(300);
    expect(verdictRight.length / rows.length).toBeGreaterThanOrEqual(0.97);
    expect(replyRight.length / rows.length).toBeGreaterThanOrEqual(0.95);
    expect(addressRight.length / rows.length).toBeGreaterThanOrEqual(0.88);
  });
  it('takes complaints and notices of absence for no receipt', () => {
    const others = rows.filter(({ row }) => row.reason === 'feedback' || row.reason === 'vacation');
    expect(others.length).toBeGreaterThan(10);
    expect(others.filter(({ receipt }) => receipt.kind !== 'none').map(({ name }) => name)).toEqual([]);
  });
  it('gives no more recipients than there are', () => {
    expect(rows.filter(({ name, receipt }) => receipt.recipients.length > (expected[name]?.length ?? 0)).map(({ name }) => name)).toEqual(
      [],
    );
  });
  it('names the recipient and the original message of nearly every bounce', () => {
    const bounces = rows.filter(({ receipt }) => receipt.kind === 'dsn');
    const named = bounces.filter(({ found }) => (found?.finalRecipient ?? found?.originalRecipient ?? null) !== null);
    const tied = bounces.filter(({ receipt }) => receipt.originalMessageId !== null);
    expect(named.length / bounces.length).toBeGreaterThan(0.98);
    expect(tied.length / bounces.length).toBeGreaterThan(0.85);
  });
});

describe.skipIf(corpusAvailable)('the corpus of bounces', () => {
  it('is absent: set MSS_CORPUS to its folder', () => {
    expect(corpusAvailable).toBe(false);
  });
});
