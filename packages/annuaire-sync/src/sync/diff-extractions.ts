import { readSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { Buffer } from 'node:buffer';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { decodeChange, type DirectoryChange } from '../directory/changes.js';
import { syncError } from '../errors.js';
import { compareTexts } from '../load/compare-texts.js';
import type { CanonicalBlock } from '../line/canonical-block.js';
import { grown } from '../line/line-block.js';
import { LineHasher } from '../line/line-hash.js';
import { lineOf } from '../load/compare.js';
import type { LineTable } from '../load/line-table.js';
import type { OldLines } from '../load/old-lines.js';
import { openScratch, type Scratch } from '../load/scratch.js';
import { resolveSyncLimits, type SyncLimits } from '../source/limits.js';
import { openTexts, type OpenedSource, type SourceText } from '../source/open-texts.js';
import { addressOf } from '../storage/history.js';

/** Lines of extractions are seldom shorter. */
const bytesOfLine = 180;
const lineEnd = Buffer.from('\n');

export interface DiffOptions {
  /** Paths of two extractions of the same kind, text or ZIP. */
  readonly before: string;
  readonly after: string;
  /** For files that are needed meanwhile. Default: the system's. */
  readonly workFolder?: string;
  readonly limits?: Partial<SyncLimits>;
  readonly signal?: AbortSignal;
}

/** The lines of the block at hand, which may not be on disk yet: rank `first + i` is line `indexes[i]`. */
interface Fresh {
  readonly block: CanonicalBlock;
  readonly first: number;
  readonly indexes: number[];
}

/** Lines of a text on disk, read where they are; of an archive or another form, in a canonical copy. */
class FileLines implements OldLines {
  readonly expected: number;
  readonly #text: SourceText;
  readonly #source: string;
  readonly #copy: string;
  readonly #signal: AbortSignal | undefined;
  #file: FileHandle | null = null;
  #starts: Float64Array;
  #lengths: Uint32Array;
  #count = 0;
  #isCopied = false;
  #room: Buffer = Buffer.alloc(0);

  constructor(text: SourceText, options: { readonly source: string; readonly copy: string; readonly signal: AbortSignal | undefined }) {
    this.#text = text;
    this.#source = options.source;
    this.#copy = options.copy;
    this.#signal = options.signal;
    this.expected = Math.ceil(text.size / bytesOfLine);
    this.#starts = new Float64Array(this.expected);
    this.#lengths = new Uint32Array(this.expected);
  }

  async index(table: LineTable): Promise<void> {
    let copiedBytes = 0;
    for await (const block of this.#text.blocks({ reject: () => {}, ...(this.#signal === undefined ? {} : { signal: this.#signal }) })) {
      if (!this.#isCopied && (!this.#text.isSource || block.offset === null)) copiedBytes = await this.#copyWhatIsThere();
      this.#file ??= await open(this.#source, 'r');
      const hasher = new LineHasher(block.bytes);
      this.#reserve(this.#count + block.count);
      const parts: Uint8Array[] = [];
      const fresh: Fresh = { block, first: this.#count, indexes: [] };
      for (let index = 0; index < block.count; index++) {
        const start = block.starts[index] as number;
        const length = (block.ends[index] as number) - start;
        const hash = hasher.hash(start, start + length);
        // A line that is there twice counts once: one of them may go without being gone.
        if (table.findUnmatched(hash) !== -1 && this.#isKnown(table.candidates(hash), lineOf(block, index), fresh)) continue;
        fresh.indexes.push(index);
        table.add(hash);
        this.#starts[this.#count] = this.#isCopied ? copiedBytes : (block.offset ?? 0) + start;
        this.#lengths[this.#count++] = length;
        copiedBytes += length + 1;
        if (this.#isCopied) parts.push(lineOf(block, index), lineEnd);
      }
      if (this.#isCopied) await this.#file.appendFile(Buffer.concat(parts));
    }
  }

  #isKnown(ranks: Iterable<number>, line: Buffer, { block, first, indexes }: Fresh): boolean {
    for (const rank of ranks) {
      const index = indexes[rank - first];
      if (line.equals(index === undefined ? this.range(rank, rank) : lineOf(block, index))) return true;
    }
    return false;
  }

  /** From here on lines are not in the source as they are compared: an archive, CR LF, other columns. @returns bytes of the copy */
  async #copyWhatIsThere(): Promise<number> {
    const copy = await open(this.#copy, 'wx+', 0o600);
    let bytes = 0;
    for (let rank = 0; rank < this.#count; rank++) {
      await copy.appendFile(Buffer.concat([this.range(rank, rank), lineEnd]));
      this.#starts[rank] = bytes;
      bytes += (this.#lengths[rank] as number) + 1;
    }
    await this.#file?.close();
    this.#file = copy;
    this.#isCopied = true;
    return bytes;
  }

  #reserve(count: number): void {
    this.#lengths = grown(this.#lengths, count);
    if (this.#starts.length >= count) return;
    const larger = new Float64Array(this.#lengths.length);
    larger.set(this.#starts);
    this.#starts = larger;
  }

  range(first: number, last: number): Buffer {
    let length = 0;
    for (let rank = first; rank <= last; rank++) length += (this.#lengths[rank] as number) + 1;
    const start = this.#starts[first] as number;
    const isDense = (this.#starts[last] as number) + (this.#lengths[last] as number) - start === length - 1;
    if (!isDense)
      return Buffer.concat(
        Array.from({ length: last - first + 1 }, (_, index) => [Buffer.from(this.range(first + index, first + index)), lineEnd]).flat(),
      ).subarray(0, -1);
    if (this.#room.length < length) this.#room = Buffer.allocUnsafe(2 * length);
    // From the page cache as a rule: waiting for a thread would take longer than the read.
    const read = readSync(this.#file?.fd ?? -1, this.#room, 0, length - 1, start);
    if (read !== length - 1) throw syncError('ERR_MSS_ANNUAIRE_SOURCE', 'a file was changed while it was compared');
    return this.#room.subarray(0, length - 1);
  }

  idAt(rank: number): number {
    return rank + 1;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    await rm(this.#copy, { force: true });
  }
}

/**
 * Compares two extractions on disk, without a directory: removed and changed lines in the order of the first, then added ones.
 *
 * Some tens of megabytes of memory for half a million lines; equality is confirmed by bytes. Bad lines are left out on both sides.
 *
 * @throws MssError what {@link syncExtraction} throws for a file; `ERR_MSS_ANNUAIRE_AMBIGUOUS` when they are of different kinds
 */
export async function* diffExtractions(options: DiffOptions): AsyncGenerator<DirectoryChange, void, undefined> {
  const limits = resolveSyncLimits(options.limits);
  const before = await openTexts(options.before, { name: basename(options.before), limits });
  try {
    const after = await openTexts(options.after, { name: basename(options.after), limits });
    try {
      yield* differences(options, { before, after });
    } finally {
      await after[Symbol.asyncDispose]();
    }
  } finally {
    await before[Symbol.asyncDispose]();
  }
}

async function* differences(
  options: DiffOptions,
  { before, after }: { readonly before: OpenedSource; readonly after: OpenedSource },
): AsyncGenerator<DirectoryChange, void, undefined> {
  const stem = join(options.workFolder ?? tmpdir(), `mss-annuaire-${randomBytes(8).toString('hex')}`);
  const kinds = (texts: readonly SourceText[]): string =>
    texts
      .map(({ layout }) => layout.format.kind)
      .sort()
      .join(' ');
  if (kinds(before.texts) !== kinds(after.texts)) {
    throw syncError('ERR_MSS_ANNUAIRE_AMBIGUOUS', 'the two files are not of the same kind', {
      details: { before: kinds(before.texts), after: kinds(after.texts) },
    });
  }
  const open: FileLines[] = [];
  let scratch: Scratch | null = null;
  try {
    scratch = openScratch(`${stem}.db`);
    await compareTexts(after.texts, {
      scratch,
      oldLines: (kind) => {
        const text = before.texts.find(({ layout }) => layout.format.kind === kind) as SourceText;
        const lines = new FileLines(text, { source: options.before, copy: `${stem}-${kind}`, signal: options.signal });
        open.push(lines);
        return lines;
      },
      job: { maxRejectedPercent: 100 },
      context: options.signal === undefined ? {} : { signal: options.signal },
    });
    for (const difference of scratch.differences()) {
      yield decodeChange({ ...difference, snapshot: 0, address: addressOf(difference) });
    }
  } finally {
    scratch?.[Symbol.dispose]();
    for (const lines of open) await lines.close();
  }
}
