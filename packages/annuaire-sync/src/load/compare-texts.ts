import type { FileKind } from '../directory/file-format.js';
import { syncError } from '../errors.js';
import type { CanonicalBlock } from '../line/canonical-block.js';
import type { SourceText } from '../source/open-texts.js';
import { compareLines } from './compare.js';
import type { LoadContext, LoadJob } from './job.js';
import type { OldLines } from './old-lines.js';
import { keptRejections, Rejections, type FileReport } from './report.js';
import type { Scratch } from './scratch.js';

/** Above this share of changed lines a new generation is made faster than the old one is changed. */
export const rebuildPercent = 20;

/** A file of the source beside its state in the directory. */
export interface Compared {
  readonly report: FileReport;
  readonly rejections: Rejections;
  /** Lines in the directory before. */
  readonly oldCount: number;
}

/** The blocks of a text, its bad lines collected. */
export function readText(
  text: SourceText,
  options: { readonly rejections: Rejections; readonly context: LoadContext; readonly onRead: (bytes: number) => void },
): AsyncGenerator<CanonicalBlock, void, undefined> {
  const { rejections, context, onRead } = options;
  return text.blocks({ reject: rejections.put, onRead, ...(context.signal === undefined ? {} : { signal: context.signal }) });
}

/**
 * Compares texts with what the directory has of them; the differences are in the scratch afterwards.
 *
 * @throws MssError what reading throws, and what {@link Rejections.judge} does
 */
export async function compareTexts(
  texts: readonly SourceText[],
  tools: {
    readonly scratch: Scratch;
    readonly oldLines: (kind: FileKind) => OldLines;
    readonly job: Pick<LoadJob, 'maxRejectedPercent'>;
    readonly context: LoadContext;
  },
): Promise<readonly Compared[]> {
  const { scratch, context, job } = tools;
  const totalBytes = texts.reduce((total, text) => total + text.size, 0);
  let doneBytes = 0;
  const read: { readonly text: SourceText; readonly rejections: Rejections; readonly matched: number; readonly oldCount: number }[] = [];
  for (const text of texts) {
    const { kind } = text.layout.format;
    const rejections = new Rejections();
    const repeat = (lineNumber: number, line: Uint8Array): void =>
      rejections.put({ lineNumber, line: Uint8Array.from(line), reason: 'duplicate' });
    const comparison = await compareLines(kind, { old: tools.oldLines(kind), scratch, repeat });
    const before = doneBytes;
    const onRead = (bytes: number): void => context.onProgress?.({ phase: 'compare', doneBytes: before + bytes, totalBytes });
    let lines = 0;
    for await (const block of readText(text, { rejections, context, onRead })) {
      await comparison.block(block);
      lines += block.count;
    }
    await comparison.end();
    const { count, first } = scratch.takeRepeated(kind, keptRejections);
    rejections.putMany('duplicate', { count, first: first.map((line) => ({ ...line, reason: 'duplicate' })) });
    rejections.judge(kind, lines, job.maxRejectedPercent);
    read.push({ text, rejections, matched: comparison.matched, oldCount: comparison.oldCount });
    doneBytes += text.size;
  }
  scratch.pair();
  return read.map(({ text, rejections, matched, oldCount }) => {
    const { kind } = text.layout.format;
    const { added, changed, removed, same } = scratch.counts(kind);
    const unchanged = matched + same;
    const report: FileReport = {
      file: kind,
      name: text.name,
      rows: unchanged + changed + added,
      rejected: rejections.count,
      rejectedBy: rejections.byReason,
      added,
      changed,
      removed,
      unchanged,
    };
    return { report, rejections, oldCount };
  });
}

/** @throws MssError `ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES` */
export function refuseManyChanges(compared: readonly Compared[], maxChangePercent: number): void {
  for (const { report, oldCount } of compared) {
    const { file, added, changed, removed } = report;
    const changes = added + changed + removed;
    if (changes * 100 <= oldCount * maxChangePercent) continue;
    throw syncError('ERR_MSS_ANNUAIRE_TOO_MANY_CHANGES', `more than ${maxChangePercent} % of the lines differ from the last snapshot`, {
      details: { file, rows: oldCount, added, changed, removed, maxChangePercent },
    });
  }
}
