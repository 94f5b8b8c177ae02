import type { TextStyle } from '../text/style.js';
import { colors } from './theme.js';

/** Codes that concern table lines and list marks, which other functions read. */
const structural =
  /^(?:[lrtb](?:op|ot)?rule|lrule|rrule|toprule|botrule|arabic|littleroman|bigroman|littlealpha|bigalpha|disc|circle|square|normal)$/;

/** Smaller text above or below the line. */
const reducedSize = 0.68;
const riseOf = { sup: 0.34, sub: -0.14 } as const;

/** A style with the difference, the same object when there is none. */
function withChange(style: TextStyle, change: Partial<TextStyle>): TextStyle {
  return Object.entries(change).every(([key, value]) => style[key as keyof TextStyle] === value) ? style : { ...style, ...change };
}

/**
 * The style inside an element with this `styleCode`: codes nest, several stand beside each other, case does not matter.
 *
 * @param onUnknown - called for a code that neither CDA R2 nor this package knows; it changes nothing.
 * @see CDA R2 §4.3.5.11, table of styleCode values.
 */
export function applyStyleCode(style: TextStyle, styleCode: string | undefined, onUnknown: () => void): TextStyle {
  if (styleCode === undefined) return style;
  let result = style;
  for (const code of styleCode.toLowerCase().split(/[\s,;]+/)) {
    if (code === '' || structural.test(code)) continue;
    if (code === 'bold') result = withChange(result, { bold: true });
    else if (code === 'italics' || code === 'italic' || code === 'emphasis') result = withChange(result, { italic: true });
    else if (code === 'bolditalics' || code === 'bolditalic') result = withChange(result, { bold: true, italic: true });
    else if (code === 'underline') result = withChange(result, { underline: true });
    else onUnknown();
  }
  return result;
}

/** The style inside `sub` and `sup`. */
export function raised(style: TextStyle, kind: 'sub' | 'sup'): TextStyle {
  return { ...style, size: style.size * reducedSize, rise: style.rise + riseOf[kind] * style.size };
}

/** The style of an address that is printed after its label. */
export const addressStyle = (style: TextStyle): TextStyle => ({ ...style, color: colors.muted, underline: false });

/** The style inside `content` that a revision inserted or deleted. */
export function revised(style: TextStyle, revision: string | undefined): TextStyle {
  if (revision === 'delete') return withChange(style, { strike: true });
  return revision === 'insert' ? withChange(style, { underline: true }) : style;
}
