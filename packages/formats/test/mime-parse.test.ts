import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMssError, type Limits } from '@mss/core';
import { parseMime, type MimePart } from '@mss/formats/mime';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { codeOf, fromLatin1, testFile, testFiles, utf8 } from './support.js';

interface ExpectedPart {
  readonly mediaType: string;
  readonly disposition?: string;
  readonly fileName?: string;
  readonly contentId?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly hex?: string;
  readonly warnings?: readonly string[];
  readonly children?: readonly ExpectedPart[];
}

interface Expected {
  readonly what: string;
  readonly warnings: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly tree: ExpectedPart;
}

const expectedOf = (name: string): Expected => {
  const expected: Expected = JSON.parse(Buffer.from(testFile(`mime/${name}.json`)).toString());
  return expected;
};

function check(part: MimePart, expected: ExpectedPart): void {
  expect(part.mediaType).toBe(expected.mediaType);
  expect(part.disposition).toBe(expected.disposition ?? null);
  expect(part.fileName).toBe(expected.fileName ?? null);
  expect(part.contentId).toBe(expected.contentId ?? null);
  if (expected.subject !== undefined) expect(part.header('Subject')).toBe(expected.subject);
  expect(part.children).toHaveLength(expected.children?.length ?? 0);
  if (expected.text !== undefined) {
    const { value, warnings } = part.decodeText();
    expect(value.replaceAll('\r\n', '\n')).toBe(expected.text);
    expect(part.text()).toBe(value);
    expect(warnings.map(({ code }) => code)).toEqual(expected.warnings ?? []);
  }
  if (expected.hex !== undefined) {
    const { value, warnings } = part.decode();
    expect(Buffer.from(value).toString('hex')).toBe(expected.hex);
    expect(part.content()).toEqual(value);
    expect(warnings.map(({ code }) => code)).toEqual(expected.warnings ?? []);
  }
  for (const [index, child] of (expected.children ?? []).entries()) {
    const found = part.children[index];
    if (found !== undefined) check(found, child);
  }
}

const limitOf = (text: string, limits: Partial<Limits> = {}): unknown => {
  try {
    parseMime(fromLatin1(text), { limits });
  } catch (error) {
    return isMssError(error) && error.code === 'ERR_MSS_MIME_LIMIT' ? error.details['limit'] : error;
  }
  return 'none';
};

const nested = (depth: number): string => {
  let text = 'From: a@example.org\r\n';
  for (let level = 0; level < depth; level += 1) text += `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`;
  return `${text}\r\ntext`;
};

const flat = (count: number): string =>
  `From: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(count)}--b--`;

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('parseMime [RFC 5322, 2045, 2046]', () => {
  const names = testFiles('mime')
    .filter((name) => name.endsWith('.eml'))
    .map((name) => name.slice(0, 3));

  it.each(names.map((name) => [name, expectedOf(name).what]))('%s: %s', (name) => {
    const expected = expectedOf(name);
    const bytes = testFile(`mime/${name}.eml`);
    const { value, warnings } = parseMime(bytes);
    expect(warnings.map(({ code, where }) => (where === undefined ? code : `${code}@${where}`))).toEqual(expected.warnings);
    for (const [header, text] of Object.entries(expected.headers ?? {})) expect(value.header(header)).toBe(text);
    check(value, expected.tree);
    expect(value.bytes).toBe(bytes);
  });

  it('gives each part with its own bytes, header section included', () => {
    const { value } = parseMime(testFile('mime/003.eml'));
    const pdf = value.children[1];
    expect(Buffer.from(pdf?.source ?? []).toString('latin1')).toMatch(
      /^Content-Type: application\/pdf; name="x\.pdf"\r\n[^]*\r\n\r\nJVBERi0xLjQ=$/,
    );
    expect(Buffer.from(pdf?.raw ?? []).toString('latin1')).toBe('JVBERi0xLjQ=');
  });

  it('keeps header fields in order, as written and decoded', () => {
    const { value } = parseMime(utf8('X-A: 1\r\nx-a:  =?utf-8?q?=C3=A9?=\r\n\tb \r\nX-B : c\r\n\r\n'));
    expect(value.headers).toEqual([
      { name: 'X-A', raw: '1', value: '1' },
      { name: 'x-a', raw: ' =?utf-8?q?=C3=A9?=\tb ', value: 'é\tb' },
      { name: 'X-B', raw: 'c', value: 'c' },
    ]);
    expect(value.headersNamed('X-a')).toHaveLength(2);
    expect(value.header('x-b')).toBe('c');
    expect(value.header('x-c')).toBeNull();
  });

  it('reads parameters named like parts of Object.prototype', () => {
    const { value } = parseMime(utf8('Content-Type: text/plain; __proto__=y; constructor=z\r\n\r\n'));
    expect(Object.entries(value.parameters)).toEqual([
      ['__proto__', 'y'],
      ['constructor', 'z'],
    ]);
  });

  it('puts no line break into a decoded file name', () => {
    const { value } = parseMime(utf8("A: b\r\nContent-Disposition: attachment; filename*=UTF-8''a%0D%0AX%3A%20y%00\r\n\r\n"));
    expect(value.fileName).toBe('a  X: y ');
  });

  it.each([
    ['nothing', ''],
    ['an empty line', '\r\n'],
    ['a text', 'only text\r\nand text\r\n'],
  ])('refuses %s', (_what, text) => {
    expect(codeOf(() => parseMime(utf8(text)))).toBe('ERR_MSS_MIME_NOT_A_MESSAGE');
  });
});

describe('limits', () => {
  it('messageBytes', () => {
    expect(limitOf(`From: a\r\n\r\n${'x'.repeat(100)}`, { messageBytes: 100 })).toBe('messageBytes');
  });

  it('headerBytes, in one endless line or in many, and in a part', () => {
    expect(limitOf(`From: ${'x'.repeat(300_000)}\r\nTo: a\r\n\r\n`)).toBe('headerBytes');
    expect(limitOf(`From: ${'x'.repeat(300_000)}`)).toBe('headerBytes');
    expect(limitOf('From: a\r\n'.repeat(40_000))).toBe('headerBytes');
    expect(limitOf(`From: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${'X: y\r\n'.repeat(100_000)}`)).toBe('headerBytes');
  });

  it('mimeParts, wherever they are', () => {
    expect(limitOf(flat(200))).toBe('none');
    expect(limitOf(flat(201))).toBe('mimeParts');
    expect(limitOf(flat(1_000_000))).toBe('mimeParts');
  });

  it('mimeDepth, in multiparts and in messages', () => {
    expect(limitOf(nested(12))).toBe('none');
    expect(limitOf(nested(13))).toBe('mimeDepth');
    expect(limitOf(nested(10_000))).toBe('mimeDepth');
    expect(limitOf(`From: a\r\n${'Content-Type: message/rfc822\r\n\r\n'.repeat(100)}`)).toBe('mimeDepth');
  });

  it.each([
    ['glued words of an address', `From: ${'a"b"'.repeat(60_000)}\r\n\r\n`],
    ['parentheses', `Content-Type: ${'('.repeat(200_000)}\r\n\r\n`],
    ['parameters', `Content-Type: text/plain${';a=b'.repeat(60_000)}\r\n\r\n`],
    ['beginnings of encoded words', `Subject: ${'=?'.repeat(100_000)}\r\n\r\n`],
    ['paddings of base64', `Content-Transfer-Encoding: base64\r\n\r\n${'A='.repeat(2_000_000)}`],
    ['delimiters that are none', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--bx\n'.repeat(400_000)}`],
  ])('takes no long time over many %s', (_what, text) => {
    const { value } = parseMime(fromLatin1(text));
    expect(value.text().length).toBeGreaterThanOrEqual(0);
  });
});

describe('the same in another reader', () => {
  const leaves = (part: MimePart): MimePart[] => (part.children.length === 0 ? [part] : part.children.flatMap(leaves));

  it('postal-mime finds the same attachments', async () => {
    const bytes = testFile('mime/003.eml');
    const theirs = await PostalMime.parse(bytes, { attachmentEncoding: 'arraybuffer' });
    const ours = leaves(parseMime(bytes).value).filter((part) => part.disposition === 'attachment');
    expect(ours.map((part) => [part.fileName, part.mediaType, hash(part.content())])).toEqual(
      theirs.attachments
        .filter((attachment) => attachment.disposition === 'attachment')
        .map((attachment) => [
          attachment.filename,
          attachment.mimeType,
          hash(typeof attachment.content === 'string' ? utf8(attachment.content) : new Uint8Array(attachment.content)),
        ]),
    );
  });
});

const corpus = process.env['MSS_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const bounces = join(corpus, 'dsn');

describe.skipIf(!existsSync(bounces))('bounces of forty mail systems (corpus)', () => {
  it('are all read', () => {
    const names = readdirSync(bounces).filter((name) => name.endsWith('.eml'));
    expect(names.length).toBeGreaterThan(100);
    for (const name of names) {
      const { value } = parseMime(new Uint8Array(readFileSync(join(bounces, name))));
      const walk = (part: MimePart): number => part.children.reduce((sum, child) => sum + walk(child), part.text().length);
      expect(walk(value), name).toBeGreaterThan(0);
    }
  });
});
