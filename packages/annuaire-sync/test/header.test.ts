import { readFileSync } from 'node:fs';
import { isMssError } from '@mss/core';
import { describe, expect, it } from 'vitest';
import { readLayout } from '../src/line/header.js';
import { LineJudge, type RejectedLine } from '../src/line/canonical-block.js';
import { readLineBlocks } from '../src/line/line-block.js';
import { fieldsOfLine, lineKey, rowValues } from '../src/line/row-values.js';

const data = new URL('../../../tooling/testdata/annuaire/', import.meta.url);
const linesOf = (name: string): readonly string[] => readFileSync(new URL(name, data), 'utf8').split('\n').slice(0, -1);
const extraction = linesOf('Extraction_Correspondance_MSSante_202611220300.txt');

describe('headings', () => {
  it.each(linesOf('headers_valid.txt').map((line, index) => [index + 1, line] as const))(
    'valid line %i is the mailbox extraction',
    (_, line) => {
      const layout = readLayout(Buffer.from(line));
      expect(layout.format.kind).toBe('mailboxes');
      expect([...layout.sources].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_column, index) => index));
    },
  );

  it.each(linesOf('headers_invalid.txt').map((line, index) => [index + 1, ...line.split('\t')] as const))(
    'invalid line %i is refused as %s',
    (_, code, line) => {
      try {
        readLayout(Buffer.from(line ?? ''));
        expect.unreachable();
      } catch (error) {
        expect(isMssError(error) ? error.code : error).toBe(`ERR_MSS_ANNUAIRE_${code ?? ''}`);
      }
    },
  );

  it.each([
    ['activities', 'PS_LibreAcces_Personne_activite_202611220300.txt'],
    ['skills', 'PS_LibreAcces_SavoirFaire_202611220300.txt'],
    ['diplomas', 'PS_LibreAcces_Dipl_AutExerc_202611220300.txt'],
  ])('tell the file of %s', (kind, name) => {
    const layout = readLayout(Buffer.from(linesOf(name)[0] ?? ''));
    expect([layout.format.kind, layout.isCanonical, layout.warnings]).toEqual([kind, true, []]);
  });
});

/** Reads a text cut into pieces of one size. */
async function readText(
  text: string | Uint8Array,
  pieceBytes: number,
): Promise<{ readonly lines: readonly string[]; readonly rejected: readonly RejectedLine[] }> {
  const bytes = Buffer.from(text);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    // One buffer for all pieces, as a file is read: nothing of a piece may be kept.
    const piece = Buffer.alloc(pieceBytes);
    for (let at = 0; at < bytes.length; at += pieceBytes) yield piece.subarray(0, bytes.copy(piece, 0, at, at + pieceBytes));
  };
  const rejected: RejectedLine[] = [];
  const lines: string[] = [];
  const judge = new LineJudge(readLayout(Buffer.from(extraction[0] ?? '')), {
    maxLineBytes: 2000,
    reject: (line) => void rejected.push(line),
  });
  for await (const block of readLineBlocks(pieces(), { maxLineBytes: 2000 })) {
    const good = judge.judge(block, block.firstLineNumber === 1 ? 1 : 0);
    for (let index = 0; index < good.count; index++) {
      lines.push(good.bytes.toString('utf8', good.starts[index], good.ends[index]));
      expect(good.fieldEnds[(index + 1) * good.columns - 1]).toBe(good.ends[index]);
    }
  }
  return { lines, rejected };
}

describe('lines', () => {
  it.each([1, 7, 64, 1000, 1 << 20])('come out whole from pieces of %i bytes, whatever ends them', async (pieceBytes) => {
    const some = extraction.slice(0, 40);
    for (const text of [
      `${some.join('\n')}\n`,
      some.join('\n'),
      `${some.join('\r\n')}\r\n`,
      `${some.join('|\r\n')}|\r\n\r\n`,
      `${some.join('\n\n')}\n`,
    ]) {
      const { lines, rejected } = await readText(text, pieceBytes);
      expect(lines).toEqual(some.slice(1));
      expect(rejected).toEqual([]);
    }
  });

  it('that are too long are skipped without being kept', async () => {
    const [header = '', one = '', two = ''] = extraction;
    const { lines, rejected } = await readText([header, one, `${two}${'x'.repeat(1_000_000)}`, two, ''].join('\n'), 300);
    expect(lines).toEqual([one, two]);
    expect(rejected.map(({ reason, lineNumber, line }) => [reason, lineNumber, line.length])).toEqual([['too-long', 3, 1024]]);
  });

  it('with the column of a trailing separator empty or not', async () => {
    const [header = '', one = ''] = extraction;
    expect((await readText([header, `${one}|`, `${one}|x`, `${one}||`, ''].join('\n'), 100)).rejected.map(({ reason }) => reason)).toEqual([
      'columns',
      'columns',
    ]);
  });
});

describe('the key of a line', () => {
  it('is address, structure identifier type and structure identifier; the address in lower case', () => {
    const line = fieldsOfLine(Buffer.from(`PER|Été.A@B.example|RPPS|99000000017||FINESS|990000001${'|'.repeat(24)}`));
    expect(lineKey('mailboxes', line)).toBe('été.a@b.example|FINESS|990000001');
    expect(rowValues('mailboxes', line)).toEqual({ address: 'été.a@b.example', person: '899000000017', structure: '990000001' });
    expect(line.columns).toBe(31);
  });

  it('does not mix lines of one file', async () => {
    const { lines } = await readText(`${extraction.join('\n')}\n`, 500);
    const keys = new Set(lines.map((line) => lineKey('mailboxes', fieldsOfLine(Buffer.from(line)))));
    expect(keys.size).toBe(lines.length);
  });
});
