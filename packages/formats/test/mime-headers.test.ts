import {
  createMessageId,
  decodeHeaderWords,
  encodeHeaderText,
  encodeLegacyParameter,
  encodeParameter,
  formatMailDate,
  parseHeaderParameters,
  parseMailDate,
  parseMessageIds,
} from '@mss/formats/mime';
import { describe, expect, it } from 'vitest';
import { codeOf, testFile } from './support.js';

const encodedWords: { what: string; raw: string; text: string }[] = JSON.parse(Buffer.from(testFile('header-words.json')).toString());

describe('decodeHeaderWords [RFC 2047]', () => {
  it.each(encodedWords)('$what', ({ raw, text }) => {
    expect(decodeHeaderWords(raw)).toBe(text);
  });
});

describe('encodeHeaderText [RFC 2047, ECO.2.1.3]', () => {
  const subject = { keepPrefix: 'XDM/1.0/DDM+', nameLength: 9 };

  it.each([
    ['Re: bonjour', 'Re: bonjour'],
    ['XDM/1.0/DDM+2 documents VIAL Paul 26/11/1978', 'XDM/1.0/DDM+2 documents VIAL Paul 26/11/1978'],
    ['XDM/1.0/DDM+CR d’examens biologiques VIAL Paul', 'XDM/1.0/DDM+CR =?UTF-8?B?ZOKAmWV4YW1lbnM=?= biologiques VIAL Paul'],
    ['XDM/1.0/DDM+Évaluation VIAL Paul', '=?UTF-8?Q?XDM/1.0/DDM+=C3=89valuation?= VIAL Paul'],
    ['à été vu', '=?UTF-8?B?w6Agw6l0w6k=?= vu'],
    ['a é b_c', 'a =?UTF-8?B?w6k=?= b_c'],
    ['é_c', '=?UTF-8?B?w6lfYw==?='],
    ['deux  espaces', '=?UTF-8?Q?deux__espaces?='],
    ['Marie_d’Artagnan-Delacroix', '=?UTF-8?Q?Marie=5Fd=E2=80=99Artagnan-Delacroix?='],
    [' bord ', '=?UTF-8?Q?_bord_?='],
    ['a\tb', '=?UTF-8?B?YQli?='],
    ['=?utf-8?Q?not_a_word?=', '=?UTF-8?B?PT91dGYtOD9RP25vdF9hX3dvcmQ/PQ==?='],
    ['', ''],
  ])('%j', (text, written) => {
    expect(encodeHeaderText(text, subject)).toBe(written);
    expect(decodeHeaderWords(written)).toBe(text);
  });

  it('folds at spaces, between words, and nowhere else', () => {
    const text = `XDM/1.0/DDM+${'mot '.repeat(30)}${'événement '.repeat(20)}fin`;
    const written = encodeHeaderText(text, subject);
    const lines = `Subject: ${written}`.split('\r\n');
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(76);
    expect(lines[0]).toMatch(/^Subject: XDM\/1\.0\/DDM\+mot /);
    expect(decodeHeaderWords(written.replaceAll('\r\n', ''))).toBe(text);
  });

  it('encodes a word that no line could hold', () => {
    const written = encodeHeaderText('x'.repeat(2000));
    for (const line of written.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
    expect(decodeHeaderWords(written.replaceAll('\r\n', ''))).toBe('x'.repeat(2000));
  });

  it.each(['a\r\nBcc: b@example.org', 'a\nb', 'a\rb', 'a\u0000b', 'a\u0085b', 'a\u2028b', 'a\u007fb'])('refuses %j', (text) => {
    expect(codeOf(() => encodeHeaderText(text))).toBe('ERR_MSS_MIME_HEADER_INJECTION');
  });

  it('refuses a lone surrogate', () => {
    expect(codeOf(() => encodeHeaderText('a\ud800'))).toBe('ERR_MSS_MIME_WRITE');
  });
});

describe('parameters [RFC 2231]', () => {
  it.each([
    ['x', 'filename=x'],
    ['IHE_XDM.ZIP', 'filename=IHE_XDM.ZIP'],
    ['un deux.pdf', 'filename="un deux.pdf"'],
    ['été.pdf', `filename*=UTF-8''%C3%A9t%C3%A9.pdf; filename="ete.pdf"`],
    ['œuf "x".pdf', `filename*=UTF-8''%C5%93uf%20%22x%22.pdf; filename="oeuf _x_.pdf"`],
    ['', 'filename=""'],
  ])('%j', (value, written) => {
    expect(encodeParameter('filename', value)).toBe(written);
    expect(parseHeaderParameters(`attachment; ${written}`).parameters).toEqual({ filename: value });
    expect(parseHeaderParameters(`attachment; ${encodeLegacyParameter('filename', value)}`).parameters).toEqual({ filename: value });
  });

  it('cuts a long value into sections', () => {
    const value = `${'é'.repeat(100)}.pdf`;
    const written = encodeParameter('filename', value);
    expect(written).toMatch(/^filename\*0\*=UTF-8''%C3[^;]*; filename\*1\*=/);
    expect(parseHeaderParameters(`attachment; ${written}`).parameters).toEqual({ filename: value });
  });

  it('refuses control characters and names that are none', () => {
    expect(codeOf(() => encodeParameter('filename', 'a\r\nb'))).toBe('ERR_MSS_MIME_HEADER_INJECTION');
    expect(codeOf(() => encodeParameter('file name', 'a'))).toBe('ERR_MSS_MIME_WRITE');
  });

  it.each([
    ['attachment; filename=a b.pdf; size=3', { filename: 'a b.pdf', size: '3' }],
    ['attachment; filename="a;b=c.pdf"', { filename: 'a;b=c.pdf' }],
    ['attachment; filename="C:\\dossier\\a.pdf"', { filename: 'C:\\dossier\\a.pdf' }],
    ['attachment; filename="a\\"b"', { filename: 'a"b' }],
    ['attachment; filename="unclosed', { filename: 'unclosed' }],
    ['attachment;; ;filename = "x" ;y', { filename: 'x' }],
    ["attachment; filename=a; filename*=utf-8''b; filename=c", { filename: 'b' }],
    ['attachment; filename*0=a; filename*1=b', { filename: 'ab' }],
    ["attachment; filename*0*=iso-8859-1''%E9; filename*1=%41", { filename: 'é%41' }],
    ["attachment; filename*=''%C3%A9", { filename: 'é' }],
    ['attachment; filename*=nothing%20else', { filename: 'nothing else' }],
    ['attachment (a (nested) comment; x=y); filename=z (w)', { filename: 'z' }],
  ])('%s', (raw, parameters) => {
    expect(parseHeaderParameters(raw)).toEqual({ value: 'attachment', parameters });
  });
});

describe('dates [RFC 5322 §3.3]', () => {
  it('are written in the zone that is given', () => {
    const instant = new Date('2026-01-02T23:04:06.789Z');
    expect(formatMailDate(instant)).toBe('Fri, 02 Jan 2026 23:04:06 +0000');
    expect(formatMailDate(instant, { zone: '+0100' })).toBe('Sat, 03 Jan 2026 00:04:06 +0100');
    expect(formatMailDate(instant, { zone: '-0430' })).toBe('Fri, 02 Jan 2026 18:34:06 -0430');
    expect(codeOf(() => formatMailDate(instant, { zone: 'CET' }))).toBe('ERR_MSS_MIME_WRITE');
    expect(codeOf(() => formatMailDate(new Date(Number.NaN)))).toBe('ERR_MSS_MIME_WRITE');
  });

  it.each([
    ['Fri, 02 Jan 2026 23:04:06 +0100', '2026-01-02T22:04:06.000Z'],
    ['2 Jan 2026 23:04 -0000', '2026-01-02T23:04:00.000Z'],
    ['Fri, 2 Jan 26 23:04:06 EST (Eastern)', '2026-01-03T04:04:06.000Z'],
    ['Fri, 2 Jan 99 23:04:06 GMT', '1999-01-02T23:04:06.000Z'],
    ['Fri, 02-Jan-2026 23:04:60 Z', '2026-01-02T23:04:59.000Z'],
    ['02 Jan 2026 23:04:06', '2026-01-02T23:04:06.000Z'],
    ['31 Feb 2026 23:04:06 +0000', null],
    ['02 Foo 2026 23:04:06 +0000', null],
    ['02 Jan 2026 24:04:06 +0000', null],
    ['2026-01-02T23:04:06Z', null],
    ['', null],
  ])('%j is read as %s', (raw, instant) => {
    expect(parseMailDate(raw)?.toISOString() ?? null).toBe(instant);
  });
});

describe('identifiers [RFC 5322 §3.6.4]', () => {
  it('are random and say nothing but the domain', () => {
    const random = { uuid: () => '00000000-0000-4000-8000-000000000000', bytes: (count: number) => new Uint8Array(count) };
    expect(createMessageId('Hôpital.example', { random })).toBe('<00000000-0000-4000-8000-000000000000@xn--hpital-ixa.example>');
    expect(codeOf(() => createMessageId('no domain'))).toBe('ERR_MSS_MIME_WRITE');
  });

  it('are read out of In-Reply-To and References, each once', () => {
    expect(parseMessageIds('<a@b>\t<c@d> (x) <a@b>')).toEqual(['<a@b>', '<c@d>']);
    expect(parseMessageIds('a@b')).toEqual(['<a@b>']);
    expect(parseMessageIds('your message of Friday')).toEqual([]);
  });
});
