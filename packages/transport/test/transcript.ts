import { duplexPair, type Duplex } from 'node:stream';

/**
 * Plays the server of a written dialogue on one end of a duplex pair.
 *
 * Lines: `S: text` the server says; `C: text` the client must say exactly; `C~ pattern` the client's line must match;
 * `DATA` the client sends a message up to the final dot; `CUT` the server closes; `HANG` nothing more comes;
 * `RAW text` the server sends the text as it stands (`\r`, `\n` escaped).
 */
export interface Replay {
  /** The client's end. */
  readonly stream: Duplex;
  /** What the client sent between 354 and the final dot, dots still stuffed, for each DATA. */
  readonly messages: string[];
  /** Everything the client sent, line by line. */
  readonly heard: string[];
  /** Resolves when the script is played to its end; rejects when the client says another thing. */
  readonly done: Promise<void>;
}

export function replay(script: string): Replay {
  const [stream, server] = duplexPair();
  const messages: string[] = [];
  const heard: string[] = [];
  const lines = lineReader(server, heard);
  const steps = script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const done = play(steps, { server, lines, messages });
  done.catch(() => stream.destroy());
  return { stream, messages, heard, done };
}

async function play(steps: readonly string[], io: { server: Duplex; lines: () => Promise<string>; messages: string[] }): Promise<void> {
  for (const step of steps) {
    if (step.startsWith('S: ')) io.server.write(`${step.slice(3)}\r\n`);
    else if (step.startsWith('RAW ')) io.server.write(step.slice(4).replaceAll('\\r', '\r').replaceAll('\\n', '\n'));
    else if (step === 'CUT') io.server.end();
    else if (step === 'HANG') return;
    else if (step === 'DATA') io.messages.push(await readMessage(io.lines));
    else expectLine(step, await io.lines());
  }
}

function expectLine(step: string, line: string): void {
  const fits = step.startsWith('C~ ') ? new RegExp(step.slice(3)).test(line) : step === `C: ${line}`.trim();
  if (!fits) throw new Error(`the script wants "${step}", the client says "${line}"`);
}

async function readMessage(lines: () => Promise<string>): Promise<string> {
  let message = '';
  for (;;) {
    const line = await lines();
    if (line === '.') return message;
    message += `${line}\r\n`;
  }
}

function lineReader(server: Duplex, heard: string[]): () => Promise<string> {
  let rest = '';
  const queue: string[] = [];
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let ended = false;
  server.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    const parts = rest.split('\r\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      heard.push(line);
      const waiter = waiting.shift();
      if (waiter === undefined) queue.push(line);
      else waiter.resolve(line);
    }
  });
  const end = (): void => {
    ended = true;
    for (const waiter of waiting.splice(0)) waiter.reject(new Error('the client closed'));
  };
  server.on('end', end);
  server.on('close', end);
  server.on('error', end);
  return () => {
    const line = queue.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (ended) return Promise.reject(new Error('the client closed'));
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
}
