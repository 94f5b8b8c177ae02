import { isMssError, silentLogger, systemClock, untilAborted, withDeadline, type Clock, type Logger } from '@mss/core';
import { addressKey, mergeRecords, type MergedEntry } from './merge.js';
import type { AnnuaireRecord } from './record.js';
import type { MergedQuery, MergedSource, SourceAnswer } from './sources.js';

/** How a source fared. */
export interface SourceOutcome {
  readonly name: string;
  /** `timeout`: it was not waited for. `failed`: `code` says why. Nothing is known of what it would have said. */
  readonly outcome: 'answered' | 'failed' | 'timeout';
  /** Of the error, where it is one of the toolkit. */
  readonly code: string | null;
  readonly records: number;
  /** It has more than it gave. */
  readonly isPartial: boolean;
  readonly elapsedMs: number;
}

/** What all sources together know. */
export interface MergedAnswer {
  readonly entries: readonly MergedEntry[];
  /** In the order of the configuration. */
  readonly sources: readonly SourceOutcome[];
  /** Every source gave a whole answer: what is not here is known nowhere. */
  readonly isComplete: boolean;
  readonly at: Date;
}

export interface MergedDirectoryOptions {
  /** Asked at the same time. Names are unique. */
  readonly sources: readonly MergedSource[];
  /** For a source without a deadline of its own. Default 5,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A view over several sources. */
export interface MergedDirectory {
  /**
   * Asks all sources. One that is down or slow hides no other: the answer tells.
   *
   * @throws the signal's reason when the caller aborts
   */
  find(query: MergedQuery, options?: { readonly signal?: AbortSignal }): Promise<MergedAnswer>;
}

/** Sources give the other mailboxes of whoever carries the one that was asked for, too: nobody asked the others about those. */
function answersTo(query: MergedQuery): (record: AnnuaireRecord) => boolean {
  if (!('address' in query)) return () => true;
  const wanted = addressKey(query.address.trim());
  return ({ address }) => address !== null && addressKey(address) === wanted;
}

/**
 * Makes a merged view over the local directory, LDAP and FHIR, or any other source.
 *
 * @throws TypeError without a source, or with two of one name
 */
export function createMergedDirectory(options: MergedDirectoryOptions): MergedDirectory {
  const { sources, timeoutMs = 5000, clock = systemClock, logger = silentLogger } = options;
  if (sources.length === 0) throw new TypeError('a merged directory needs a source');
  if (new Set(sources.map(({ name }) => name)).size < sources.length) throw new TypeError('two sources have the same name');

  async function ask(
    source: MergedSource,
    query: MergedQuery,
    signal: AbortSignal | undefined,
  ): Promise<{ answer: SourceAnswer; outcome: SourceOutcome }> {
    const begin = clock.now().getTime();
    const deadline = withDeadline(source.timeoutMs ?? timeoutMs, signal);
    const { name } = source;
    try {
      // A source that does not heed its signal is not waited for.
      const { records, isPartial } = await untilAborted(source.find(query, { signal: deadline.signal }), deadline.signal);
      const answer = { records: records.filter(answersTo(query)), isPartial };
      const elapsedMs = clock.now().getTime() - begin;
      const outcome = {
        name,
        outcome: 'answered' as const,
        code: null,
        records: answer.records.length,
        isPartial,
        elapsedMs,
      };
      return { answer, outcome };
    } catch (error) {
      signal?.throwIfAborted();
      const code = isMssError(error) ? error.code : null;
      const outcome = deadline.signal.aborted ? ('timeout' as const) : ('failed' as const);
      const elapsedMs = clock.now().getTime() - begin;
      logger.warn({ source: name, outcome, code, elapsedMs }, 'a source of the directory did not answer');
      return { answer: { records: [], isPartial: false }, outcome: { name, outcome, code, records: 0, isPartial: false, elapsedMs } };
    } finally {
      deadline.release();
    }
  }

  return {
    async find(query, { signal } = {}) {
      signal?.throwIfAborted();
      const asked = await Promise.all(sources.map(async (source) => ask(source, query, signal)));
      return {
        entries: mergeRecords(asked.flatMap(({ answer }) => answer.records)),
        sources: asked.map(({ outcome }) => outcome),
        isComplete: asked.every(({ outcome }) => outcome.outcome === 'answered' && !outcome.isPartial),
        at: clock.now(),
      };
    },
  };
}
