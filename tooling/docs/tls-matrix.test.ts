import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cells } from '../interop/tls-matrix/cells.js';
import { fingerprintOf, renderMatrix, type LastRun } from '../interop/tls-matrix/render.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const run = JSON.parse(read('../interop/tls-matrix/last-run.json')) as LastRun;

describe('docs/TLS-MATRIX.md', () => {
  it('says what the matrix holds: node tooling/docs/tls-matrix.mjs writes it', () => {
    expect(read('../../docs/TLS-MATRIX.md') === renderMatrix(cells, run)).toBe(true);
  });

  it('tells of a run of these very cells, in which all came out as expected', () => {
    expect(run.cells).toBe(fingerprintOf(cells));
    expect(run.failed).toEqual([]);
    expect(run.passed).toBe(cells.length);
  });

  it('has at least the states that the channel is asked about', () => {
    const keys = new Set(cells.map(({ key }) => key.split(':').at(-1)));
    const asked = `valid expired not-yet-valid wrong-host self-signed unknown-ca intermediate-missing intermediate-in-store revoked
      revoked-intermediate client-eku rsa-1024 sha1 constraints-violated path-length ca-false missing badly-signed other-issuer truncated
      enormous slow redirected html delta indirect overlapping unknown stale unsigned wrong-signer old-nonce other-certificate down
      delegated delegated-no-eku stripped injection preauth tickets renegotiation both-paths-good old-path-revoked good-revoked ssl3`;
    expect(asked.split(/\s+/).filter((key) => !keys.has(key))).toEqual([]);
    expect(cells.length).toBeGreaterThanOrEqual(250);
  });
});
