import { readFileSync } from 'node:fs';
import { domainToASCII } from 'node:url';
import { buildCertificate, der, testRsaKey, type CertificateFields } from '@mss/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyObject } from 'node:crypto';
import { isPrivateAddress } from '../src/net/address.js';
import { keepsNameConstraints, permits } from '../src/path/name-constraints.js';
import { readCertificate, type Certificate } from '../src/x509/certificate.js';
import { readPathExtensions } from '../src/x509/extensions.js';
import { addressBytes, coversHost, matchesDnsName } from '../src/x509/host-name.js';

const linesOf = (name: string): [string, string][] =>
  readFileSync(new URL(`../../../tooling/testdata/pki/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, string] => {
      const [presented = '', reference = ''] = line.split('\t');
      return [presented, reference];
    });

let key: KeyObject;
beforeAll(async () => {
  key = await testRsaKey();
});

function certificate(fields: Partial<CertificateFields> = {}): Certificate {
  const name = { commonName: 'x' };
  const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2126-01-01') };
  return readCertificate(buildCertificate({ subject: name, issuer: name, subjectKey: key, issuerKey: key, ...validity, ...fields }));
}

describe('host names [RFC 9525 §6.3]', () => {
  it.each(linesOf('host-names_valid.txt'))('%s covers %s', (presented, reference) => {
    expect(matchesDnsName(presented, domainToASCII(reference))).toBe(true);
  });

  it.each(linesOf('host-names_invalid.txt'))('%s does not cover %s', (presented, reference) => {
    expect(coversHost(certificate({ hostnames: [presented] }), reference) && /[a-z]/.test(reference)).toBe(false);
  });

  it('takes the common name only when there is no other name', () => {
    const subject = { commonName: 'mail.example' };
    expect(coversHost(certificate({ subject }), 'mail.example')).toBe(true);
    expect(coversHost(certificate({ subject, hostnames: ['other.example'] }), 'mail.example')).toBe(false);
    expect(coversHost(certificate({ subject, hostnames: ['10.0.0.1'] }), 'mail.example')).toBe(false);
    expect(coversHost(certificate({ subject: { commonName: '10.0.0.1' } }), '10.0.0.1')).toBe(false);
  });

  it.each([
    ['::1', true],
    ['[::1]', true],
    ['0:0:0:0:0:0:0:1', true],
    ['::2', false],
    ['192.0.2.7', true],
    ['192.0.2.70', false],
  ])('covers the address %s: %s', (host, covered) => {
    expect(coversHost(certificate({ hostnames: ['::1', '192.0.2.7'] }), host)).toBe(covered);
  });

  it('reads addresses as they stand in certificates', () => {
    expect(addressBytes('::ffff:192.0.2.1')).toEqual(addressBytes('::ffff:c000:201'));
    expect(addressBytes('1:2:3:4:5:6:7:8')).toHaveLength(16);
    expect(addressBytes('mail.example')).toBeNull();
  });
});

describe('private addresses [RFC 6890]', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::10.0.0.1',
    '::127.0.0.1',
    '64:ff9b:1::1',
    '2002:7f00:1::1',
    '2001::1',
    'not-an-address',
  ])('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each(['203.0.113.7', '8.8.8.8', '172.32.0.1', '2a01::1', '2001:db8::1', '64:ff9b::8.8.8.8', '::ffff:8.8.8.8'])(
    '%s is none',
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );
});

const subtrees = (tag: number, names: Uint8Array[]): Uint8Array[] =>
  names.length === 0
    ? []
    : [
        der.context(
          tag,
          names.map((name) => der.sequence(name)),
        ),
      ];

/** A certificate with name constraints put in, which the test kit does not make. */
function authority(permitted: Uint8Array[], excluded: Uint8Array[] = []): Certificate {
  const nameConstraints = readCertificate(certificate({ authority: {} }).der);
  const read = der.sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
  return { ...nameConstraints, extensions: { ...nameConstraints.extensions, nameConstraints: parse(read) } };
}

const dns = (name: string): Uint8Array => der.contextPrimitive(2, der.ia5Bytes(name));
const email = (name: string): Uint8Array => der.contextPrimitive(1, der.ia5Bytes(name));
const ip = (...bytes: number[]): Uint8Array => der.contextPrimitive(7, Uint8Array.from(bytes));

function parse(bytes: Uint8Array): NonNullable<Certificate['extensions']['nameConstraints']> {
  const { nameConstraints } = readPathExtensions(bytes, [
    { oid: '2.5.29.30', critical: true, value: { tag: 0x30, at: 0, start: bytes[1] === 0x81 ? 3 : 2, end: bytes.length } },
  ]);
  if (nameConstraints === null) throw new Error('no constraints were read');
  return nameConstraints;
}

const root = (): Certificate => certificate({ subject: { commonName: 'ROOT' }, issuer: { commonName: 'ROOT' }, authority: {} });

const keeps = (leaf: Partial<CertificateFields>, constrained: Certificate): boolean =>
  keepsNameConstraints([certificate({ issuer: { commonName: 'CA' }, ...leaf }), constrained, root()]);

describe('name constraints [RFC 5280 §4.2.1.10]', () => {
  it.each([
    ['a name inside', ['mail.chu.example'], [dns('chu.example')], [], true],
    ['the name itself', ['chu.example'], [dns('chu.example')], [], true],
    ['a name outside', ['mail.other.example'], [dns('chu.example')], [], false],
    ['a name that only ends alike', ['evilchu.example'], [dns('chu.example')], [], false],
    ['one of two names outside', ['mail.chu.example', 'other.example'], [dns('chu.example')], [], false],
    ['an excluded name', ['secret.chu.example'], [], [dns('secret.chu.example')], false],
    ['a name beside the excluded', ['mail.chu.example'], [], [dns('secret.chu.example')], true],
    ['a name inside of permitted and excluded', ['a.b.example'], [dns('b.example')], [dns('a.b.example')], false],
    ['a wildcard that stands for an excluded name', ['*.chu.example'], [], [dns('Secret.CHU.example')], false],
    ['a wildcard beside the excluded name', ['*.chu.example'], [], [dns('secret.autre.example')], true],
    ['a wildcard above the excluded name, which it does not reach', ['*.chu.example'], [], [dns('a.secret.chu.example')], true],
    ['a wildcard that only begins inside of the permitted', ['*.chu.example'], [dns('mail.chu.example')], [], false],
    ['an excluded range that is none', ['10.1.2.3'], [], [ip(10, 0, 0, 0, 255)], false],
    ['an excluded range of the other family', ['10.1.2.3'], [], [ip(...Array.from({ length: 32 }, () => 0))], true],
    ['an address inside', ['10.1.2.3'], [ip(10, 0, 0, 0, 255, 0, 0, 0)], [], true],
    ['an address outside', ['11.1.2.3'], [ip(10, 0, 0, 0, 255, 0, 0, 0)], [], false],
    ['a name of another kind than the constraint', ['mail.example'], [ip(10, 0, 0, 0, 255, 0, 0, 0)], [], true],
  ])('%s', (_, hostnames, permitted, excluded, kept) => {
    expect(keeps({ hostnames }, authority(permitted, excluded))).toBe(kept);
  });

  it('hold for the common name that stands for a host, and for directory names', () => {
    expect(keeps({ subject: { commonName: 'mail.other.example' } }, authority([dns('chu.example')]))).toBe(false);
    const directory = der.context(4, der.sequence(der.set(der.sequence(der.oid('2.5.4.10'), der.utf8String('CHU fictif')))));
    expect(keeps({ subject: { organization: 'chu  FICTIF', commonName: 'x' } }, authority([directory]))).toBe(true);
    expect(keeps({ subject: { organization: 'AUTRE', commonName: 'x' } }, authority([directory]))).toBe(false);
  });

  it('hold for mailboxes, also those in the subject, and for the hosts of URIs', () => {
    for (const [address, base, kept] of [
      ['a@chu.example', 'chu.example', true],
      ['a@CHU.example', 'chu.example', true],
      ['a@x.chu.example', 'chu.example', false],
      ['a@x.chu.example', '.chu.example', true],
      ['a@chu.example', 'a@chu.example', true],
      ['b@chu.example', 'a@chu.example', false],
    ] as const) {
      expect([address, base, keeps({ emails: [address] }, authority([email(base)]))]).toEqual([address, base, kept]);
    }
    expect(keeps({ hostnames: ['mail.example'] }, authority([email('chu.example')]))).toBe(true);
    for (const [address, kept] of [
      ['https://chu.example/x', true],
      ['https://x.chu.example/x', false],
      ['urn:x', false],
    ] as const) {
      expect([
        address,
        permits({ permitted: [{ kind: 'uri', value: 'chu.example' }], excluded: [] }, { kind: 'uri', value: address }),
      ]).toEqual([address, kept]);
    }
  });

  it('do not take one attribute for two, whatever its value looks like', () => {
    const organization = der.sequence(der.oid('2.5.4.10'), der.utf8String('CHU'));
    const country = der.sequence(der.oid('2.5.4.6'), der.printableString('FR'));
    const both = der.context(4, der.sequence(der.set(organization, country)));
    expect(keeps({ subject: { organization: 'CHU+2.5.4.6=fr', commonName: 'x' } }, authority([both]))).toBe(false);
  });

  it('of a kind that is not compared refuse every name of that kind', () => {
    const other = { kind: 'other', value: '160:00' } as const;
    expect(permits({ permitted: [other], excluded: [] }, other)).toBe(false);
    expect(permits({ permitted: [], excluded: [other] }, other)).toBe(false);
    expect(permits({ permitted: [other], excluded: [] }, { kind: 'dns', value: 'mail.example' })).toBe(true);
  });
});
