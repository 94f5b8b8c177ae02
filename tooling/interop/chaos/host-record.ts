import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** One line of what a host keeps: nothing is ever taken out of it. */
export interface RecordedDelivery {
  readonly delivery: string;
  readonly messageId: string | null;
  readonly sha256: string;
}

/** Appends a line and syncs it: once this returns, a crash cannot take it back. */
export function appendRecord(file: string, line: RecordedDelivery): void {
  const descriptor = openSync(file, 'a');
  writeSync(descriptor, `${JSON.stringify(line)}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

export function readRecord(file: string): readonly RecordedDelivery[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedDelivery);
}
