import { ImapSyntaxError, type Arguments } from './arguments.js';

/** `BODY[…]` */
export interface SectionItem {
  readonly kind: 'section';
  /** As the response repeats it, without `.PEEK`. */
  readonly label: string;
  readonly path: readonly number[];
  readonly what: 'all' | 'HEADER' | 'TEXT' | 'MIME' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT';
  readonly fields: readonly string[];
  readonly peek: boolean;
  readonly partial: { readonly offset: number; readonly count: number } | null;
}

export type FetchItem =
  | SectionItem
  | { readonly kind: 'UID' | 'FLAGS' | 'INTERNALDATE' | 'RFC822.SIZE' | 'ENVELOPE' | 'BODYSTRUCTURE' | 'BODY' | 'MODSEQ' };

const plainItems = ['UID', 'FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODYSTRUCTURE', 'BODY', 'MODSEQ'] as const;
const macros: Readonly<Record<string, readonly (typeof plainItems)[number][]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};
const maxPathLength = 50;

const whole = (label: string, what: SectionItem['what'], peek: boolean): SectionItem => ({
  kind: 'section',
  label,
  path: [],
  what,
  fields: [],
  peek,
  partial: null,
});

/** The items of FETCH: a macro, one item, or a list (RFC 3501 §6.4.5). */
export function readFetchItems(args: Arguments): FetchItem[] {
  if (args.peek() === '(') return args.list(() => readItem(args));
  return readItemOrMacro(args);
}

function readItemOrMacro(args: Arguments): FetchItem[] {
  const word = args.word();
  const macro = macros[word];
  return macro === undefined ? [itemOf(word, args)] : macro.map((kind) => ({ kind }));
}

function readItem(args: Arguments): FetchItem {
  return itemOf(args.word(), args);
}

function itemOf(word: string, args: Arguments): FetchItem {
  if ((word === 'BODY' || word === 'BODY.PEEK') && args.take('[')) return readSection(args, word === 'BODY.PEEK');
  if (word === 'RFC822') return whole('RFC822', 'all', false);
  if (word === 'RFC822.HEADER') return whole('RFC822.HEADER', 'HEADER', true);
  if (word === 'RFC822.TEXT') return whole('RFC822.TEXT', 'TEXT', false);
  const kind = plainItems.find((name) => name === word);
  if (kind === undefined) throw new ImapSyntaxError('unknown fetch item');
  return { kind };
}

function readSection(args: Arguments, peek: boolean): SectionItem {
  const text = args.peek() === ']' ? '' : args.word();
  const [, numbers = '', rest = ''] = /^((?:[1-9]\d{0,4}\.?)*)(.*)$/.exec(text) ?? [];
  const path = numbers.split('.').filter(Boolean).map(Number);
  const what =
    (['HEADER', 'TEXT', 'MIME', 'HEADER.FIELDS', 'HEADER.FIELDS.NOT'] as const).find((name) => name === rest) ??
    (rest === '' ? 'all' : null);
  if (what === null || (what === 'MIME' && path.length === 0) || path.length > maxPathLength) throw new ImapSyntaxError('unknown section');
  let fields: string[] = [];
  if (what.startsWith('HEADER.FIELDS')) {
    args.space();
    fields = args.list(() => args.astring());
  }
  args.expect(']');
  const names = fields.length === 0 ? '' : ` (${fields.map((field) => field.toUpperCase()).join(' ')})`;
  const label = `BODY[${[...path.map(String), ...(what === 'all' ? [] : [what])].join('.')}${names}]`;
  if (!args.take('<')) return { kind: 'section', label, path, what, fields, peek, partial: null };
  const offset = args.number();
  args.expect('.');
  const count = args.number();
  args.expect('>');
  return { kind: 'section', label: `${label}<${offset}>`, path, what, fields, peek, partial: { offset, count } };
}
