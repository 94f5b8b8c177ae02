import { Parser } from 'htmlparser2';

const blocks = new Set([
  'address',
  'article',
  'aside',
  'blockquote',
  'center',
  'dd',
  'div',
  'dl',
  'dt',
  'figcaption',
  'figure',
  'footer',
  'form',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'header',
  'hr',
  'li',
  'main',
  'nav',
  'ol',
  'p',
  'pre',
  'section',
  'table',
  'tbody',
  'tfoot',
  'thead',
  'tr',
  'ul',
]);
const unseen = new Set(['script', 'style', 'template', 'title', 'noscript']);
/** Attributes that name a resource which would have to be in the mail. */
const references = ['src', 'srcset', 'href', 'xlink:href', 'background', 'poster', 'data', 'style'];

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
  let inStyle = false;
  let preformatted = 0;
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
        if (name === 'style') inStyle = true;
        if (name === 'pre') preformatted += 1;
        if (references.some((attribute) => /\bcid:/i.test(attributes[attribute] ?? ''))) inlineReferences.push(name);
        if (blocks.has(name)) breakLine();
        if (name === 'br') lines.push('');
        if (name === 'li') add('- ');
        if ((name === 'td' || name === 'th') && lines.at(-1) !== '') add('\t');
      },
      onclosetag(name) {
        if (unseen.has(name)) hidden -= 1;
        if (name === 'style') inStyle = false;
        if (name === 'pre') preformatted -= 1;
        if (blocks.has(name)) breakLine();
      },
      ontext(text) {
        if (inStyle && /\bcid:/i.test(text)) inlineReferences.push('style');
        if (hidden > 0) return;
        const pieces = preformatted > 0 ? text.split(/\r\n?|\n/) : [text];
        pieces.forEach((piece, index) => {
          if (index > 0) lines.push('');
          add(piece.replaceAll(/[ \t\r\n\f]+/g, ' '));
        });
      },
    },
    { decodeEntities: true },
  );
  parser.write(html);
  parser.end();
  const text = lines
    .map((line) =>
      line
        .replaceAll(/ *\t */g, '\t')
        .replaceAll(/ {2,}/g, ' ')
        .trim(),
    )
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return { text, inlineReferences };
}

/**
 * The words of a text, for comparing wordings: letters and digits in NFC, and the signs that change what a number says
 * (`<`, `≤`, `≥`, `±` before it, `%`, `‰`). Punctuation and layout are ignored, and so is `>`, which also quotes a line.
 */
export function wordsOf(text: string): string[] {
  return text.normalize('NFC').match(/[\p{L}\p{N}]+|[<≤≥±](?=\s*\d)|[%‰]/gu) ?? [];
}

/** Plain text as HTML of the same wording. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
