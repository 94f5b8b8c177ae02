import type { CommandPart } from './command-reader.js';

/** The command does not follow its grammar: answered with BAD. */
export class ImapSyntaxError extends Error {}

/** One range of a sequence set; `Infinity` is `*`. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

const atomCharacter = /[^\x00-\x20\x7f-\xff(){"\\%*\]]/;
const listCharacter = /[^\x00-\x20\x7f-\xff(){"\\]/;
// ASTRING-CHAR is ATOM-CHAR and "]".
const astringCharacter = /[^\x00-\x20\x7f-\xff(){"\\%*]/;
const maxDepth = 50;

/**
 * Walks along the arguments of one command.
 *
 * @see RFC 3501 §9 (formal syntax)
 */
export class Arguments {
  readonly #parts: readonly CommandPart[];
  #part = 0;
  #at = 0;
  #depth = 0;

  constructor(parts: readonly CommandPart[]) {
    this.#parts = parts;
  }

  get #text(): string {
    const part = this.#parts[this.#part];
    return typeof part === 'string' ? part : '';
  }

  /** The next character; `''` at the end and before a literal. */
  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  get atEnd(): boolean {
    return this.#part >= this.#parts.length - 1 && this.#at >= this.#text.length;
  }

  end(): void {
    if (!this.atEnd) throw new ImapSyntaxError('unexpected argument');
  }

  space(): void {
    this.expect(' ');
  }

  expect(character: string): void {
    if (this.peek() !== character) throw new ImapSyntaxError(`"${character}" expected`);
    this.#at += 1;
  }

  /** Goes past the character when it comes next. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  atom(): string {
    return this.#run(atomCharacter, 'atom');
  }

  /** A number of at most ten digits. */
  number(): number {
    const digits = this.#run(/\d/, 'number');
    if (digits.length > 10) throw new ImapSyntaxError('number out of range');
    return Number(digits);
  }

  /** A mod-sequence: below 2^63 (RFC 7162 §7); those above 2^53 are only ever compared. */
  modseq(): number {
    const digits = this.#run(/\d/, 'mod-sequence');
    if (digits.length > 19) throw new ImapSyntaxError('mod-sequence out of range');
    return Number(digits);
  }

  /** Letters, digits and dots, in upper case: the name of a FETCH item or section. */
  word(): string {
    return this.#run(/[A-Za-z0-9.]/, 'word').toUpperCase();
  }

  /** `\Seen`, `$Forwarded`, `keyword`. */
  flag(): string {
    const backslash = this.take('\\') ? '\\' : '';
    return backslash + this.atom();
  }

  /** Atom, quoted string or literal, as text. */
  astring(): string {
    if (this.peek() === '"' || this.#beforeLiteral) return Buffer.from(this.string()).toString('utf8');
    return this.#run(astringCharacter, 'string');
  }

  /** An astring, or a pattern of LIST. */
  listPattern(): string {
    if (this.peek() === '"' || this.#beforeLiteral) return Buffer.from(this.string()).toString('utf8');
    return this.#run(listCharacter, 'pattern');
  }

  /** Quoted string or literal, as bytes. */
  string(): Uint8Array {
    if (this.#beforeLiteral) {
      const literal = this.#parts[this.#part + 1];
      this.#part += 2;
      this.#at = 0;
      return literal instanceof Uint8Array ? literal : new Uint8Array();
    }
    this.expect('"');
    let text = '';
    for (;;) {
      const character = this.peek();
      if (character === '') throw new ImapSyntaxError('quoted string without end');
      this.#at += 1;
      if (character === '"') return Buffer.from(text, 'latin1');
      if (character === '\\') {
        text += this.peek();
        this.#at += 1;
      } else text += character;
    }
  }

  /** `(` items between spaces `)`. */
  list<Item>(item: () => Item): Item[] {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new ImapSyntaxError('too many brackets');
    this.expect('(');
    const items: Item[] = [];
    while (!this.take(')')) {
      if (items.length > 0) this.space();
      items.push(item());
    }
    this.#depth -= 1;
    return items;
  }

  /** `1,3:5,7:*` */
  sequenceSet(): SequenceRange[] {
    const position = (): number => (this.take('*') ? Infinity : this.number());
    const ranges: SequenceRange[] = [];
    do {
      const from = position();
      const to = this.take(':') ? position() : from;
      if (from === 0 || to === 0) throw new ImapSyntaxError('numbers begin at 1');
      ranges.push(from <= to ? { from, to } : { from: to, to: from });
      if (ranges.length > 10_000) throw new ImapSyntaxError('too many ranges');
    } while (this.take(','));
    return ranges;
  }

  /** Goes past ` WORD` when it comes next and more follows. */
  takeWord(word: string): boolean {
    const next = this.#text.slice(this.#at, this.#at + word.length + 2).toUpperCase();
    if (next !== ` ${word} `) return false;
    this.#at += word.length + 1;
    return true;
  }

  /** Whether a sequence set comes next, as opposed to a search key. */
  get beforeSequenceSet(): boolean {
    return /[\d*]/.test(this.peek());
  }

  get #beforeLiteral(): boolean {
    return this.#at >= this.#text.length && this.#parts[this.#part + 1] instanceof Uint8Array;
  }

  #run(character: RegExp, what: string): string {
    const text = this.#text;
    const start = this.#at;
    while (this.#at < text.length && character.test(text.charAt(this.#at))) this.#at += 1;
    if (this.#at === start) throw new ImapSyntaxError(`${what} expected`);
    return text.slice(start, this.#at);
  }
}
