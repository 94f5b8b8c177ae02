/** Every error code of the toolkit has an exit status decided on purpose and a French sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { exitStatusOf } from '@mss/cli';
import { describe, expect, it } from 'vitest';

import { errorCodes } from '../src/error-codes/index.js';

const packages = fileURLToPath(new URL('../../', import.meta.url));

/** Codes in the sources of all packages but this one's tables; a name that ends in "_" is the family in a comment. */
function codesInSources(): string[] {
  const codes = new Set<string>();
  for (const name of readdirSync(packages)) {
    for (const entry of readdirSync(join(packages, name, 'src'), { recursive: true, withFileTypes: true })) {
      if (!entry.name.endsWith('.ts') || entry.parentPath.endsWith('error-codes')) continue;
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      for (const [code] of text.matchAll(/ERR_MSS_[A-Z0-9_]+/g)) if (!code.endsWith('_')) codes.add(code);
    }
  }
  return [...codes].sort();
}

const codes = codesInSources();

describe('error codes', () => {
  it('are found in the sources', () => {
    expect(codes.length).toBeGreaterThan(200);
    expect(codes).toEqual(expect.arrayContaining(['ERR_MSS_ZIP_ENCRYPTED', 'ERR_MSS_TLS_REVOKED', 'ERR_MSS_CLI_USAGE']));
  });
  it('have a status and a French sentence each, and none is left over', () => {
    expect(Object.keys(errorCodes).sort()).toEqual(codes);
  });
  it('have short sentences in the style of a help desk', () => {
    const wrong = Object.entries(errorCodes).filter(
      ([, [, sentence]]) => sentence.length > 130 || /\.$|ERR_MSS|\p{Lu}{9}/u.test(sentence.replaceAll('METADATA.XML', '')),
    );
    expect(wrong.map(([code]) => code)).toEqual([]);
  });
  it.each([
    ['two patients', 'ERR_MSS_CDA_TWO_PATIENTS', 1],
    ['two patients in METADATA', 'ERR_MSS_XDM_TWO_PATIENTS', 1],
    ['no METADATA', 'ERR_MSS_XDM_NO_METADATA', 1],
    ['no patient', 'ERR_MSS_XDM_NO_PATIENT', 1],
    ['hash', 'ERR_MSS_XDM_HASH_MISMATCH', 1],
    ['size', 'ERR_MSS_XDM_SIZE_MISMATCH', 1],
    ['identity', 'ERR_MSS_XDM_IDENTITY_MISMATCH', 1],
    ['no prefix', 'ERR_MSS_SUBJECT_NOT_CONFORMANT', 1],
    ['version', 'ERR_MSS_TLS_VERSION', 1],
    ['suite', 'ERR_MSS_TLS_SUITE', 1],
    ['chain', 'ERR_MSS_TLS_UNTRUSTED', 1],
    ['revoked', 'ERR_MSS_TLS_REVOKED', 1],
    ['revocation unknown', 'ERR_MSS_TLS_REVOCATION_UNKNOWN', 1],
    ['encrypted', 'ERR_MSS_ZIP_ENCRYPTED', 2],
    ['DOCTYPE', 'ERR_MSS_XML_DOCTYPE', 2],
    ['limit', 'ERR_MSS_XML_LIMIT', 2],
    ['unreadable', 'ERR_MSS_ZIP_NOT_A_ZIP', 2],
    ['no answer', 'ERR_MSS_TLS_UNREACHABLE', 3],
    ['deadline', 'ERR_MSS_TLS_TIMEOUT', 3],
    ['protocol', 'ERR_MSS_TLS_STARTTLS_PROTOCOL', 3],
    ['uncertain', 'ERR_MSS_SMTP_UNCERTAIN', 3],
    ['a code of a later version', 'ERR_MSS_LATER_SOMETHING', 1],
  ])('%s: status of %s', (_what, code, status) => {
    expect(exitStatusOf(code)).toBe(status);
  });
});
