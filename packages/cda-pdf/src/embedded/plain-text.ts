import { paragraph, run } from '../document/builders.js';
import { styles } from '../document/theme.js';
import type { Block } from '../layout/blocks.js';

const tabWidth = 8;

/** Tabs as spaces up to the next multiple of eight. */
function expandTabs(line: string): string {
  let out = '';
  for (const character of line) out += character === '\t' ? ' '.repeat(tabWidth - (out.length % tabWidth)) : character;
  return out;
}

/**
 * A plain text as it was typed: one paragraph between empty lines, fixed pitch, indents kept, long lines wrapped.
 */
export function plainTextBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) blocks.push(paragraph([run(lines.join('\n'), styles.mono)], { before: 6 }));
    lines = [];
  };
  for (const line of text.split(/\r\n?|\n|\f/)) {
    const expanded = expandTabs(line).trimEnd();
    // An indent of no-break spaces is not taken for the space before a line break.
    if (expanded === '') flush();
    else lines.push(expanded.replace(/^ +/, (indent) => '\u00A0'.repeat(indent.length)));
  }
  flush();
  return blocks;
}
