import {
  ensureMssAddress,
  equalAddresses,
  formatAddress,
  formatMssAddress,
  isMssAddress,
  parseAddressList,
  parseMssAddress,
  toAsciiDomain,
  toUnicodeDomain,
} from '@mss/formats/mime';
import { describe, expect, it } from 'vitest';
import { codeOf, testFile, testLines } from './support.js';

describe('addresses that can be written to [RFC 5321 §4.1.2]', () => {
  it.each(testLines('addresses_valid.txt'))('%s', (line) => {
    const [address = '', wire = address] = line.split('\t');
    expect(parseMssAddress(address)).toBe(address);
    expect(isMssAddress(address)).toBe(true);
    expect(formatMssAddress(ensureMssAddress(address))).toBe(wire);
  });

  it.each(testLines('addresses_invalid.txt'))('not %j', (address) => {
    expect(parseMssAddress(address)).toBeNull();
    expect(isMssAddress(address)).toBe(false);
    expect(codeOf(() => ensureMssAddress(address))).toBe('ERR_MSS_MIME_ADDRESS_INVALID');
  });

  it('are not quoted in the error', () => {
    expect(() => ensureMssAddress('279035121518989 @patient.example')).toThrow(/^not an e-mail address that can be written to$/);
  });
});

describe('equalAddresses', () => {
  it('compares domains without case and in IDNA form, local parts as they are', () => {
    expect(equalAddresses('a@Hôpital.example', 'a@XN--hpital-ixa.EXAMPLE')).toBe(true);
    expect(equalAddresses('a@b.fr', 'A@b.fr')).toBe(false);
    expect(equalAddresses('a@b.fr', 'A@b.fr', { ignoreLocalCase: true })).toBe(true);
    expect(equalAddresses('a@b.fr', 'a@b.fr.')).toBe(false);
    expect(equalAddresses('postmaster', 'Postmaster')).toBe(true);
  });
});

describe('domains [RFC 5890]', () => {
  it('go to A-labels and back', () => {
    expect(toAsciiDomain('CHU-Orléans.mssante.fr')).toBe('xn--chu-orlans-h7a.mssante.fr');
    expect(toUnicodeDomain('xn--chu-orlans-h7a.mssante.fr')).toBe('chu-orléans.mssante.fr');
    expect(toUnicodeDomain('Example.ORG')).toBe('Example.ORG');
    expect(toAsciiDomain('localhost')).toBeNull();
  });
});

describe('parseAddressList [RFC 5322 §3.4]', () => {
  interface Row {
    readonly raw: string;
    readonly mailboxes: readonly (readonly [string | null, string])[];
    readonly warnings?: number;
  }
  const rows: Row[] = JSON.parse(Buffer.from(testFile('address-lists.json')).toString());

  it.each(rows)('$raw', ({ raw, mailboxes, warnings }) => {
    const result = parseAddressList(raw);
    expect(result.value.map(({ name, address }) => [name, address])).toEqual(mailboxes);
    expect(result.warnings.map(({ code }) => code)).toEqual(Array.from({ length: warnings ?? 0 }, () => 'MIME_ADDRESS'));
  });
});

describe('formatAddress', () => {
  it.each([
    [null, 'a@example.org', 'a@example.org'],
    ['', 'a@example.org', 'a@example.org'],
    ['Marie Martin', 'a@example.org', 'Marie Martin <a@example.org>'],
    ['Dr_Marie_MARTIN', 'a@example.org', 'Dr_Marie_MARTIN <a@example.org>'],
    ['Martin, M. "x" \\', 'a@example.org', '"Martin, M. \\"x\\" \\\\" <a@example.org>'],
    ['Dr_Hélène', 'a@HÔPITAL.example', '=?UTF-8?B?RHJfSMOpbMOobmU=?= <a@xn--hpital-ixa.example>'],
    ['=?utf-8?Q?x?=', 'a@example.org', '=?UTF-8?B?PT91dGYtOD9RP3g/PQ==?= <a@example.org>'],
  ])('%j %s', (name, address, written) => {
    expect(formatAddress({ name, address })).toBe(written);
  });

  it('refuses an address that cannot be written to, and a line break in a name', () => {
    expect(codeOf(() => formatAddress({ name: 'x', address: 'MAILER-DAEMON' }))).toBe('ERR_MSS_MIME_ADDRESS_INVALID');
    expect(codeOf(() => formatAddress({ name: 'x\r\nBcc: y', address: 'a@example.org' }))).toBe('ERR_MSS_MIME_HEADER_INJECTION');
  });
});
