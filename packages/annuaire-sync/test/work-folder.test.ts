import { chmod, lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDirectory, type TempDirectory } from '@mss/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../src/postgres/work-folder.js';

let folder: TempDirectory;
beforeEach(async () => {
  folder = await createTempDirectory();
  vi.stubEnv('TMPDIR', folder.path);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

describe.skipIf(process.platform === 'win32')('the folder for downloads in the temporary folder of all accounts', () => {
  it('is for its account alone', async () => {
    const path = await temporaryFolder();
    expect(path.startsWith(folder.path)).toBe(true);
    expect((await lstat(path)).mode & 0o777).toBe(0o700);
    expect(await temporaryFolder()).toBe(path);
  });

  it('is not used when others may write into it, or when it is a link to somewhere else', async () => {
    const path = await temporaryFolder();
    const refused = { code: 'ERR_MSS_ANNUAIRE_SOURCE', details: { folder: path } };
    await chmod(path, 0o777);
    await expect(temporaryFolder()).rejects.toMatchObject(refused);
    await rm(path, { recursive: true });
    await mkdir(join(folder.path, 'elsewhere'));
    await symlink(join(folder.path, 'elsewhere'), path);
    await expect(temporaryFolder()).rejects.toMatchObject(refused);
  });
});
