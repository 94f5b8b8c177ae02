import { createHmac, randomBytes } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { errnoOf } from '../net/errno.js';
import { cardError } from './errors.js';
import { ck, ckr, returnNameOf, returnValueOf, type Pkcs11Library } from './pkcs11.js';

/** A loaded PKCS#11 library, and what must be remembered about it for as long as the process lives. */
export interface CardModule {
  readonly path: string;
  readonly library: Pkcs11Library;
  /** PINs that a card has refused, as keyed hashes: none is shown to the same card twice. */
  readonly refusedPins: RefusedPins;
  /** TLS contexts whose engine must not be freed: see {@link engineContext}. */
  readonly contexts: SecureContext[];
}

/** PINs that cards have refused. Only hashes under a key of this process are kept. */
export class RefusedPins {
  readonly #key = randomBytes(32);
  readonly #hashes = new Set<string>();

  #hash(token: string, pin: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([token, pin]))
      .digest('base64');
  }

  has(token: string, pin: string): boolean {
    return this.#hashes.has(this.#hash(token, pin));
  }

  add(token: string, pin: string): void {
    this.#hashes.add(this.#hash(token, pin));
  }
}

/**
 * Loaded libraries by path. PKCS#11 makes a library a thing of the process: initialised once, one login for all sessions. The table is
 * therefore the process's too, shared by the ESM and the CJS copy of this package.
 */
const table: unique symbol = Symbol.for('mss.pki.card.modules');

function loaded(): Map<string, CardModule> {
  const shared = globalThis as { [table]?: Map<string, CardModule> };
  return (shared[table] ??= new Map());
}

interface Pkcs11Js {
  readonly PKCS11: new () => Pkcs11Library & { load(path: string): void };
}

async function importPkcs11Js(): Promise<Pkcs11Js> {
  try {
    const imported = (await import('pkcs11js')) as unknown as Pkcs11Js & { readonly default?: Pkcs11Js };
    return imported.default ?? imported;
  } catch (cause) {
    const missing = errnoOf(cause) === 'ERR_MODULE_NOT_FOUND' || errnoOf(cause) === 'MODULE_NOT_FOUND';
    const what = missing ? 'is not installed' : 'does not load on this machine';
    throw cardError('ERR_MSS_PKI_CARD_SUPPORT', `cards need the optional package pkcs11js, which ${what}`, { cause });
  }
}

/** @throws ERR_MSS_PKI_CARD_MODULE */
export function initialize(library: Pkcs11Library): void {
  try {
    library.C_Initialize({ flags: ck.osLockingOk });
  } catch (cause) {
    if (returnValueOf(cause) === ckr.alreadyInitialized) return;
    throw moduleError(cause, 'the PKCS#11 library cannot be initialised');
  }
}

/** An answer of the library that has no code of its own. */
export function moduleError(cause: unknown, message: string): Error {
  return cardError('ERR_MSS_PKI_CARD_MODULE', message, { cause, details: { ckr: returnNameOf(cause) } });
}

/**
 * Loads a PKCS#11 library, once in the life of the process.
 *
 * @throws ERR_MSS_PKI_CARD_SUPPORT
 * @throws ERR_MSS_PKI_CARD_MODULE
 */
export async function loadModule(path: string): Promise<CardModule> {
  const { PKCS11 } = await importPkcs11Js();
  const known = loaded().get(path);
  if (known !== undefined) return known;
  const library = new PKCS11();
  try {
    library.load(path);
  } catch (cause) {
    throw cardError('ERR_MSS_PKI_CARD_MODULE', 'the PKCS#11 library cannot be loaded', { cause, details: { module: path } });
  }
  initialize(library);
  const module: CardModule = { path, library, refusedPins: new RefusedPins(), contexts: [] };
  loaded().set(path, module);
  return module;
}
