import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { syncError } from '../errors.js';
import type { SourceRecord } from './source-record.js';

/** What a file must be, where that is known from elsewhere. */
export interface ExpectedFile {
  readonly bytes?: number;
  /** Hexadecimal. */
  readonly sha1?: string;
  readonly sha256?: string;
}

/** Whether what the directory was made of can be what is expected now. SHA-1 is not kept. */
export function isAsExpected(records: readonly SourceRecord[], { bytes, sha256 }: ExpectedFile = {}): boolean {
  return records.every(
    (record) => (bytes === undefined || record.bytes === bytes) && (sha256 === undefined || record.sha256 === sha256.toLowerCase()),
  );
}

/**
 * Reads a file once more, to know that it is the expected one.
 *
 * @throws MssError `ERR_MSS_ANNUAIRE_CHECKSUM`
 */
export async function verifyFile(path: string, expected: ExpectedFile = {}): Promise<{ readonly size: number; readonly sha256: string }> {
  const sha256 = createHash('sha256');
  const sha1 = createHash('sha1');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    sha256.update(chunk);
    if (expected.sha1 !== undefined) sha1.update(chunk);
  }
  const digest = sha256.digest('hex');
  const differs =
    (expected.bytes !== undefined && expected.bytes !== size && 'bytes') ||
    (expected.sha256 !== undefined && expected.sha256.toLowerCase() !== digest && 'sha256') ||
    (expected.sha1 !== undefined && expected.sha1.toLowerCase() !== sha1.digest('hex') && 'sha1');
  if (differs === false) return { size, sha256: digest };
  throw syncError('ERR_MSS_ANNUAIRE_CHECKSUM', `the file is not the expected one: its ${differs} differs`, {
    details: { differs, bytes: size },
  });
}
