import { readdirSync, readFileSync } from 'node:fs';
import { buildCrl, createTestIgc, der, testEcKey, type TestIgc } from '@mss/testkit';
import { constants, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookUpInCrl } from '../src/index.js';
import { readCrl } from '../src/crl/crl.js';
import { indexEntries } from '../src/crl/entries.js';

const folder = new URL('../../../tooling/testdata/pki/hostile-crl/', import.meta.url);

let igc: TestIgc;
beforeAll(async () => {
  igc = await createTestIgc();
});
afterAll(() => igc.close());

const now = { now: (): Date => new Date() };

const hash = (oid: string): Uint8Array => der.sequence(der.oid(oid), der.nothing);

const pss = (oid: string): Uint8Array =>
  der.sequence(
    der.oid('1.2.840.113549.1.1.10'),
    der.sequence(
      der.context(0, hash(oid)),
      der.context(1, der.sequence(der.oid('1.2.840.113549.1.1.8'), hash(oid))),
      der.context(2, der.integer(32)),
    ),
  );

const entry = (...rest: Uint8Array[]): Uint8Array => der.sequence(der.integer(7), der.time(new Date('2026-01-01')), ...rest);

const list = (...entries: Uint8Array[]): { bytes: Uint8Array; tlv: Parameters<typeof indexEntries>[1] } => {
  const bytes = Buffer.concat([Uint8Array.of(0), ...entries]);
  return { bytes, tlv: { tag: 0x30, at: 0, start: 1, end: bytes.length } };
};

const extension = (critical: boolean, oid: string): Uint8Array =>
  der.sequence(der.sequence(der.oid(oid), critical ? der.boolean(true) : [], der.octetString(der.sequence())));

describe('a hostile CRL', () => {
  it.each(readdirSync(folder))('%s is refused as its name says', (name) => {
    expect(() => readCrl(new Uint8Array(readFileSync(new URL(name, folder))))).toThrow(
      expect.objectContaining({ code: name.split('.')[0] }),
    );
  });

  it('cut off anywhere is refused with a code', () => {
    const whole = igc.crl(igc.intermediate, { extraSerials: 3 });
    for (let length = 0; length < whole.length; length++) {
      const code = length === 0 ? 'ERR_MSS_PKI_CRL_NOT_A_CRL' : 'ERR_MSS_PKI_CRL_MALFORMED';
      expect(() => lookUpInCrl(whole.subarray(0, length), { issuer: igc.intermediate.der }), String(length)).toThrow(
        expect.objectContaining({ code }),
      );
    }
  });

  it('with one byte changed anywhere is refused with a code', () => {
    const whole = igc.crl(igc.intermediate, { extraSerials: 2 });
    for (let at = 0; at < whole.length; at++) {
      const spoilt = new Uint8Array(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0x55;
      expect(() => lookUpInCrl(spoilt, { issuer: igc.intermediate.der }), String(at)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_MSS_PKI_CRL_/) }),
      );
    }
  });

  it('of another issuer with the same name is refused', async () => {
    const other = await createTestIgc();
    expect(() => lookUpInCrl(other.crl(other.root), { issuer: igc.root.der })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_PKI_CRL_ISSUER' }),
    );
    await other.close();
  });
});

describe('lookUpInCrl', () => {
  it('finds what is listed, with its date and reason, and nothing else', async () => {
    const certificates = await Promise.all(Array.from({ length: 4 }, (_, index) => igc.issueServer({ hostnames: [`${index}.example`] })));
    const [held, compromised, plain, good] = certificates;
    const at = new Date('2026-05-04T03:02:01Z');
    igc.revoke(held!, { reason: 'certificateHold', at });
    igc.revoke(compromised!, { reason: 'keyCompromise', at });
    igc.revoke(plain!, { at });
    const crl = lookUpInCrl(igc.crl(igc.intermediate, { extraSerials: 500 }), { issuer: igc.intermediate.der });
    expect(crl.count).toBe(503);
    expect(crl.find(held!.serial)).toEqual({ revokedAt: at, reason: 'certificateHold' });
    expect(crl.find(`00${compromised!.serial}`)).toEqual({ revokedAt: at, reason: 'keyCompromise' });
    expect(crl.find(plain!.serial)).toEqual({ revokedAt: at, reason: null });
    for (const serial of [good!.serial, '00', '01', 'ff', held!.serial.slice(2), `${held!.serial}00`]) expect(crl.find(serial)).toBeNull();
  });

  it('reads an empty CRL, and one in PEM', () => {
    const bare = igc.crl(igc.root);
    expect(lookUpInCrl(bare, { issuer: igc.root.der })).toMatchObject({ count: 0 });
    expect(lookUpInCrl(Buffer.from(der.pem('X509 CRL', bare)), { issuer: igc.root.der })).toMatchObject({ count: 0 });
  });

  it('verifies ECDSA and RSASSA-PSS, and refuses PSS with SHA-1', async () => {
    const ecKey = await testEcKey();
    const rsaKey = igc.root.key;
    const fields = {
      issuer: { commonName: 'AC' },
      thisUpdate: new Date(Date.now() - 1000),
      nextUpdate: new Date(Date.now() + 86_400_000),
      number: 1,
      entries: [],
    };
    const tbsOf = (algorithm: Uint8Array): Uint8Array =>
      der.sequence(
        der.integer(1),
        algorithm,
        der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.utf8String('AC')))),
        der.time(fields.thisUpdate),
        der.time(fields.nextUpdate),
      );
    const { buildCertificate } = await import('@mss/testkit');
    const issuerOf = (key: typeof ecKey): Uint8Array =>
      buildCertificate({
        subject: { commonName: 'AC' },
        issuer: { commonName: 'AC' },
        subjectKey: key,
        issuerKey: rsaKey,
        notBefore: new Date(0),
        notAfter: new Date('2100-01-01'),
        authority: {},
      });
    const crlOf = (algorithm: Uint8Array, signature: (tbs: Uint8Array) => Uint8Array): Uint8Array => {
      const tbs = tbsOf(algorithm);
      return der.sequence(tbs, algorithm, der.bitString(signature(tbs)));
    };
    const ecAlgorithm = der.sequence(der.oid('1.2.840.10045.4.3.2'));
    expect(
      lookUpInCrl(
        crlOf(ecAlgorithm, (tbs) => sign('sha256', tbs, ecKey)),
        { issuer: issuerOf(ecKey) },
      ).count,
    ).toBe(0);
    const signPss = (name: string) => (tbs: Uint8Array) =>
      sign(name, tbs, { key: rsaKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    expect(lookUpInCrl(crlOf(pss('2.16.840.1.101.3.4.2.1'), signPss('sha256')), { issuer: issuerOf(rsaKey) }).count).toBe(0);
    expect(() => lookUpInCrl(crlOf(pss('1.3.14.3.2.26'), signPss('sha1')), { issuer: issuerOf(rsaKey) })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_PKI_CRL_SIGNATURE' }),
    );
    // The key of another family does not verify.
    expect(() =>
      lookUpInCrl(
        crlOf(ecAlgorithm, (tbs) => sign('sha256', tbs, ecKey)),
        { issuer: issuerOf(rsaKey) },
      ),
    ).toThrow(expect.objectContaining({ code: 'ERR_MSS_PKI_CRL_SIGNATURE' }));
  });

  it('refuses an entry with a critical extension that is not processed, wherever it stands', () => {
    const certificateIssuer = '2.5.29.29';
    for (const before of [0, 1, 50]) {
      const many = Array.from({ length: before }, () => entry());
      const critical = list(...many, entry(extension(true, certificateIssuer)), entry());
      expect(() => indexEntries(critical.bytes, critical.tlv)).toThrow(expect.objectContaining({ code: 'ERR_MSS_PKI_CRL_UNSUPPORTED' }));
      const harmless = list(...many, entry(extension(false, certificateIssuer)), entry(extension(true, '2.5.29.24')));
      expect(indexEntries(harmless.bytes, harmless.tlv).count).toBe(before + 2);
    }
  });

  it('refuses entries that are malformed', () => {
    const good = der.sequence(der.integer(7), der.time(new Date('2026-01-01')));
    const malformed = [
      der.sequence(der.integer(7)),
      der.sequence(der.time(new Date('2026-01-01'))),
      der.sequence(Uint8Array.of(0x02, 0x00), der.time(new Date('2026-01-01'))),
      der.sequence(Uint8Array.of(0x02, 0x02, 0x00, 0x07), der.time(new Date('2026-01-01'))),
      der.sequence(der.integer(7), der.octetString(new Uint8Array(13))),
      der.set(der.integer(7), der.time(new Date('2026-01-01'))),
      good.subarray(0, good.length - 1),
      Uint8Array.of(0x30),
    ];
    for (const bad of malformed) {
      const bytes = Buffer.concat([Uint8Array.of(0), good, bad]);
      expect(() => indexEntries(bytes, { tag: 0x30, at: 0, start: 1, end: bytes.length }), Buffer.from(bad).toString('hex')).toThrow();
    }
  });

  it('verifies at the injected time', () => {
    const bytes = igc.crl(igc.root);
    const at = (ms: number) => ({ issuer: igc.root.der, clock: { now: () => new Date(now.now().getTime() + ms) } });
    expect(lookUpInCrl(bytes, at(0)).count).toBe(0);
    expect(() => lookUpInCrl(bytes, at(8 * 86_400_000))).toThrow(expect.objectContaining({ code: 'ERR_MSS_PKI_CRL_EXPIRED' }));
    expect(() => lookUpInCrl(bytes, at(-86_400_000))).toThrow(expect.objectContaining({ code: 'ERR_MSS_PKI_CRL_NOT_YET_VALID' }));
  });

  it('answers the same as a naive reading for two hundred thousand entries', () => {
    const revoked = { serial: Buffer.from('0123456789abcdef', 'hex'), revokedAt: new Date('2026-01-01') };
    const bytes = buildCrl({
      issuer: igc.intermediate.name,
      issuerKey: igc.intermediate.key,
      thisUpdate: new Date(Date.now() - 1000),
      nextUpdate: new Date(Date.now() + 1e8),
      number: 1,
      entries: [revoked],
      extraSerials: 200_000,
    });
    const crl = lookUpInCrl(bytes, { issuer: igc.intermediate.der });
    expect(crl.count).toBe(200_001);
    expect(crl.find('0123456789ABCDEF')).not.toBeNull();
    const filler = '5f'.repeat(12);
    expect(crl.find(`${filler}00000000`)).toMatchObject({ reason: 'superseded' });
    expect(crl.find(`${filler}00030d3f`)).toMatchObject({ reason: 'superseded' });
    expect(crl.find(`${filler}00030d40`)).toBeNull();
  });
});
