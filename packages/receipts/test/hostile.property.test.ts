import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { isMssError, utf8Encode } from '@mss/core';
import { parseMime } from '@mss/formats/mime';
import { inspectReceipt, type Receipt } from '@mss/receipts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const seed = 20260101;
const folder = fileURLToPath(new URL('../../../tooling/testdata/receipts/', import.meta.url));
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => new Uint8Array(readFileSync(folder + name)));
const inspect = (bytes: Uint8Array): Receipt | null => {
  try {
    return inspectReceipt(parseMime(bytes).value);
  } catch (error) {
    // Only the reader of the container may refuse.
    if (isMssError(error) && error.code.startsWith('ERR_MSS_MIME_')) return null;
    throw error;
  }
};
const check = (receipt: Receipt | null): void => {
  for (const one of receipt?.recipients ?? []) {
    if (one.status !== null) expect(one.status).toMatch(/^[245]\.\d{1,3}\.\d{1,3}$/);
    expect(one.permanent).toBe(one.status?.startsWith('5') === true);
    if (one.smtpCode !== null && one.status !== null) expect(String(one.smtpCode).charAt(0)).toBe(one.status.charAt(0));
    if (one.addressInvalid) expect(one.permanent).toBe(true);
    expect(one.diagnostic ?? '').not.toMatch(/[\r\n]/);
  }
};

describe(`damaged receipts, seed ${seed}`, () => {
  it('cut anywhere never make the reader throw, and what it says is well-formed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.double({ min: 0, max: 1, noNaN: true }), (bytes, share) => {
        check(inspect(bytes.subarray(0, Math.floor(bytes.length * share))));
      }),
      { seed, numRuns: 300 },
    );
  });
  it('with lines lost, doubled or moved never make the reader throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(80), fc.nat(80)), { maxLength: 6 }), (bytes, moves) => {
        const lines = new TextDecoder().decode(bytes).split('\r\n');
        for (const [from, to] of moves) lines.splice(to % lines.length, from % 2, lines[from % lines.length] ?? '');
        check(inspect(utf8Encode(lines.join('\r\n'))));
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe('oversized receipts', () => {
  const head = 'From: MAILER-DAEMON@x.test\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n';
  const report = (fields: string): Uint8Array =>
    utf8Encode(
      `${head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;x\r\n\r\n${fields}\r\n--b--\r\n`,
    );
  it.each([
    [
      'a field folded a hundred thousand times',
      report(
        `Final-Recipient: rfc822;a@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp;\r\n${' 550 5.1.1 x\r\n'.repeat(100_000)}`,
      ),
    ],
    [
      'a hundred thousand fields in one group',
      report(`Final-Recipient: rfc822;a@b.test\r\nStatus: 5.1.1\r\nAction: failed\r\n${'X-A: b\r\n'.repeat(100_000)}`),
    ],
    ['many recipients', report('Final-Recipient: rfc822;a@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n'.repeat(3_000))],
    [
      'a notification of three megabytes',
      utf8Encode(
        `${head}Content-Type: text/plain\r\n\r\n${'<a@b.test>: 550 user unknown, quota, policy, message rejected as spam by host '.repeat(40_000)}`,
      ),
    ],
    ['three megabytes without a line end', utf8Encode(`${head}Content-Type: text/plain\r\n\r\n${'a.b@c.d-'.repeat(400_000)}`)],
    [
      'three megabytes of spaces',
      utf8Encode(`${head}Content-Type: text/plain\r\n\r\nThis is the mail system at host x.\r\n${' '.repeat(3_000_000)}`),
    ],
    ['three megabytes of dashes', utf8Encode(`${head}Content-Type: text/plain\r\n\r\n${'-'.repeat(3_000_000)}`)],
    ['three megabytes of HTML brackets', utf8Encode(`${head}Content-Type: text/html\r\n\r\n${'<'.repeat(3_000_000)}`)],
    ['three megabytes of style elements', utf8Encode(`${head}Content-Type: text/html\r\n\r\n${'<style>'.repeat(430_000)}`)],
  ])('%s: read or refused, in a time that does not depend on the square of the size', (_name, bytes) => {
    check(inspect(bytes));
  });
});
