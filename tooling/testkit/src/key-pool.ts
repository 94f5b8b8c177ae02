import { createPrivateKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** Leaf certificates share these keys by turns; authorities take one each and, beyond it, fresh ones. */
const poolSize = 12;

/** What the keys of this process have been used for so far. */
const handedOut = new Map<string, number>();
const loaded = new Map<string, Promise<KeyObject>>();

let poolDirectory: string | null = null;

/**
 * The folder of the pool: one per user, closed to others. A folder that somebody else made there first is
 * not trusted; the process then takes a private one.
 */
function directory(): string {
  if (poolDirectory !== null) return poolDirectory;
  const { uid, username } = userInfo();
  const wanted = join(tmpdir(), `mss-test-keys-${uid === -1 ? username : uid}`);
  try {
    mkdirSync(wanted, { mode: 0o700, recursive: true });
    const found = lstatSync(wanted);
    const ours = process.platform === 'win32' || (found.uid === uid && (found.mode & 0o077) === 0);
    poolDirectory = found.isDirectory() && ours ? wanted : mkdtempSync(join(tmpdir(), 'mss-test-keys-'));
  } catch {
    poolDirectory = mkdtempSync(join(tmpdir(), 'mss-test-keys-'));
  }
  return poolDirectory;
}

async function freshKey(bits: number): Promise<KeyObject> {
  return (await generate('rsa', { modulusLength: bits })).privateKey;
}

/** The key of one file; the first process to need it makes it, the others read the one that was linked first. */
async function pooledKey(name: string, bits: number): Promise<KeyObject> {
  const path = join(directory(), `${name}.pem`);
  try {
    return createPrivateKey(readFileSync(path));
  } catch {
    const key = await freshKey(bits);
    const draft = `${path}.${randomUUID()}`;
    writeFileSync(draft, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    try {
      linkSync(draft, path);
      return key;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      return taken ? createPrivateKey(readFileSync(path)) : key;
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

/**
 * A private RSA key for tests.
 *
 * Making one takes 0.1 to 0.3 s, so keys are kept in the temporary folder of the machine, readable by their
 * user alone, and shared by all test processes. They protect nothing.
 *
 * @param options.unique - no other call of this process gets the same key (certificate authorities: two of them
 * with one key would accept each other's certificates). Leaf keys go round in turns.
 */
export async function testRsaKey(options: { readonly bits?: number; readonly unique?: boolean } = {}): Promise<KeyObject> {
  const { bits = 2048, unique = false } = options;
  const kind = `rsa${bits}-${unique ? 'ca' : 'leaf'}`;
  const turn = handedOut.get(kind) ?? 0;
  handedOut.set(kind, turn + 1);
  if (unique && turn >= poolSize) return freshKey(bits);
  const name = `${kind}-${turn % poolSize}`;
  let key = loaded.get(name);
  if (key === undefined) loaded.set(name, (key = pooledKey(name, bits)));
  return key;
}

/** A private P-256 key: fast to make, so never kept. No RSA suite can be spoken with it. */
export async function testEcKey(): Promise<KeyObject> {
  return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
}
