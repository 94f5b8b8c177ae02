/** Sealed contents: nothing comes out of a content that is not exactly what was put in. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { isMssError, systemRandom } from '@mss/core';
import { openSqliteStore, type Store } from '@mss/store';
import { createTempDirectory, type TempDirectory } from '@mss/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createContents, type Contents } from '../src/contents/contents.js';
import { createKeyRing } from '../src/contents/keys.js';
import { createFileVault, createStoreVault, type ContentVault, type LedgerKeys } from '../src/index.js';
import { createPrivacy } from '../src/privacy.js';

const key = (id: string, fill: number): { readonly id: string; readonly secret: Uint8Array } => ({
  id,
  secret: new Uint8Array(32).fill(fill),
});
const pseudonyms = new Uint8Array(32).fill(9);
const open = (vault: ContentVault, given: Partial<LedgerKeys> = {}): Contents =>
  createContents(vault, { ring: createKeyRing({ sealing: key('k1', 1), pseudonyms, ...given }), random: systemRandom });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

let folder: TempDirectory;
let store: Store;
beforeAll(async () => {
  folder = await createTempDirectory();
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(async () => {
  await store.close();
  await folder[Symbol.asyncDispose]();
});

const vaults = { files: () => createFileVault(join(folder.path, 'vault')), 'a store': () => createStoreVault(store) };

describe.each(Object.entries(vaults))('contents in %s', (_, vaultOf) => {
  it.each([0, 1, 524_287, 524_288, 524_289, 1_048_576, 1_700_001])(
    'of %i bytes come out as they went in, whole or streamed',
    async (size) => {
      const contents = open(await vaultOf());
      const bytes = new Uint8Array(randomBytes(size));
      await contents.write(`whole-${size}`, 'outbox', bytes);
      await contents.write(`pieces-${size}`, 'outbox', inPieces(bytes, 30_011));
      for (const name of [`whole-${size}`, `pieces-${size}`]) {
        expect(Buffer.from(await contents.read(name, 'outbox')).equals(bytes)).toBe(true);
        await contents.erase(name, 'outbox');
        await contents.erase(name, 'outbox');
        expect(await codeOf(contents.read(name, 'outbox'))).toBe('ERR_MSS_LEDGER_CONTENT_MISSING');
      }
    },
  );

  it('open with an older key after a rotation, not without it, and not with another secret of the same id', async () => {
    const vault = await vaultOf();
    await open(vault).write('rotated', 'outbox', Buffer.from('bonjour'));
    const rotated = open(vault, { sealing: key('k2', 2), opening: [key('k1', 1)] });
    expect(Buffer.from(await rotated.read('rotated', 'outbox')).toString()).toBe('bonjour');
    expect(await codeOf(open(vault, { sealing: key('k2', 2) }).read('rotated', 'outbox'))).toBe('ERR_MSS_LEDGER_CONTENT_KEY');
    expect(await codeOf(open(vault, { sealing: key('k1', 7) }).read('rotated', 'outbox'))).toBe('ERR_MSS_LEDGER_CONTENT_TAMPERED');
  });

  it('are swept when nobody needs them, and only then', async () => {
    const vault = await vaultOf();
    const contents = open(vault);
    for (const name of ['kept', 'done', 'unknown']) await contents.write(name, 'sweep', Buffer.from(name));
    await contents.write('unknown', 'other', Buffer.from('x'));
    const classify = async (): Promise<{ kept: Set<string>; done: Set<string> }> => ({ kept: new Set(['kept']), done: new Set(['done']) });
    expect(await contents.sweep('sweep', { classify, unknownBefore: new Date(0) })).toBe(1);
    expect(await contents.sweep('sweep', { classify, unknownBefore: new Date(8.64e15) })).toBe(1);
    const names: string[] = [];
    for await (const { name } of vault.names()) if (/sweep|other/.test(name)) names.push(name);
    expect(names.toSorted()).toEqual(['other-unknown', 'sweep-kept']);
  });
});

describe('a sealed content', () => {
  it('shows nothing of what it holds, in a file of its own for the owner alone', async () => {
    const path = join(folder.path, 'closed');
    const contents = open(await createFileVault(path));
    await contents.write('a', 'outbox', Buffer.from('DESTRAZ Amandine '.repeat(1000)));
    const [name = ''] = readdirSync(path);
    expect([name, statSync(join(path, name)).mode & 0o777, statSync(path).mode & 0o777]).toEqual(['outbox-a', 0o600, 0o700]);
    expect(readFileSync(join(path, name)).includes('Amandine')).toBe(false);
  });

  it('is not opened changed, moved, cut, lengthened or under another name, and no chunk comes out before it was verified', async () => {
    const path = join(folder.path, 'tampered');
    const contents = open(await createFileVault(path));
    const plain = Buffer.alloc(1_600_000, 0x61);
    await contents.write('a', 'outbox', plain);
    const file = join(path, 'outbox-a');
    const sealed = readFileSync(file);
    const header = 4 + 1 + 2 + 16;
    const chunk = 524_288 + 16;
    const attempt = async (bytes: Uint8Array, name = 'a', purpose = 'outbox'): Promise<readonly [string, number]> => {
      writeFileSync(join(path, `${purpose}-${name}`), bytes);
      let out = 0;
      const code = await codeOf(
        (async () => {
          for await (const part of contents.stream(name, purpose)) {
            expect(plain.includes(Buffer.from(part))).toBe(true);
            out += part.length;
          }
        })(),
      );
      return [code, out];
    };
    const swapped = Buffer.concat([
      sealed.subarray(0, header),
      sealed.subarray(header + chunk, header + 2 * chunk),
      sealed.subarray(header, header + chunk),
      sealed.subarray(header + 2 * chunk),
    ]);
    const without = Buffer.concat([sealed.subarray(0, header), sealed.subarray(header + chunk)]);
    expect(await attempt(sealed)).toEqual(['none', 1_600_000]);
    expect(await attempt(swapped)).toEqual(['ERR_MSS_LEDGER_CONTENT_TAMPERED', 0]);
    expect(await attempt(without)).toEqual(['ERR_MSS_LEDGER_CONTENT_TAMPERED', 0]);
    expect(await attempt(sealed.subarray(0, header + 2 * chunk))).toEqual(['ERR_MSS_LEDGER_CONTENT_TRUNCATED', 524_288]);
    expect(await attempt(sealed.subarray(0, header + 5))).toEqual(['ERR_MSS_LEDGER_CONTENT_TRUNCATED', 0]);
    expect(await attempt(sealed.subarray(0, 10))).toEqual(['ERR_MSS_LEDGER_CONTENT_TRUNCATED', 0]);
    expect(await attempt(new Uint8Array(0))).toEqual(['ERR_MSS_LEDGER_CONTENT_TRUNCATED', 0]);
    expect(await attempt(Buffer.concat([sealed, Buffer.of(0)]))).toEqual(['ERR_MSS_LEDGER_CONTENT_TAMPERED', 1_572_864]);
    expect(await attempt(sealed, 'b')).toEqual(['ERR_MSS_LEDGER_CONTENT_TAMPERED', 0]);
    expect(await attempt(sealed, 'a', 'quarantine')).toEqual(['ERR_MSS_LEDGER_CONTENT_TAMPERED', 0]);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect((await attempt(changed))[0]).toMatch(/_CONTENT_(?:TAMPERED|KEY|TRUNCATED)$/);
      }),
      { seed: 20260101, numRuns: 25, examples: Array.from({ length: header }, (_, at): [number, number] => [at, 1]) },
    );
  });

  it('is all there or not at all: a source that fails leaves nothing', async () => {
    const path = join(folder.path, 'failing');
    const contents = open(await createFileVault(path));
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(100_000);
      throw new TypeError('the source failed');
    };
    expect(await codeOf(contents.write('a', 'outbox', failing()))).toBe('TypeError: the source failed');
    expect(readdirSync(path)).toEqual([]);
  });

  it('that cannot be stored fails alone among those that are stored with it, and leaves nothing', async () => {
    const vault = join(folder.path, 'together');
    const contents = open(await createFileVault(vault));
    await mkdir(join(vault, 'outbox-b'));
    const bytes = new Uint8Array(randomBytes(300_000));
    const codes = await Promise.all(['a', 'b', 'c'].map((name) => codeOf(contents.write(name, 'outbox', bytes))));
    expect(codes).toEqual(['none', 'ERR_MSS_LEDGER_VAULT_UNAVAILABLE', 'none']);
    expect(readdirSync(vault).toSorted()).toEqual(['outbox-a', 'outbox-b', 'outbox-c']);
    for (const name of ['a', 'c']) expect(Buffer.from(await contents.read(name, 'outbox')).equals(bytes)).toBe(true);
    await rm(vault, { recursive: true });
    expect(await codeOf(contents.write('d', 'outbox', bytes))).toBe('ERR_MSS_LEDGER_VAULT_UNAVAILABLE');
  });

  it('takes the memory of its parts, and no second vault is given them', async () => {
    const vault = await createFileVault(join(folder.path, 'given'));
    const parts = [new Uint8Array(randomBytes(300_000)), Buffer.from('in the pool of small buffers')];
    await vault.put('outbox-a', parts);
    expect(parts.map((part) => part.length)).toEqual([0, 28]);
    await expect(vault.put('outbox-b', parts)).rejects.toThrow(TypeError);
    const twice = new Uint8Array(100_000).fill(7);
    const puts = await Promise.allSettled([vault.put('outbox-c', [twice, twice]), vault.put('outbox-d', [twice])]);
    expect(puts.map((one) => one.status)).toEqual(['fulfilled', 'rejected']);
    const kept: Uint8Array[] = [];
    for await (const piece of vault.get('outbox-c')) kept.push(piece);
    expect(Buffer.concat(kept).equals(Buffer.alloc(200_000, 7))).toBe(true);
  });

  it('left half-written by a process that died is removed once it is old', async () => {
    const path = join(folder.path, 'leftover');
    const vault = await createFileVault(path);
    for (const [name, at] of [
      ['outbox-a.1.1.part', 0],
      ['outbox-b.1.1.part', Date.now() / 1000],
    ] as const) {
      writeFileSync(join(path, name), 'x');
      utimesSync(join(path, name), at, at);
    }
    for await (const one of vault.names()) expect(one).toBe('no content');
    expect(readdirSync(path)).toEqual(['outbox-b.1.1.part']);
  });

  it.skipIf(process.getuid?.() === 0)('in a folder that cannot be written is an error of the vault', async () => {
    const path = join(folder.path, 'locked');
    const contents = open(await createFileVault(path));
    await chmod(path, 0o500);
    expect(await codeOf(contents.write('a', 'outbox', Buffer.from('x')))).toBe('ERR_MSS_LEDGER_VAULT_UNAVAILABLE');
  });
});

describe('small values', () => {
  const privacy = createPrivacy({ ring: createKeyRing({ sealing: key('k1', 1), pseudonyms }), pseudonyms, random: systemRandom });
  it('are sealed for one place, differently each time', () => {
    const sealed = privacy.seal('hugo@halle.fr', 'a');
    expect([privacy.open(sealed, 'a'), Buffer.from(sealed).equals(privacy.seal('hugo@halle.fr', 'a'))]).toEqual(['hugo@halle.fr', false]);
    for (const wrong of [
      () => privacy.open(sealed, 'b'),
      () => privacy.open(sealed.subarray(0, -1), 'a'),
      () => privacy.open(new Uint8Array(0), 'a'),
    ])
      expect(wrong).toThrow(expect.objectContaining({ code: 'ERR_MSS_LEDGER_CONTENT_TAMPERED' }));
  });

  it('addresses have one pseudonym whatever their spelling', () => {
    expect(privacy.addressPseudonym('Hugo@Santé.fr')).toBe(privacy.addressPseudonym('hugo@xn--sant-epa.FR'));
    expect(privacy.addressPseudonym('hugo@a.fr')).not.toBe(privacy.addressPseudonym('hugo@b.fr'));
  });

  it('keys that are none are refused', () => {
    for (const keys of [
      { sealing: { id: 'a b', secret: new Uint8Array(32) } },
      { sealing: { id: 'a', secret: new Uint8Array(16) } },
      { pseudonyms: new Uint8Array(1) },
      { opening: [key('k1', 3)] },
    ])
      expect(() => createKeyRing({ sealing: key('k1', 1), pseudonyms, ...keys })).toThrow(TypeError);
  });
});
