import { splitLine, type IndexedLine } from './indexable.js';
import { SegmentBuilder } from './segment-builder.js';

/** What is known of a stored segment. */
export interface SegmentRecord {
  readonly id: number;
  readonly tier: number;
  readonly entries: number;
}

/** So many segments of one size become one of the next. */
const segmentsOfTier = 8;
/** A segment of a build is closed at this size: memory does not grow with the directory. The national one fits into one. */
export const maxEntriesOfSegment = 600_000;
/** Segments of this tier stay as they are until too much of all is dead. */
const lastTier = 5;
/** When more than one entry in so many is dead, everything is made anew. */
const maxDeadShare = 5;

/** A full load stands high enough not to be merged again by the updates of its year. */
export function tierOf(entries: number): number {
  return entries < 4096 ? 0 : Math.min(Math.ceil(Math.log(entries / 1024) / Math.log(segmentsOfTier)) + 1, lastTier);
}

/** Which segments are to become one, and its tier; null when all is well. */
export function nextMerge(
  segments: readonly SegmentRecord[],
  dead: number,
): { readonly segments: readonly number[]; readonly tier: number | 'by-size' } | null {
  const entries = segments.reduce((sum, segment) => sum + segment.entries, 0);
  if (entries > 0 && dead * maxDeadShare > entries) return { segments: segments.map(({ id }) => id), tier: 'by-size' };
  for (const tier of [...new Set(segments.map((segment) => segment.tier))].sort((a, b) => a - b)) {
    const some = segments.filter((segment) => segment.tier === tier);
    if (tier < lastTier && some.length >= segmentsOfTier) return { segments: some.map(({ id }) => id), tier: tier + 1 };
  }
  return null;
}

/** Lines of an update: one that is removed after it was added is not there. */
export class PendingLines {
  readonly #lines = new Map<number, Uint8Array>();

  add({ id, line }: IndexedLine): void {
    this.#lines.set(id, Uint8Array.from(line));
  }

  remove(id: number): void {
    this.#lines.delete(id);
  }

  toBuilder(): SegmentBuilder {
    const builder = new SegmentBuilder();
    for (const [id, line] of this.#lines) builder.add(splitLine(id, line));
    return builder;
  }
}

/** The numbers of a stored segment's entries. */
export function entryIdsOf(pieces: readonly Uint8Array[]): Uint32Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return new Uint32Array(bytes.buffer, 0, bytes.length >>> 2);
}
