import { findBareNewline } from '@mss/formats/mime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentStuffer, prepareContent } from '../src/smtp/content.js';
import { normaliseNewlines } from '../src/smtp/newlines.js';
import { SmtpReplyReader, type SmtpReply } from '../src/smtp/reply.js';

const settings = { seed: 20260101, numRuns: 500 };
/** Few different bytes, so that CR, LF and dots meet often; at any alignment. */
const bytesOf = (alphabet: string): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.array(fc.constantFrom(...alphabet.split('')), { maxLength: 60 }), fc.nat(7))
    .map(([text, offset]) => new Uint8Array(Buffer.from('#'.repeat(offset) + text.join(''), 'latin1')).subarray(offset));
const lines = fc
  .tuple(
    fc.array(fc.constantFrom('', '.', '..', 'a', '.a', 'a.', 'é', 'une ligne plus longue'), { maxLength: 12 }),
    fc.nat(7),
    fc.boolean(),
  )
  .map(([all, offset, ended]) =>
    new Uint8Array(Buffer.from('#'.repeat(offset) + all.join('\r\n') + (ended ? '\r\n' : ''), 'utf8')).subarray(offset),
  );
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** What a server makes of it (RFC 5321 §4.5.2). */
function receive(wire: string): string {
  const end = wire.startsWith('.\r\n') ? 0 : wire.indexOf('\r\n.\r\n') + 2;
  expect(wire.slice(end)).toBe('.\r\n');
  return wire
    .slice(0, end)
    .split('\r\n')
    .map((line) => (line.startsWith('.') ? line.slice(1) : line))
    .join('\r\n');
}

const cut = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...parts, bytes.subarray(at)];
};

describe('content', () => {
  it('arrives as it was, with a last line end', () => {
    fc.assert(
      fc.property(lines, (bytes) => {
        const { body, terminator, sizeBytes, eightBit } = prepareContent(bytes);
        const received = receive(text(body) + terminator);
        const whole = text(bytes) + (bytes.length === 0 || text(bytes).endsWith('\r\n') ? '' : '\r\n');
        expect(received).toBe(whole);
        if (bytes.length > 0) expect(sizeBytes).toBe(whole.length);
        expect(eightBit).toBe(/[\x80-\xff]/.test(whole));
      }),
      settings,
    );
  });

  it('is the same streamed, whatever the cuts', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(9), { maxLength: 8 }), (bytes, sizes) => {
        const stuffer = new ContentStuffer();
        const streamed =
          cut(bytes, sizes)
            .map((part) => text(stuffer.push(part)))
            .join('') + stuffer.terminator();
        const whole = prepareContent(bytes);
        expect(streamed).toBe(text(whole.body) + whole.terminator);
        expect([stuffer.eightBit, stuffer.eightBitHeader]).toEqual([whole.eightBit, whole.eightBitHeader]);
      }),
      settings,
    );
  });

  it('with a bare newline is refused whole and streamed alike, and normalised on demand', () => {
    fc.assert(
      fc.property(bytesOf('\r\n.a'), fc.array(fc.nat(9), { maxLength: 8 }), (bytes, sizes) => {
        const bare = findBareNewline(bytes) !== -1;
        const streamed = (): void => {
          const stuffer = new ContentStuffer();
          for (const part of cut(bytes, sizes)) stuffer.push(part);
          stuffer.terminator();
        };
        if (bare) {
          expect(() => prepareContent(bytes)).toThrow(expect.objectContaining({ code: 'ERR_MSS_SMTP_BARE_NEWLINE' }));
          expect(streamed).toThrow(expect.objectContaining({ code: 'ERR_MSS_SMTP_BARE_NEWLINE' }));
        } else expect(streamed).not.toThrow();
        expect(findBareNewline(normaliseNewlines(bytes))).toBe(-1);
      }),
      settings,
    );
  });
});

describe('replies', () => {
  const read = (chunks: readonly Uint8Array[]): { replies: SmtpReply[]; code: string | null } => {
    const reader = new SmtpReplyReader();
    const replies: SmtpReply[] = [];
    try {
      for (const chunk of chunks) replies.push(...reader.push(chunk));
    } catch (error) {
      return { replies, code: (error as { code: string }).code };
    }
    return { replies, code: null };
  };

  it('are the same whatever the cuts', () => {
    const line = fc.constantFrom(
      '250 ok\r\n',
      '250-2.1.0 a\r\n',
      '250 2.1.0 b\r\n',
      '354\r\n',
      '550-5.1.1 <x@y>\n',
      '550 5.1.1 no\r\n',
      '421 4.3.2 é\r\n',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(9), { maxLength: 12 }), (all, sizes) => {
        const bytes = new Uint8Array(Buffer.from(all.join('')));
        const whole = read([bytes]);
        const parts = read(cut(bytes, sizes));
        expect(parts.code).toBe(whole.code);
        if (whole.code === null) expect(parts).toEqual(whole);
      }),
      settings,
    );
  });

  it('of any bytes are replies or a breach of protocol, never another error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (chunks) => {
        expect([null, 'ERR_MSS_SMTP_PROTOCOL']).toContain(read(chunks).code);
      }),
      settings,
    );
  });
});
