import { Parser } from 'htmlparser2';

const blocks = new Set([
  'address', 'article', 'aside', 'blockquote', 'center', 'dd', 'div', 'dl', 'dt', 'figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4',
  'h5', 'h6', 'header', 'hr', 'li', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'tbody', 'tfoot', 'thead', 'tr', 'ul',
]);
const unseen = new Set(['head', 'script', 'style', 'template', 'title', 'noscript']);

/** What an HTML body says, and the inline resources it wants. */
export interface HtmlContent {
  /** The wording as plain text, one block a line, list items with a dash, cells separated by a tab. */
  readonly text: string;
  /** `cid:` references: images that would have to stand inside the message. */
  readonly inlineReferences: readonly string[];
}

/** Reads the wording of an HTML body. Nothing is fetched or run. */
export function readHtmlText(html: string): HtmlContent {
  const lines: string[] = [''];
  const inlineReferences: string[] = [];
  let hidden = 0;
  const add = (text: string): void => {
    lines[lines.length - 1] += text;
  };
  const breakLine = (): void => {
    if (lines.at(-1)?.trim() !== '') lines.push('');
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (unseen.has(name)) hidden += 1;
        for (const value of [attributes['src'], attributes['background'], attributes['style']]) {
          if (value !== undefined && /\bcid:/i.test(value)) inlineReferences.push(name);
        }
        if (blocks.has(name)) breakLine();
        if (name === 'br') lines.push('');
        if (name === 'li') add('- ');
        if ((name === 'td' || name === 'th') && lines.at(-1) !== '') add('\t');
      },
      onclosetag(name) {
        if (unseen.has(name)) hidden -= 1;
        if (blocks.has(name)) breakLine();
      },
      ontext(text) {
        if (hidden === 0) add(text.replaceAll(/[ \t\r\n\f]+/g, ' '));
      },
    },
    { decodeEntities: true },
  );
  parser.write(html);
  parser.end();
  const text = lines
    .map((line) => line.replaceAll(/ *\t */g, '\t').replaceAll(/ {2,}/g, ' ').trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return { text, inlineReferences };
}

/** The words of a text, for comparing wordings: letters and digits in NFC, punctuation and layout ignored. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Plain text as a whole HTML document of the same wording. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
