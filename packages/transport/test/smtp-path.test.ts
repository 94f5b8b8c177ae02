import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writePath } from '../src/smtp/path.js';
import { queueIdOf, sanitiseReplyText } from '../src/smtp/reply-text.js';
import { encodeUtf8Address, encodeXtext } from '../src/smtp/xtext.js';

const cases = (name: string): string[] =>
  readFileSync(new URL(`../../../tooling/testdata/transport/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

describe('the envelope path [RFC 5321 4.1.2]', () => {
  it.each(cases('smtp_path_valid').map((line) => line.split('\t') as [string, string]))('%s', (address, path) => {
    expect(writePath(address).text).toBe(path);
    expect(writePath(address).needsUtf8).toBe(/[^\x20-\x7e]/.test(path));
  });
  it.each(cases('smtp_path_invalid'))('%s is refused', (address) => {
    expect(() => writePath(address)).toThrow(expect.objectContaining({ code: 'ERR_MSS_SMTP_ADDRESS' }));
  });
});

describe('parameter values', () => {
  it('xtext [RFC 3461 4]', () => {
    expect(encodeXtext('a+b=c d~!')).toBe('a+2Bb+3Dc+20d~!');
    expect(() => encodeXtext('é')).toThrow(RangeError);
  });
  it('UTF-8 addresses [RFC 6533 3]', () => {
    expect(encodeUtf8Address('hélène+x=y\\z@x.fr')).toBe('hélène\\x{2B}x\\x{3D}y\\x{5C}z@x.fr');
  });
});

describe('the words of a server', () => {
  const reply = (...lines: string[]): { code: number; enhancedStatus: null; lines: string[] } => ({
    code: 550,
    enhancedStatus: null,
    lines,
  });

  it.each([
    ['<marie.durand@medecin.mssante.fr>: unknown', '<…@medecin.mssante.fr>: unknown'],
    ['user 279035121518989 unknown', 'user … unknown'],
    ['user 2790351215189 unknown', 'user … unknown'],
    ['"marie durand"@x.fr and a@[192.0.2.1]', '…@x.fr and …@[192.0.2.1]'],
    ['a\u0007b\u202Ec\td', 'a b c d'],
    ['queued as 4XyZ1w2b3c', 'queued as 4XyZ1w2b3c'],
  ])('%j is shown as %j', (said, shown) => {
    expect(sanitiseReplyText(reply(said))).toBe(shown);
  });

  it('hide the local parts of the envelope wherever they stand, and end somewhere', () => {
    expect(sanitiseReplyText(reply('mailbox marie.durand', 'MARIE.DURAND is full'), ['marie.durand@x.fr'])).toBe('mailbox … … is full');
    expect(sanitiseReplyText(reply('x'.repeat(2000)))).toHaveLength(500);
  });

  it.each([
    ['Ok: queued as 4XyZ1w2b3c', '4XyZ1w2b3c'],
    ['OK id=1tAbCd-000001-Ab', '1tAbCd-000001-Ab'],
    ['<m@x.fr> [InternalId=123456789, Hostname=ex.local] Queued mail for delivery', '123456789'],
    ['4AMAbCd0012345 Message accepted for delivery', '4AMAbCd0012345'],
    ['Ok', null],
  ])('%j names the message %j', (said, id) => {
    expect(queueIdOf(reply(said))).toBe(id);
  });
});
