import type { EngineResult } from './search-engine.js';
import { planSearch, runPlan, warmUpTexts } from './search-plan.js';
import type { IndexQuestion, SegmentDelivery } from './search-protocol.js';
import { readSegment } from './segment-format.js';
import { SegmentSearch } from './segment-search.js';

/** The index of a directory whose rows are elsewhere. */
export class IndexHost {
  #segments: ReadonlyMap<number, SegmentSearch> = new Map();

  /** @returns `false`: a segment is not whole; the index is as it was */
  load(segments: readonly SegmentDelivery[]): boolean {
    const loaded = new Map<number, SegmentSearch>();
    for (const [place, { id, parts, dead }] of segments.entries()) {
      const segment = parts === null ? this.#segments.get(id)?.segment : readSegment(parts);
      if (segment === undefined || segment === null) return false;
      loaded.set(id, new SegmentSearch(segment, place, new Set(dead)));
    }
    const isFirst = this.#segments.size === 0;
    this.#segments = loaded;
    if (isFirst) for (const text of warmUpTexts) this.rank({ kind: 'rank', text, options: { limit: 1 }, selected: [] });
    return true;
  }

  rank({ text, options, selected }: Extract<IndexQuestion, { readonly kind: 'rank' }>): EngineResult {
    return runPlan([...this.#segments.values()], planSearch(text, options), selected);
  }
}
