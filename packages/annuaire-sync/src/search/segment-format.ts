import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { fieldCount } from './fields.js';
import { facetNames, type FacetValues, type Segment } from './segment.js';

/** A named piece of a stored segment, at most 4 MiB long; several of one name follow each other. */
export interface SegmentPart {
  readonly name: string;
  /** From 0 for each name. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** What one row of a database carries well. */
const maxPartBytes = 4 * 1024 * 1024;

/** Cuts the arrays of a segment into rows: numbers little-endian, text as UTF-8, at the end a checksum of each array. */
export class PartCutter {
  readonly #sums: Record<string, number> = {};
  readonly #sequences = new Map<string, number>();

  /** The next bytes of an array. */
  *cut(name: keyof Segment, array: Uint8Array | Uint16Array | Uint32Array): Generator<SegmentPart> {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    this.#sums[name] = crc32(bytes, this.#sums[name] ?? 0);
    for (let at = 0; at < bytes.length; at += maxPartBytes) {
      const sequence = this.#sequences.get(name) ?? 0;
      this.#sequences.set(name, sequence + 1);
      yield { name, sequence, bytes: bytes.subarray(at, at + maxPartBytes) };
    }
  }

  *end(): Generator<SegmentPart> {
    yield { name: 'sums', sequence: 0, bytes: Buffer.from(JSON.stringify(this.#sums), 'utf8') };
  }
}

/**
 * The segment of its rows, those of one name in the order of their sequence.
 *
 * @returns `null` when a row is missing or damaged: the index must be built anew
 */
export function readSegment(parts: Iterable<SegmentPart>): Segment | null {
  const gathered = new Map<string, Uint8Array[]>();
  for (const { name, bytes } of parts) {
    const pieces = gathered.get(name);
    if (pieces === undefined) gathered.set(name, [bytes]);
    else pieces.push(bytes);
  }
  const take = (name: string): Uint8Array<ArrayBuffer> => {
    const bytes = joined(gathered.get(name) ?? []);
    gathered.delete(name);
    return bytes;
  };
  const sums = objectOf(take('sums'));
  if (sums === null) return null;
  let isSound = true;
  const checked = (name: keyof Segment): Uint8Array<ArrayBuffer> => {
    const bytes = take(name);
    if (sums[name] !== crc32(bytes)) isSound = false;
    return bytes;
  };
  const terms = Buffer.from(checked('terms').buffer).toString('latin1');
  const facetValues = objectOf(checked('facetValues'));
  const segment: Segment = {
    terms: terms === '' ? [] : terms.split('\n'),
    runs: words(checked('runs')),
    postings: words(checked('postings')),
    shares: checked('shares'),
    forwardStart: words(checked('forwardStart')),
    forwardLength: checked('forwardLength'),
    costs: checked('costs'),
    nameKeys: words(checked('nameKeys')),
    forward: words(checked('forward')),
    entryIds: words(checked('entryIds')),
    facets: halfWords(checked('facets')),
    facetValues: facetValues as unknown as FacetValues,
  };
  return isSound && facetValues !== null && isWhole(segment) ? segment : null;
}

function isWhole({
  terms,
  runs,
  postings,
  forward,
  shares,
  forwardStart,
  forwardLength,
  costs,
  nameKeys,
  entryIds,
  facets,
}: Segment): boolean {
  return (
    runs.length === terms.length * fieldCount + 1 &&
    runs[terms.length * fieldCount] === postings.length &&
    shares.length === terms.length * fieldCount &&
    forward.length === postings.length &&
    forwardStart.length === entryIds.length &&
    forwardLength.length === entryIds.length &&
    costs.length === entryIds.length &&
    nameKeys.length === entryIds.length &&
    facets.length === entryIds.length * facetNames.length
  );
}

function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A copy even of one piece: what a database gives need not begin where numbers may. */
function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

const words = (bytes: Uint8Array<ArrayBuffer>): Uint32Array => new Uint32Array(bytes.buffer, 0, bytes.length >>> 2);
const halfWords = (bytes: Uint8Array<ArrayBuffer>): Uint16Array => new Uint16Array(bytes.buffer, 0, bytes.length >>> 1);
