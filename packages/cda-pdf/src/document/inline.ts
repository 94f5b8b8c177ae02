import type { Run, TextStyle } from '../text/style.js';

/**
 * Gathers the runs of a paragraph and collapses white space as XHTML does: any of it is one space, none at the
 * beginning and around line breaks. No-break spaces stay.
 */
export interface InlineBuilder {
  text(text: string, style: TextStyle): void;
  /** Text as it is, for marks and labels of this package. */
  verbatim(text: string, style: TextStyle): void;
  lineBreak(style: TextStyle): void;
  /** Nothing stands in the paragraph yet. */
  isEmpty(): boolean;
  /** The runs so far, trimmed, and an empty builder again. */
  take(): readonly Run[];
}

/** Most line breaks that follow each other: one empty line. */
const mostBreaks = 2;

/** An empty builder. */
export function createInlineBuilder(): InlineBuilder {
  let runs: Run[] = [];
  let spacePending: TextStyle | null = null;
  let breaks = 0;
  let hasText = false;
  const push = (text: string, style: TextStyle): void => {
    const last = runs.at(-1);
    if (last !== undefined && last.style === style) runs[runs.length - 1] = { text: last.text + text, style };
    else runs.push({ text, style });
  };
  const settle = (): void => {
    const last = runs.at(-1);
    if (last !== undefined && hasText && breaks > 0) push('\n'.repeat(Math.min(breaks, mostBreaks)), last.style);
    else if (hasText && spacePending !== null) push(' ', spacePending);
    breaks = 0;
    spacePending = null;
  };
  return {
    text: (text, style) => {
      const collapsed = text.replaceAll(/[ \t\r\n\f\u0085\u2028\u2029]+/g, ' ');
      if (collapsed === '' || collapsed === ' ') {
        if (collapsed === ' ' && breaks === 0) spacePending = style;
        return;
      }
      if (collapsed.startsWith(' ') && breaks === 0) spacePending = style;
      settle();
      push(collapsed.trim() === '' ? collapsed : collapsed.replace(/^ /, '').replace(/ $/, ''), style);
      hasText = true;
      if (collapsed.endsWith(' ')) spacePending = style;
    },
    verbatim: (text, style) => {
      settle();
      push(text, style);
      hasText = true;
    },
    lineBreak: () => {
      breaks += 1;
      spacePending = null;
    },
    isEmpty: () => !hasText,
    take: () => {
      const taken = runs;
      runs = [];
      spacePending = null;
      breaks = 0;
      hasText = false;
      return taken;
    },
  };
}
