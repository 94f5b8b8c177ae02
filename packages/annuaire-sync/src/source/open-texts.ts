import { open, type FileHandle } from 'node:fs/promises';
import { isMssError, type MssWarning } from '@mss/core';
import { fileAsZipSource, readZipEntryStream, readZipSource, type ZipSourceEntry } from '@mss/formats/zip';
import { syncError } from '../errors.js';
import { LineJudge, type CanonicalBlock, type RejectedLine } from '../line/canonical-block.js';
import { readLayout, type LineLayout, type SyncWarningCode } from '../line/header.js';
import { readLineBlocks, type LineBlock } from '../line/line-block.js';
import type { SyncLimits } from './limits.js';

/** One extraction of a source: a text whose headings were understood. */
export interface SourceText {
  /** Base name, as in the archive. */
  readonly name: string;
  readonly layout: LineLayout;
  /** Bytes of the whole text. */
  readonly size: number;
  /** The source is this text itself, not an archive of it. */
  readonly isSource: boolean;
  /**
   * Reads it from the start, good lines in canonical form; may be called again.
   *
   * @throws MssError `ERR_MSS_ANNUAIRE_TRUNCATED`, `ERR_MSS_ANNUAIRE_TOO_LARGE`, `ERR_MSS_ZIP_*`, from the iteration
   */
  blocks(options: {
    readonly reject: (line: RejectedLine) => void;
    readonly onRead?: (bytes: number) => void;
    readonly signal?: AbortSignal;
  }): AsyncGenerator<CanonicalBlock, void, undefined>;
}

export interface OpenedSource extends AsyncDisposable {
  readonly texts: readonly SourceText[];
  readonly warnings: readonly MssWarning<SyncWarningCode>[];
}

/** A text before its headings are known. */
interface RawText {
  readonly name: string;
  readonly size: number;
  readonly isSource: boolean;
  stream(signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

const pieceBytes = 256 * 1024;

/**
 * Opens a downloaded or local file: a text, or a ZIP archive of texts.
 *
 * In an archive, files that are no known extraction are left out with a warning, as long as one is known.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_SOURCE`, `ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION`, `ERR_MSS_ANNUAIRE_AMBIGUOUS`, `ERR_MSS_ANNUAIRE_COLUMN_MISSING`,
 *   `ERR_MSS_ANNUAIRE_ENCODING`, `ERR_MSS_ANNUAIRE_TRUNCATED`, `ERR_MSS_ANNUAIRE_TOO_LARGE`, `ERR_MSS_ZIP_*`
 */
export async function openTexts(path: string, options: { readonly name: string; readonly limits: SyncLimits }): Promise<OpenedSource> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw syncError('ERR_MSS_ANNUAIRE_SOURCE', 'the source cannot be opened', { cause });
  }
  try {
    const opened = await textsOf(file, options);
    return { ...opened, [Symbol.asyncDispose]: async () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function textsOf(
  file: FileHandle,
  { name, limits }: { readonly name: string; readonly limits: SyncLimits },
): Promise<{ readonly texts: readonly SourceText[]; readonly warnings: readonly MssWarning<SyncWarningCode>[] }> {
  const { size } = await file.stat().catch((cause: unknown) => {
    throw syncError('ERR_MSS_ANNUAIRE_SOURCE', 'the source cannot be read', { cause });
  });
  if (size > limits.sourceBytes && size > limits.textBytes) tooLarge('sourceBytes');
  const head = new Uint8Array(1024);
  const { bytesRead } = await file.read(head, 0, head.length, 0).catch((cause: unknown) => {
    throw syncError('ERR_MSS_ANNUAIRE_SOURCE', 'the source cannot be read', { cause });
  });
  const start = head.subarray(0, bytesRead);
  if (start[0] === 0x50 && start[1] === 0x4b) {
    if (size > limits.sourceBytes) tooLarge('sourceBytes');
    return archiveTexts(file, limits);
  }
  refuseForeign(start);
  if (size > limits.textBytes) tooLarge('textBytes');
  const raw: RawText = {
    name,
    size,
    isSource: true,
    stream: () => piecesOf(file, size),
  };
  const text = await understand(raw, limits);
  return { texts: [text], warnings: text.layout.warnings };
}

/** The next piece is read while the last is looked at; two pieces of memory serve for all. */
async function* piecesOf(file: FileHandle, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = [new Uint8Array(pieceBytes), new Uint8Array(pieceBytes)] as const;
  const read = (at: number, turn: number): Promise<{ readonly bytesRead: number }> => {
    const piece = pieces[turn % 2 === 0 ? 0 : 1];
    return file.read(piece, 0, Math.min(piece.length, size - at), at);
  };
  let next: Promise<{ readonly bytesRead: number }> | null = size > 0 ? read(0, 0) : null;
  try {
    for (let at = 0, turn = 0; next !== null; turn++) {
      const { bytesRead } = await next;
      next = null;
      if (bytesRead === 0) throw syncError('ERR_MSS_ANNUAIRE_TRUNCATED', 'the file became shorter while it was read');
      at += bytesRead;
      if (at < size) next = read(at, turn + 1);
      yield pieces[turn % 2 === 0 ? 0 : 1].subarray(0, bytesRead);
    }
  } finally {
    // The file may be closed after this.
    await next?.catch(() => null);
  }
}

function tooLarge(limit: keyof SyncLimits): never {
  throw syncError('ERR_MSS_ANNUAIRE_TOO_LARGE', `the source is over the limit ${limit}`, { details: { limit } });
}

/** What servers send instead of an extraction. */
function refuseForeign(start: Uint8Array): void {
  const isLittle = start[0] === 0xff && start[1] === 0xfe;
  const isUtf16 = isLittle || (start[0] === 0xfe && start[1] === 0xff);
  // A table in UTF-16 may be the extraction, saved by somebody's spreadsheet; another text is just another text.
  if (isUtf16 && new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(start).includes('|')) {
    throw syncError('ERR_MSS_ANNUAIRE_ENCODING', 'the text is UTF-16, not UTF-8');
  }
  const text = String.fromCharCode(...start).replace(/^\u00ef\u00bb\u00bf/, '');
  const looksLike = /^\s*<(?:!doctype html|html)/i.test(text)
    ? 'html'
    : /^\s*</.test(text)
      ? 'xml'
      : /^\s*[{[]/.test(text)
        ? 'json'
        : text.startsWith('%PDF')
          ? 'pdf'
          : text.startsWith('\u001f\u008b')
            ? 'gzip'
            : text.includes('\0')
              ? 'binary'
              : text.trim() === ''
                ? 'nothing'
                : null;
  if (looksLike === null) return;
  throw syncError('ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION', `the source is no extraction: it looks like ${looksLike}`, {
    details: { looksLike },
  });
}

async function archiveTexts(
  file: FileHandle,
  limits: SyncLimits,
): Promise<{ readonly texts: readonly SourceText[]; readonly warnings: readonly MssWarning<SyncWarningCode>[] }> {
  const warnings: MssWarning<SyncWarningCode>[] = [];
  const read = await readZipSource(await fileAsZipSource(file), {
    limits: {
      archiveBytes: limits.sourceBytes,
      archiveEntries: limits.archiveEntries,
      entryBytes: limits.textBytes,
      archiveInflatedBytes: 2 * limits.textBytes,
      compressionRatio: limits.compressionRatio,
    },
  }).catch(cutArchive);
  for (const { code, message } of read.warnings) warnings.push({ code: 'ANNUAIRE_ARCHIVE', message: `${code}: ${message}` });
  const texts: SourceText[] = [];
  let problem: unknown = syncError('ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION', 'the archive holds no text');
  for (const entry of read.value.entries) {
    if (entry.isDirectory || entry.size === 0 || /(^|\/)(\.|__MACOSX\/)/.test(entry.name)) continue;
    try {
      texts.push(await understand(archiveText(entry), limits));
    } catch (error) {
      if (!isMssError(error, 'ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION')) throw error;
      problem = error;
      warnings.push({ code: 'ANNUAIRE_FILE_IGNORED', message: 'a file of the archive is no known extraction', where: entry.name });
    }
  }
  if (texts.length === 0) throw problem;
  const kinds = texts.map(({ layout }) => layout.format.kind);
  if (new Set(kinds).size < kinds.length) {
    throw syncError('ERR_MSS_ANNUAIRE_AMBIGUOUS', 'the archive holds the same extraction twice', { details: { kinds } });
  }
  return { texts, warnings: [...warnings, ...texts.flatMap(({ layout }) => layout.warnings)] };
}

function archiveText(entry: ZipSourceEntry): RawText {
  return {
    name: entry.name.slice(entry.name.lastIndexOf('/') + 1),
    size: entry.size,
    isSource: false,
    async *stream(signal) {
      try {
        yield* readZipEntryStream(entry, signal === undefined ? {} : { signal });
      } catch (error) {
        cutArchive(error);
      }
    },
  };
}

function cutArchive(error: unknown): never {
  if (isMssError(error, 'ERR_MSS_ZIP_TRUNCATED')) {
    throw syncError('ERR_MSS_ANNUAIRE_TRUNCATED', 'the archive was cut on its way', { cause: error });
  }
  throw error;
}

/** The first block of a text, then nothing more is read. */
async function firstBlock(raw: RawText, limits: SyncLimits): Promise<LineBlock | null> {
  for await (const block of readLineBlocks(raw.stream(), { maxLineBytes: limits.lineBytes })) return block;
  return null;
}

async function understand(raw: RawText, limits: SyncLimits): Promise<SourceText> {
  const first = await firstBlock(raw, limits);
  if (first === null) throw syncError('ERR_MSS_ANNUAIRE_NOT_AN_EXTRACTION', 'the text is empty');
  refuseForeign(first.bytes.subarray(0, 1024));
  const layout = readLayout(first.bytes.subarray(first.starts[0], first.ends[0]));
  return {
    name: raw.name,
    size: raw.size,
    isSource: raw.isSource,
    layout,
    async *blocks({ reject, onRead, signal }) {
      let lastRejected = 0;
      const judge = new LineJudge(layout, {
        maxLineBytes: limits.lineBytes,
        reject: (line) => {
          lastRejected = line.lineNumber;
          reject(line);
        },
      });
      for await (const block of readLineBlocks(raw.stream(signal), { maxLineBytes: limits.lineBytes })) {
        signal?.throwIfAborted();
        const lastLine = block.firstLineNumber + block.count - 1;
        if (lastLine > limits.lines) tooLarge('lines');
        const canonical = judge.judge(block, block.firstLineNumber === 1 ? 1 : 0);
        if (block.unterminated && lastRejected === lastLine) {
          throw syncError('ERR_MSS_ANNUAIRE_TRUNCATED', 'the file ends in the middle of a line', { details: { line: lastLine } });
        }
        if (canonical.count > 0) yield canonical;
        onRead?.(block.readBytes);
      }
    },
  };
}

/** `202608260300` of `Extraction_Correspondance_MSSante_202608260300.txt`. */
function publishedStamp(name: string): string | null {
  return /_(\d{8,14})\.(?:txt|zip|csv)$/i.exec(name)?.[1] ?? null;
}

/** Works with a source that is opening, and closes it. */
export async function withTexts<Result>(opening: Promise<OpenedSource>, work: (source: OpenedSource) => Promise<Result>): Promise<Result> {
  const source = await opening;
  try {
    return await work(source);
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

/** When a source was published, by the name of its texts, else by its own. */
export function publishedOf(texts: readonly SourceText[], name: string): string | null {
  return texts.map((text) => publishedStamp(text.name)).find((stamp) => stamp !== null) ?? publishedStamp(name);
}
