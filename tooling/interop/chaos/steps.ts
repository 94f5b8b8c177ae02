/**
 * The moments at which a process is killed, in the order in which one message passes them.
 *
 * | step | the process dies |
 * |---|---|
 * | `content-sealed` | the sealed content is on the disk, its entry is not |
 * | `queued` | `queue` has resolved |
 * | `mail` | before MAIL leaves |
 * | `data-started` | DATA is answered, nothing of the message has left |
 * | `dot-noted` | the note of the final dot is durable, the dot has not left |
 * | `dot-sent` | the final dot has left, its answer has not been read |
 * | `answer-got` | the answer is read, the verdict is not written |
 * | `verdict-noted` | the verdict is durable, the content is not erased |
 * | `content-erased` | the content is erased |
 * | `fetched` | a message is fetched, nothing is noted |
 * | `callback-begun` | the host's callback was called and has stored nothing |
 * | `recorded` | the callback has stored the message, durably, and has not resolved |
 * | `callback-done` | the callback has resolved, nothing is noted |
 * | `hand-over-noted` | the hand-over is noted, `$MDNSent` is not set |
 * | `mdn-marked` | `$MDNSent` is set, the read receipt is not queued |
 * | `mdn-queued` | the read receipt is queued, the flags are not set |
 * | `flags-set` | the flags are set, the end is not noted |
 */
export const sendSteps = [
  'content-sealed',
  'queued',
  'mail',
  'data-started',
  'dot-noted',
  'dot-sent',
  'answer-got',
  'verdict-noted',
  'content-erased',
] as const;

export const receiveSteps = [
  'fetched',
  'callback-begun',
  'recorded',
  'callback-done',
  'hand-over-noted',
  'mdn-marked',
  'mdn-queued',
  'flags-set',
] as const;

export type Step = (typeof sendSteps)[number] | (typeof receiveSteps)[number];

/** Where one life of a process ends: the n-th time it passes a step. */
export interface KillPoint {
  readonly step: Step;
  readonly nth: number;
}

/** Numbers from 0 up to, not including, 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every step as often as every other one, in an order that the seed decides. */
export function planKills(
  steps: readonly Step[],
  options: { readonly count: number; readonly random: () => number },
): readonly KillPoint[] {
  const points = Array.from({ length: options.count }, (_, index): KillPoint => ({
    step: steps[index % steps.length] as Step,
    nth: 1 + Math.floor(options.random() * 2),
  }));
  for (let index = points.length - 1; index > 0; index -= 1) {
    const other = Math.floor(options.random() * (index + 1));
    [points[index], points[other]] = [points[other] as KillPoint, points[index] as KillPoint];
  }
  return points;
}
