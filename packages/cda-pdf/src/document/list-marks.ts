/** `styleCode` of a list: the kind of its marks. */
type MarkKind = 'arabic' | 'littleroman' | 'bigroman' | 'littlealpha' | 'bigalpha' | 'disc' | 'circle' | 'square';

const markKinds: readonly MarkKind[] = ['arabic', 'littleroman', 'bigroman', 'littlealpha', 'bigalpha', 'disc', 'circle', 'square'];
const bullets = { disc: '•', circle: '◦', square: '▪' } as const;
const bulletsByDepth = ['•', '–', '◦', '▪'] as const;

const romanSteps = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
] as const;

function roman(value: number): string {
  let rest = value;
  let text = '';
  for (const [step, letters] of romanSteps) {
    for (; rest >= step; rest -= step) text += letters;
  }
  return text;
}

function alphabetic(value: number): string {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor((rest - 1) / 26)) text = String.fromCharCode(97 + ((rest - 1) % 26)) + text;
  return text;
}

/**
 * The mark of an item.
 *
 * @param options.index - from 1.
 * @param options.depth - lists around this one, 0 for none.
 * @see CDA R2 §4.3.5.4 and the styleCode table for lists.
 */
export function listMark(options: {
  readonly ordered: boolean;
  readonly styleCode: string | undefined;
  readonly index: number;
  readonly depth: number;
}): string {
  const codes = (options.styleCode ?? '').toLowerCase().split(/\s+/);
  const kind = markKinds.find((one) => codes.includes(one));
  if (kind === 'disc' || kind === 'circle' || kind === 'square') return bullets[kind];
  if (!options.ordered && kind === undefined) return bulletsByDepth[options.depth % bulletsByDepth.length] ?? '•';
  // Roman numbers of a hostile length become ordinary ones.
  if (kind === 'littleroman' && options.index < 4000) return `${roman(options.index)}.`;
  if (kind === 'bigroman' && options.index < 4000) return `${roman(options.index).toUpperCase()}.`;
  if (kind === 'littlealpha') return `${alphabetic(options.index)}.`;
  if (kind === 'bigalpha') return `${alphabetic(options.index).toUpperCase()}.`;
  return `${options.index}.`;
}
