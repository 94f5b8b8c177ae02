import { Buffer } from 'node:buffer';
import type { CanonicalBlock } from '../line/canonical-block.js';
import { LineHasher } from '../line/line-hash.js';
import { fieldsOfLine, lineKey, type LineFields } from '../line/row-values.js';
import type { FileKind } from '../directory/file-format.js';
import { LineTable } from './line-table.js';
import type { OldLines } from './old-lines.js';
import type { Scratch } from './scratch.js';

export interface Comparison {
  /** One block of the new file. */
  block(block: CanonicalBlock): Promise<void>;
  /** After the last block: what the new file has not goes to the scratch. */
  end(): Promise<void>;
  /** Lines that are in both. */
  readonly matched: number;
  readonly oldCount: number;
}

const fresh = -1;

/**
 * Compares a new file with the lines before, in whatever order both are. What is only on one side goes to the scratch.
 *
 * Lines are found by hash and confirmed by their bytes. Two files that differ little have long common runs: these are
 * confirmed by one comparison of memory a run.
 *
 * @param repeat - told of a line of the new file that has its equal already taken: it is there twice.
 */
export async function compareLines(
  file: FileKind,
  tools: { readonly old: OldLines; readonly scratch: Scratch; readonly repeat: (lineNumber: number, line: Uint8Array) => void },
): Promise<Comparison> {
  const { old, scratch, repeat } = tools;
  const table = new LineTable(old.expected);
  await old.index(table);
  let matched = 0;
  let expected = 0;
  let ranks = new Int32Array(4096);
  let hashes = new Uint32Array(4096);

  /** A line whose hash alone is known: equal to another old line of this hash, or one that was matched already, or fresh. */
  async function settle(block: CanonicalBlock, index: number, not: number): Promise<void> {
    const line = lineOf(block, index);
    let isRepeat = false;
    for (const rank of table.candidates(hashes[index] as number)) {
      if (rank === not || !line.equals(await old.range(rank, rank))) continue;
      if (table.isMatched(rank)) {
        isRepeat = true;
        continue;
      }
      table.setMatched(rank, true);
      matched++;
      return;
    }
    if (isRepeat) repeat(block.lineNumbers[index] ?? 0, line);
    else scratch.fresh(file, block.lineNumbers[index] ?? 0, lineKey(file, fieldsAt(block, index)), line);
  }

  /** Lines `from` to `to` of the block stand beside consecutive old lines. */
  async function confirm(block: CanonicalBlock, from: number, to: number): Promise<void> {
    const first = ranks[from] as number;
    const stored = await old.range(first, first + to - from);
    const after = block.bytes.subarray(block.starts[from], block.ends[to]);
    if (stored.equals(after)) {
      matched += to - from + 1;
      return;
    }
    const before = Buffer.from(stored);
    let start = 0;
    for (let index = from; index <= to; index++) {
      const found = before.indexOf(10, start);
      const end = found === -1 ? before.length : found;
      const line = lineOf(block, index);
      if (line.equals(before.subarray(start, end))) matched++;
      else {
        const rank = ranks[index] as number;
        table.setMatched(rank, false);
        await settle(block, index, rank);
      }
      start = end + 1;
    }
  }

  return {
    async block(block) {
      const { count, starts, ends } = block;
      if (ranks.length < count) {
        ranks = new Int32Array(count * 2);
        hashes = new Uint32Array(count * 2);
      }
      const hasher = new LineHasher(block.bytes);
      for (let index = 0; index < count; index++) {
        const hash = hasher.hash(starts[index] as number, ends[index] as number);
        hashes[index] = hash;
        const isNext = expected < table.count && table.hashAt(expected) === hash && !table.isMatched(expected);
        const rank = isNext ? expected : table.findUnmatched(hash);
        ranks[index] = rank;
        if (rank === fresh) continue;
        table.setMatched(rank, true);
        expected = rank + 1;
      }
      for (let from = 0; from < count;) {
        if (ranks[from] === fresh) {
          await settle(block, from, fresh);
          from++;
          continue;
        }
        let to = from;
        while (to + 1 < count && ranks[to + 1] === (ranks[to] as number) + 1 && starts[to + 1] === (ends[to] as number) + 1) to++;
        await confirm(block, from, to);
        from = to + 1;
      }
    },
    async end() {
      for (let rank = 0; rank < table.count; rank++) {
        if (table.isMatched(rank)) continue;
        const line = await old.range(rank, rank);
        scratch.gone(file, old.idAt(rank), lineKey(file, fieldsOfLine(line)), line);
      }
    },
    get matched() {
      return matched;
    },
    get oldCount() {
      return table.count;
    },
  };
}

export const lineOf = (block: CanonicalBlock, index: number): CanonicalBlock['bytes'] =>
  block.bytes.subarray(block.starts[index], block.ends[index]);

export const fieldsAt = (block: CanonicalBlock, index: number): LineFields => ({
  bytes: block.bytes,
  start: block.starts[index] ?? 0,
  ends: block.fieldEnds,
  at: index * block.columns,
});
