import type { Color, TextStyle } from '../text/style.js';

/** Colours of a document. Contrast of every text on its ground is at least 4.5 : 1 (WCAG 2.1, 1.4.3). */
export const colors: Readonly<Record<'ink' | 'muted' | 'accent' | 'accentSoft' | 'headFill' | 'line' | 'alert' | 'alertSoft', Color>> =
  Object.freeze({
    ink: [0.1, 0.12, 0.15],
    muted: [0.35, 0.39, 0.44],
    accent: [0.04, 0.28, 0.5],
    accentSoft: [0.933, 0.957, 0.98],
    headFill: [0.902, 0.933, 0.965],
    line: [0.76, 0.81, 0.86],
    alert: [0.68, 0.1, 0.08],
    alertSoft: [0.992, 0.93, 0.92],
  });

/** A4 in points. */
export const pageSize = { short: 595.28, long: 841.89 };
/** Space around the text area; header and footer stand in it. */
export const margins = { side: 42, top: 50, bottom: 46 };

/** A style of the regular face. */
export function plain(size: number, color: Color = colors.ink): TextStyle {
  return { bold: false, italic: false, mono: false, underline: false, strike: false, size, rise: 0, color };
}

/** A style of the bold face. */
export function bold(size: number, color: Color = colors.ink): TextStyle {
  return { ...plain(size, color), bold: true };
}

/** Styles by use. One object each: text of one object is drawn as one piece. */
export const styles: Readonly<
  Record<
    | 'body'
    | 'bodyStrong'
    | 'tableText'
    | 'tableHead'
    | 'title'
    | 'subtitle'
    | 'heading2'
    | 'heading3'
    | 'heading4'
    | 'fieldLabel'
    | 'fieldValue'
    | 'fieldValuePlain'
    | 'alert'
    | 'small'
    | 'smallStrong'
    | 'smallMuted'
    | 'factLabel'
    | 'smallLabel'
    | 'furniture'
    | 'furnitureStrong'
    | 'notice'
    | 'mono',
    TextStyle
  >
> = Object.freeze({
  body: plain(9.2),
  bodyStrong: bold(9.2),
  tableText: plain(8.6),
  tableHead: bold(8.6, colors.accent),
  title: bold(16, colors.accent),
  subtitle: plain(9, colors.muted),
  heading2: bold(11.5, colors.accent),
  heading3: bold(10, colors.accent),
  heading4: bold(9.2, colors.accent),
  fieldLabel: plain(7, colors.muted),
  fieldValue: bold(10.5),
  fieldValuePlain: plain(9.2),
  alert: bold(8.6, colors.alert),
  small: plain(7.6),
  smallStrong: bold(7.6),
  smallMuted: plain(7.6, colors.muted),
  factLabel: bold(8.6, colors.accent),
  smallLabel: bold(7.6, colors.accent),
  furniture: plain(7.2, colors.muted),
  furnitureStrong: bold(7.2, colors.muted),
  notice: { ...plain(8.6, colors.muted), italic: true },
  mono: { ...plain(8.6), mono: true },
});
