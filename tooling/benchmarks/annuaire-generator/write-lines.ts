import { closeSync, openSync, writeSync } from 'node:fs';

const pieceLength = 1 << 20;

/** Writes lines with LF ends. @returns the number of lines */
export function writeLines(file: string, lines: Iterable<string>): number {
  const descriptor = openSync(file, 'w');
  try {
    let count = 0;
    let piece = '';
    for (const line of lines) {
      piece += `${line}\n`;
      count++;
      if (piece.length < pieceLength) continue;
      writeSync(descriptor, piece);
      piece = '';
    }
    writeSync(descriptor, piece);
    return count;
  } finally {
    closeSync(descriptor);
  }
}
