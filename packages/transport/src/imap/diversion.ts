import { protocol, ResponseReader, type ResponseLimits, type ServerResponse } from './response-reader.js';

/** A command whose answers do not go through imapflow. */
export interface DivertedCommand {
  /** Without tag and line end, for example `UID FETCH 1:3 (UID)`. */
  readonly command: string;
  readonly limits: ResponseLimits;
  /** Whether an untagged answer was one to this command; the others go to imapflow. @throws what ends the connection */
  readonly take: (response: ServerResponse) => boolean;
}

/** A command on its way. */
interface Diverted extends DivertedCommand {
  readonly tag: string;
  /** The rest of a line comes first, whose beginning `give` has had. */
  readonly midLine: boolean;
  /** To imapflow. */
  readonly give: (bytes: Uint8Array) => void;
  /** Told of a chunk of which nothing is kept. */
  readonly spent: (chunk: Uint8Array) => void;
}

interface Settle {
  readonly resolve: (line: string) => void;
  readonly reject: (error: unknown) => void;
}

const star = 0x2a;

/** What comes between a command and its end, told apart. */
export class Diversion {
  /** The line that ended the command, without its tag. */
  readonly ended: Promise<string>;
  readonly #how: Diverted;
  readonly #reader: ResponseReader;
  readonly #settle: Settle;
  #midLine: boolean;
  #isOver = false;
  /** Of the present chunk, not ours. */
  #others: Uint8Array[] = [];

  constructor(how: Diverted) {
    this.#how = how;
    this.#midLine = how.midLine;
    this.#reader = new ResponseReader(how.limits);
    let settle: Settle | undefined;
    this.ended = new Promise((resolve, reject) => (settle = { resolve, reject }));
    this.#settle = settle as unknown as Settle;
  }

  /** What to send. */
  get line(): string {
    return `${this.#how.tag} ${this.#how.command}\r\n`;
  }

  fail(error: unknown): void {
    this.#isOver = true;
    this.#settle.reject(error);
  }

  /**
   * @returns how many bytes of the chunk are dealt with; what is left came after the end of the command
   * @throws MssError `ERR_MSS_IMAP_PROTOCOL`
   */
  take(chunk: Uint8Array): number {
    let at = 0;
    if (this.#isOver) return 0;
    const { length } = chunk;
    if (length <= this.#reader.literalLeft) {
      // Without an answer it may end: the line goes on behind the literal.
      this.#reader.read(chunk, 0);
      this.#how.spent(chunk);
      return length;
    }
    if (this.#midLine) {
      at = chunk.indexOf(10) + 1;
      this.#midLine = at === 0;
      if (at === 0) at = chunk.length;
      this.#how.give(chunk.subarray(0, at));
    }
    for (;;) {
      const found = this.#reader.read(chunk, at);
      at = found === null ? chunk.length : found.end;
      if (found !== null && !this.#answer(found.response)) continue;
      this.#giveOthers();
      return at;
    }
  }

  /** Together: a flood of short lines is no flood of writes. */
  #giveOthers(): void {
    if (this.#others.length === 0) return;
    this.#how.give(this.#others.length === 1 ? (this.#others[0] as Uint8Array) : Buffer.concat(this.#others));
    this.#others = [];
  }

  /** @returns whether it was the last one */
  #answer(response: ServerResponse): boolean {
    const first = response.lines[0] as Uint8Array;
    if (first[0] === star) {
      if (!this.#how.take(response)) this.#pass(response);
      return false;
    }
    const line = Buffer.from(first).toString('latin1').trimEnd();
    const [tag, ...rest] = line.split(' ');
    // Neither a continuation nor the end of another command can come here.
    if (tag !== this.#how.tag || !/^(?:OK|NO|BAD)$/i.test(rest[0] ?? '')) throw protocol('UnexpectedTag');
    this.#isOver = true;
    this.#settle.resolve(rest.join(' '));
    return true;
  }

  #pass({ lines, literals }: ServerResponse): void {
    lines.forEach((line, index) => {
      this.#others.push(line);
      const literal = literals[index];
      if (literal !== undefined) this.#others.push(literal);
    });
  }
}
