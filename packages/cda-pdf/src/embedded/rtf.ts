import { paragraph } from '../document/builders.js';
import { createInlineBuilder } from '../document/inline.js';
import { styles } from '../document/theme.js';
import type { Block } from '../layout/blocks.js';
import type { TextStyle } from '../text/style.js';

/** Groups deeper than this are no document. */
const deepest = 500;

/** Destinations that hold no text of the document. */
const hiddenDestinations = new Set([
  'fonttbl',
  'colortbl',
  'stylesheet',
  'info',
  'pict',
  'object',
  'header',
  'headerl',
  'headerr',
  'headerf',
  'footer',
  'footerl',
  'footerr',
  'footerf',
  'themedata',
  'colorschememapping',
  'datastore',
  'latentstyles',
  'listtable',
  'listoverridetable',
  'rsidtbl',
  'generator',
  'fldinst',
  'xmlnstbl',
  'filetbl',
  'revtbl',
  'pnseclvl',
  'bkmkstart',
  'bkmkend',
]);

/** Control words that are a character. */
const characters: Readonly<Record<string, string>> = {
  tab: '\u00A0\u00A0',
  emdash: '—',
  endash: '–',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  emspace: ' ',
  enspace: ' ',
};

interface GroupState {
  readonly hidden: boolean;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  /** Characters that follow a `\u` for readers without Unicode. */
  readonly unicodeSkip: number;
}

const token = /\\([a-z]+)(-?\d+)? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+/giy;

/**
 * The text of an RTF document in paragraphs, with bold, italic, underlined and struck text; cells of tables are set
 * apart by a bar, rows are paragraphs.
 *
 * Not read: pictures, headers and footers, drawings, fonts and colours. `unread` says whether a picture was there.
 *
 * @returns `null` when the text is no RTF.
 * @see Rich Text Format (RTF) Specification 1.9.1, "Unicode RTF" and "Contents of an RTF file".
 */
export function readRtf(text: string): { readonly blocks: readonly Block[]; readonly hasPictures: boolean } | null {
  if (!/^\s*\{\\rtf/.test(text)) return null;
  const windows1252 = new TextDecoder('windows-1252');
  const blocks: Block[] = [];
  const inline = createInlineBuilder();
  const stack: GroupState[] = [];
  let state: GroupState = { hidden: false, bold: false, italic: false, underline: false, strike: false, unicodeSkip: 1 };
  let style: TextStyle = styles.body;
  let skip = 0;
  let hasPictures = false;
  let starred = false;

  const change = (next: Partial<GroupState>): void => {
    state = { ...state, ...next };
    const { bold, italic, underline, strike } = state;
    style = bold || italic || underline || strike ? { ...styles.body, bold, italic, underline, strike } : styles.body;
  };
  const write = (written: string): void => {
    if (state.hidden) return;
    const kept = skip > 0 ? written.slice(skip) : written;
    skip = Math.max(0, skip - written.length);
    if (kept !== '') inline.text(kept, style);
  };
  const endParagraph = (): void => {
    const runs = inline.take();
    if (runs.length > 0) blocks.push(paragraph(runs, { before: 4 }));
  };
  const control = (word: string, value: number | null): void => {
    const on = value !== 0;
    if (hiddenDestinations.has(word) || starred) {
      if (word === 'pict' || word === 'object') hasPictures = true;
      // `\*` marks a destination that a reader may skip; fields and list texts below it are shown by their own words.
      change({ hidden: true });
    } else if (word === 'par' || word === 'row' || word === 'sect' || word === 'page') endParagraph();
    else if (word === 'line') inline.lineBreak(style);
    else if (word === 'cell') write(' | ');
    else if (word === 'b') change({ bold: on });
    else if (word === 'i') change({ italic: on });
    else if (word === 'ul' || word === 'uld' || word === 'uldb') change({ underline: on });
    else if (word === 'ulnone') change({ underline: false });
    else if (word === 'strike') change({ strike: on });
    else if (word === 'plain') change({ bold: false, italic: false, underline: false, strike: false });
    else if (word === 'v') change({ hidden: on });
    else if (word === 'uc') change({ unicodeSkip: Math.max(0, value ?? 1) });
    else if (word === 'u' && value !== null) {
      skip = 0;
      write(String.fromCharCode(value < 0 ? value + 65536 : value));
      skip = state.unicodeSkip;
    } else if (Object.hasOwn(characters, word)) write(characters[word] ?? '');
    starred = false;
  };

  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [, word, value, hex, symbol, brace, plain] = match;
    if (brace === '{') {
      if (stack.length > deepest) return null;
      stack.push(state);
      skip = 0;
    } else if (brace === '}') {
      change(stack.pop() ?? state);
      starred = false;
      skip = 0;
    } else if (word !== undefined) control(word, value === undefined ? null : Number(value));
    else if (hex !== undefined) write(windows1252.decode(Uint8Array.of(Number.parseInt(hex, 16))));
    else if (symbol === '*') starred = true;
    else if (symbol === '~') write('\u00A0');
    else if (symbol === '_') write('\u2011');
    else if (symbol === '\n' || symbol === '\r') endParagraph();
    else if (symbol === '\\' || symbol === '{' || symbol === '}') write(symbol);
    else if (plain !== undefined) write(plain);
  }
  endParagraph();
  return { blocks, hasPictures };
}
