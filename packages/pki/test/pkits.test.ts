import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Crl } from '../src/crl/crl.js';
import { loadCrl } from '../src/crl/source.js';
import { checkScope } from '../src/crl/verify.js';
import { buildPaths, type CertificatePath } from '../src/path/build.js';
import { checkPath, checkValidity } from '../src/path/check.js';
import { createTrustStore } from '../src/trust-store.js';
import { readCertificate, type Certificate } from '../src/x509/certificate.js';

/**
 * NIST's Public Key Interoperability Test Suite (PKITS 1.0.1, 2011), from Debian's `python3-cryptography-vectors` or from a folder of your
 * own. Each test says by its name whether the certificate is valid.
 */
const folder = process.env['MSS_PKITS'] ?? '/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data';
const available = existsSync(`${folder}/certs/TrustAnchorRootCertificate.crt`);
if (!available) process.stderr.write('PKITS is not installed (python3-cryptography-vectors): its suite is skipped\n');

/** Where our verdict is not the one of the suite, why, and for which files exactly. */
interface Expected {
  readonly stricter: Readonly<Record<string, readonly string[]>>;
  readonly laxer: Readonly<Record<string, readonly string[]>>;
}
const expectedFile = new URL('../../../tooling/testdata/pki/pkits-expected.json', import.meta.url);
const expected = JSON.parse(readFileSync(expectedFile, 'utf8')) as Expected;
const reasonIn = (list: Expected['stricter'], name: string): string | null =>
  Object.entries(list).find(([, names]) => names.includes(name))?.[0] ?? null;

/** Within the validity of the suite, which ends with 2030. */
const now = new Date('2026-06-01T00:00:00Z');

const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${folder}/${name}`));

function readable(name: string): Certificate | null {
  try {
    return readCertificate(bytesOf(`certs/${name}`));
  } catch {
    return null;
  }
}

function world(): { readonly trust: ReturnType<typeof createTrustStore>; readonly crls: readonly Uint8Array[] } {
  const authorities = readdirSync(`${folder}/certs`).filter((name) => !name.endsWith('EE.crt') && readable(name) !== null);
  const anchors = [bytesOf('certs/TrustAnchorRootCertificate.crt')];
  const trust = createTrustStore({ name: 'PKITS', anchors, intermediates: authorities.map((name) => bytesOf(`certs/${name}`)) });
  return { trust, crls: readdirSync(`${folder}/crls`).map((name) => bytesOf(`crls/${name}`)) };
}

/** From whichever of its distribution points it comes; there is none in some of the suite's certificates. */
function speaksAbout(crl: Crl, certificate: Certificate): boolean {
  const { distributionPoints } = certificate.extensions;
  return (distributionPoints.length === 0 ? [{ names: [], partial: false }] : distributionPoints).some((point) => {
    try {
      checkScope(crl, certificate, point);
      return true;
    } catch {
      return false;
    }
  });
}

/** Good when some CRL that can be believed says so, and none says otherwise. */
function isUnrevoked({ issuances }: CertificatePath, crls: readonly Uint8Array[]): boolean {
  return issuances.every(({ certificate, issuer }) => {
    const answers = crls.flatMap((bytes) => {
      try {
        const { crl, entries } = loadCrl(bytes, issuer, { now, url: '' });
        if (!speaksAbout(crl, certificate)) return [];
        return [!entries.has(certificate.serial)];
      } catch {
        return [];
      }
    });
    return answers.length > 0 && answers.every(Boolean);
  });
}

describe.skipIf(!available)('PKITS', () => {
  const names = available ? readdirSync(`${folder}/certs`).filter((name) => /^(Valid|Invalid).*EE\.crt$/.test(name)) : [];
  const { trust, crls } = available ? world() : { trust: null, crls: [] };

  it('has all its end entities', () => {
    expect(names.length).toBeGreaterThan(190);
  });

  it.each(names)('%s', (name) => {
    const certificate = readable(name);
    const paths = certificate === null || trust === null ? [] : buildPaths(certificate, [], [trust]);
    const accepted = paths.some(
      (path) => checkPath(path.certificates) === null && checkValidity(path.certificates, now) === null && isUnrevoked(path, crls),
    );
    const reason = reasonIn(expected.stricter, name) ?? reasonIn(expected.laxer, name);
    // Exactly as written down: a verdict that changes, to the better or the worse, is looked at.
    expect(accepted, reason ?? '').toBe(name.startsWith('Valid') === (reason === null));
  });

  it('differs only where it is written down, and never accepts more for another reason than a delta', () => {
    const listed = [...Object.values(expected.stricter), ...Object.values(expected.laxer)].flat();
    expect(listed.filter((name) => !names.includes(name))).toEqual([]);
    expect(Object.values(expected.laxer).flat()).toEqual(['InvaliddeltaCRLTest4EE.crt']);
  });
});
