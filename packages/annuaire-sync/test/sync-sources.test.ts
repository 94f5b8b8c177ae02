import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMssError } from '@mss/core';
import { writeZip } from '@mss/formats/zip';
import { describe, expect, it } from 'vitest';
import { generateActivities, generateExtraction, generateSkills } from '../../../tooling/benchmarks/annuaire-generator/index.js';
import { openDirectory, type SyncOptions, type SyncResult } from '../src/index.js';
import { createSample, syncHere } from './sample-directory.js';

const day = { lines: 400, seed: 1 };
const text = `${[...generateExtraction(day)].join('\n')}\n`;
const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (isMssError(error) ? error.code : String(error)),
  );

describe('a checksum that is published', () => {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const wrong = [{ sha256: '0'.repeat(64) }, { sha1: '0'.repeat(40) }, { bytes: text.length - 1 }];

  it.each(wrong)('is verified of a file and of a stream: %o', async (expected) => {
    await using sample = await createSample();
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    };
    for (const source of [sample.extraction(day), stream()]) {
      expect(await codeOf(syncHere({ source, db: sample.db, expected }))).toBe('ERR_MSS_ANNUAIRE_CHECKSUM');
    }
    expect(await codeOf(syncHere({ source: sample.folder, db: sample.db, expected }))).toBe('ERR_MSS_ANNUAIRE_SOURCE');
    expect(readdirSync(`${sample.db}.work`)).toEqual([]);
    expect(await codeOf(openDirectory(sample.db))).toBe('ERR_MSS_ANNUAIRE_NO_DIRECTORY');
    expect(await syncHere({ source: stream(), db: sample.db, expected: { sha256 } })).toMatchObject({ rows: 400 });
  });
});

describe('an archive that comes from one address', () => {
  it('without a file that it had before leaves that one as it was, and says so', async () => {
    await using sample = await createSample();
    const skills = [...generateSkills({ lines: 50, seed: 1 })].join('\n');
    const activities = [...generateActivities({ lines: 50, seed: 1 })].join('\n');
    const serve = (files: readonly (readonly [string, string])[]): NonNullable<SyncOptions['policy']> => ({
      fetch: async () =>
        new Response(
          new Uint8Array(
            writeZip(
              files.map(([name, content]) => ({ name, bytes: Buffer.from(`${content}\n`) })),
              { modifiedAt: new Date('2026-11-22T03:00:00Z') },
            ),
          ),
        ),
    });
    const source = 'https://annuaire.example/PS_LibreAcces';
    const both = [
      ['PS_LibreAcces_Personne_activite_202611220300.txt', activities],
      ['PS_LibreAcces_SavoirFaire_202611220300.txt', skills],
    ] as const;
    await syncHere({ source, db: sample.db, policy: serve(both) });
    const result = await syncHere({ source, db: sample.db, policy: serve(both.slice(0, 1)) });
    expect(result.warnings).toMatchObject([{ code: 'ANNUAIRE_FILE_ABSENT', where: 'skills' }]);
  });

  it('with headings in the middle takes them for no professional', async () => {
    await using sample = await createSample();
    const [header = '', ...rest] = [...new Set(generateActivities({ lines: 50, seed: 1 }))];
    const result = await syncHere({ source: sample.file('twice.txt', [header, ...rest, header]), db: sample.db });
    expect(result.files[0]).toMatchObject({ rows: rest.length, rejectedBy: { identity: 1 } });
  });
});

describe('two directories that share a folder for downloads', () => {
  it('are synchronised at the same time, from streams, and disturb each other in nothing', async () => {
    await using one = await createSample();
    await using two = await createSample();
    const workFolder = join(one.folder, 'work');
    const whole = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    };
    const results: SyncResult[] = [];
    // While the one is written to disk the other is synchronised from its beginning to its end.
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text.slice(0, 1000));
      results.push(await syncHere({ source: whole(), db: two.db, workFolder }));
      yield Buffer.from(text.slice(1000));
    };
    results.push(await syncHere({ source: slow(), db: one.db, workFolder }));
    expect(results.map(({ rows }) => rows)).toEqual([400, 400]);
  });
});
