import { isMssError } from '@mss/core';
import { answerOcsp, createTestIgc, der, type TestIgc } from '@mss/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCrl } from '../src/crl/crl.js';
import { indexEntries } from '../src/crl/entries.js';
import { oidOf, timeOf } from '../src/der/values.js';
import { readTlv } from '../src/der/reader.js';
import { readOcspResponse } from '../src/ocsp/response.js';
import { readCertificates } from '../src/x509/bundle.js';
import { readCertificate } from '../src/x509/certificate.js';

const seed = 20260101;
let igc: TestIgc;
beforeAll(async () => {
  igc = await createTestIgc();
});
afterAll(() => igc.close());

/** Only coded errors may come out of a reader, whatever goes in. */
function onlyCodes(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!isMssError(error)) throw error;
    expect(error.code).toMatch(/^ERR_MSS_PKI_/);
  }
}

const change = (bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array => {
  const changed = new Uint8Array(bytes);
  for (const [at, value] of changes) changed[at % changed.length] = value;
  return changed;
};

const plain = (one: Uint8Array): string =>
  Buffer.from(one)
    .toString('hex')
    .replace(/^(00)+(?=..)/, '');

describe('readers of DER', () => {
  it('throw nothing but coded errors on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        onlyCodes(() => readTlv(bytes, 0, bytes.length));
        onlyCodes(() => readCertificate(bytes));
        onlyCodes(() => readCertificates(bytes));
        onlyCodes(() => readCrl(bytes));
        onlyCodes(() => readOcspResponse(bytes));
        onlyCodes(() => indexEntries(bytes, { tag: 0x30, at: 0, start: 1, end: Math.max(1, bytes.length) }).find(bytes.subarray(0, 4)));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('throw nothing but coded errors on real certificates and CRLs with bytes changed', () => {
    const leaf = new Uint8Array(igc.intermediate.der);
    const answer = answerOcsp(null, {
      issuer: igc.intermediate,
      nonce: 'none',
      about: igc.intermediate,
      signer: { certificate: leaf, key: igc.intermediate.key },
    });
    const crl = new Uint8Array(igc.crl(igc.intermediate, { extraSerials: 4, scope: { url: 'http://crl.example/x' } }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }), (changes) => {
        onlyCodes(() => readCertificate(change(leaf, changes)));
        onlyCodes(() => readOcspResponse(change(answer, changes)));
        onlyCodes(() => {
          const read = readCrl(change(crl, changes));
          indexEntries(read.der, read.entries);
        });
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('read back object identifiers and times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 39 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (first, second, rest) => {
          const dotted = [first, second, ...rest].join('.');
          const bytes = der.oid(dotted);
          expect(oidOf(bytes, readTlv(bytes, 0, bytes.length))).toBe(dotted);
        },
      ),
      { seed },
    );
    fc.assert(
      fc.property(fc.date({ min: new Date('1950-01-01'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (instant) => {
        const whole = new Date(Math.floor(instant.getTime() / 1000) * 1000);
        const bytes = der.time(whole);
        expect(timeOf(bytes, readTlv(bytes, 0, bytes.length))).toEqual(whole);
      }),
      { seed },
    );
  });

  it('find exactly the serials of a list', () => {
    const serial = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(serial, { minLength: 1, maxLength: 60 }), fc.array(serial, { maxLength: 20 }), (listed, others) => {
        const entries = listed.map((one) => der.sequence(der.integer(one), der.time(new Date('2026-01-01'))));
        const bytes = Buffer.concat([Uint8Array.of(0), ...entries]);
        const table = indexEntries(bytes, { tag: 0x30, at: 0, start: 1, end: bytes.length });
        const known = new Set(listed.map(plain));
        for (const one of [...others, ...listed, ...others])
          expect(table.find(der.integer(one).subarray(2)) !== null, plain(one)).toBe(known.has(plain(one)));
      }),
      { seed, numRuns: 300 },
    );
  });
});
