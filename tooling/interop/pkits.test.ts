import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
// The suite of @mss/pki: skipped where the vectors are absent, run here, where the runner has installed them.
import '../../packages/pki/test/pkits.test.js';

it('the vectors of PKITS are installed: Debian’s python3-cryptography-vectors', () => {
  expect(existsSync('/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data/certs')).toBe(true);
});
