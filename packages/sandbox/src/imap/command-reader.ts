import type { ByteReader } from './byte-reader.js';

/** A command as it came: text between literals, and literals. */
export type CommandPart = string | Uint8Array;

export type ReadCommand =
  | { readonly kind: 'command'; readonly parts: readonly CommandPart[] }
  /** A line or a literal over the limit; the connection can go on. */
  | { readonly kind: 'refused'; readonly tag: string; readonly reply: string }
  /** Nothing sensible can follow. */
  | { readonly kind: 'broken'; readonly reply: string };

export interface CommandLimits {
  readonly lineBytes: number;
  readonly literalBytes: number;
  /** Asks for memory for a literal. */
  readonly reserve: (bytes: number) => boolean;
}

const literalPattern = /\{(\d{1,10})(\+?)\}$/;
const maxLiterals = 50;

/**
 * Reads one command with its literals, synchronising or not (RFC 3501 §4.3, RFC 7888).
 *
 * @param proceed - asks the client for a synchronising literal.
 * @returns `null` at the end of the connection.
 */
export async function readCommand(reader: ByteReader, limits: CommandLimits, proceed: () => void): Promise<ReadCommand | null> {
  const parts: CommandPart[] = [];
  let lineBytes = 0;
  let literalBytes = 0;
  for (;;) {
    const line = await reader.line(limits.lineBytes - lineBytes);
    if (line === null) return null;
    if (line === 'too-long') return { kind: 'broken', reply: '* BYE Line too long' };
    const text = line.toString('latin1');
    lineBytes += line.length;
    const literal = literalPattern.exec(text);
    if (literal === null) {
      parts.push(text);
      return { kind: 'command', parts };
    }
    const size = Number(literal[1]);
    literalBytes += size;
    const synchronising = literal[2] === '';
    const refusal = refusalOf(size, { literalBytes, parts: parts.length, limits });
    if (refusal !== null && synchronising) return { kind: 'refused', tag: tagOf(parts[0] ?? text), reply: refusal };
    // What is not to be kept is read over, unless that would take too long.
    if (refusal !== null && size > 2 * limits.literalBytes) return { kind: 'broken', reply: '* BYE [TOOBIG] Too many bytes' };
    if (synchronising) proceed();
    const bytes = await reader.bytes(size, { keep: refusal === null });
    if (bytes === null) return null;
    if (refusal !== null) {
      const rest = await reader.line(limits.lineBytes);
      return rest === null ? null : { kind: 'refused', tag: tagOf(parts[0] ?? text), reply: refusal };
    }
    parts.push(text.slice(0, literal.index), bytes);
  }
}

function tagOf(part: CommandPart): string {
  return typeof part === 'string' ? (part.split(' ')[0] ?? '*') : '*';
}

function refusalOf(
  size: number,
  options: { readonly literalBytes: number; readonly parts: number; readonly limits: CommandLimits },
): string | null {
  const { literalBytes, parts, limits } = options;
  if (literalBytes > limits.literalBytes || parts >= 2 * maxLiterals) return 'NO [TOOBIG] Literal too big';
  return limits.reserve(size) ? null : 'NO [OVERQUOTA] The sandbox is full';
}
