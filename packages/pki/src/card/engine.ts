import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { isMainThread } from 'node:worker_threads';
import { cardError } from './errors.js';
import type { CardModule } from './module.js';
import type { CardToken } from './tokens.js';

/** Where Linux distributions put the engine of libp11 (Debian: libengine-pkcs11-openssl; Fedora: openssl-pkcs11; Arch: libp11). */
const usualPlaces: readonly string[] = [
  '/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so',
  '/usr/lib/aarch64-linux-gnu/engines-3/pkcs11.so',
  '/usr/lib64/engines-3/pkcs11.so',
  '/usr/lib/engines-3/pkcs11.so',
];

/** @throws ERR_MSS_PKI_CARD_ENGINE */
export function findEngine(given: string | undefined): string {
  const found = (given === undefined ? usualPlaces : [given]).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw cardError('ERR_MSS_PKI_CARD_ENGINE', 'the OpenSSL engine pkcs11 is not there (Debian: libengine-pkcs11-openssl)', {
    details: { looked: given === undefined ? usualPlaces : [given] },
  });
}

/** RFC 7512 §2.3: everything but letters and digits as `%XX`. */
const escaped = (bytes: Uint8Array): string => Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');

/** The address of a private key by card and CKA_ID (RFC 7512). It never holds a PIN: the engine prints it when it finds no key. */
export function keyUri({ label, serial }: CardToken, id: Uint8Array): string {
  const text = (value: string): string => escaped(Buffer.from(value, 'utf8'));
  return `pkcs11:token=${text(label)};serial=${text(serial)};id=${escaped(id)};type=private`;
}

/** The engine takes the library's path from the environment of the process alone. It is no secret, and stands there for this one call. */
function withModulePath<Value>(path: string, work: () => Value): Value {
  const name = 'PKCS11_MODULE_PATH';
  const before = process.env[name];
  if (!isMainThread && before !== path) {
    throw cardError('ERR_MSS_PKI_CARD_ENGINE', `in a worker thread, ${name} must be set before the process starts`, {
      details: { module: path },
    });
  }
  process.env[name] = path;
  try {
    return work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  }
}

/**
 * Node first looks for an engine of that *name*; given an absolute path, the engine then complains on stderr. A relative one is only
 * found by the second way, as a file.
 */
function asEngineName(file: string): string {
  const path = relative(process.cwd(), file);
  return path.includes(sep) ? path : `.${sep}${path}`;
}

/**
 * Runs `work` with an engine file that the process has not loaded yet. OpenSSL loads one file once, and the engine keeps the sessions of
 * a card that was taken out (libp11 0.4.12) or waits for ever for a new one (0.4.12 to 0.4.15): every context has an engine of its own.
 */
function withFreshEngine<Value>(engine: string, work: (name: string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), 'mss-engine-'));
  try {
    const copy = join(folder, 'pkcs11.so');
    copyFileSync(engine, copy);
    return work(asEngineName(copy));
  } finally {
    // The library stays mapped. (Windows keeps the file until the process ends.)
    rmSync(folder, { recursive: true, force: true, maxRetries: 0 });
  }
}

/** RSA with PKCS #1 v1.5: what cards can do that know no PSS. TLS 1.3 is not possible, and the server must not ask for PSS. */
const withoutPss = ['rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512', 'ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384'].join(
  ':',
);

/** What the mechanisms of a card leave of a connection. */
export function narrowsOf(pss: boolean): { readonly maxVersion: 'TLSv1.2'; readonly sigalgs: string } | undefined {
  return pss ? undefined : { maxVersion: 'TLSv1.2', sigalgs: withoutPss };
}

/** How a TLS context on a card is made. */
export interface EngineContext {
  readonly module: CardModule;
  readonly engine: string;
  readonly uri: string;
  /** PEM: the card's certificate, then its authorities. */
  readonly chain: string;
}

/**
 * Makes a TLS context whose client signature the card makes, in the login that stands in this process. The engine itself never logs in.
 *
 * Contexts are kept for the life of the process: an engine that is freed, whenever the garbage collector comes to it, finalises the
 * PKCS#11 library, and with it every login.
 *
 * @throws ERR_MSS_PKI_CARD_ENGINE
 */
export function engineContext(options: SecureContextOptions, how: EngineContext): SecureContext {
  const { module, engine, uri, chain } = how;
  return withModulePath(module.path, () =>
    withFreshEngine(engine, (name) => {
      try {
        const context = createSecureContext({ ...options, cert: chain, privateKeyEngine: name, privateKeyIdentifier: uri });
        module.contexts.push(context);
        return context;
      } catch (cause) {
        throw cardError('ERR_MSS_PKI_CARD_ENGINE', 'the OpenSSL engine does not take the key of the card', { cause });
      }
    }),
  );
}
