/** The commands over the ANS archives and real bounces of the corpus, when it is there. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { mss, temporaryFolder } from './support.js';

const corpus = process.env['MSS_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const available = existsSync(corpus);
if (!available) console.warn(`no corpus in ${corpus}: its archives and bounces are not tried (MSS_CORPUS)`);

const archives = available
  ? readdirSync(join(corpus, 'xdm'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /IHE_XDM\.ZIP$/i.test(name))
      .map((name) => join(corpus, 'xdm', name))
  : [];
const bounces = available ? readdirSync(join(corpus, 'dsn')).filter((name) => name.endsWith('.eml')) : [];
const file = temporaryFolder();

describe.skipIf(!available)('the ANS archives', () => {
  it('are there', () => {
    expect(archives.length).toBeGreaterThan(40);
  });
  it('are read with patient, size and hash right, and their CDA packed again are identical', async () => {
    const wrong: unknown[] = [];
    for (const [index, path] of archives.entries()) {
      const folder = file(`extracted-${index}`);
      const { status, json } = await mss(['xdm', 'inspect', path, '--extract', folder, '--json']);
      const sound = json.documents.every(
        (one: { sizeOk: boolean; hashOk: boolean; cda: object | null }) => one.sizeOk && one.hashOk && one.cda !== null,
      );
      const known = json.patient?.birthName !== null && json.patient?.givenNames.length > 0;
      const inputs = json.extracted.map((one: { file: string }) => join(folder, one.file));
      const zip = file(`packed-${index}.zip`);
      const packed = await mss(['xdm', 'pack', ...inputs, '-o', zip, '--json']);
      const again = await mss(['xdm', 'inspect', zip, '--json']);
      const prints = (documents: readonly { size: number; sha1: string }[]): string[] => documents.map((one) => `${one.size} ${one.sha1}`);
      const same = JSON.stringify(prints(json.documents)) === JSON.stringify(prints(again.json.documents));
      if (status !== 0 || !json.ok || !sound || !known || packed.status !== 0 || again.status !== 0 || !again.json.ok || !same) {
        wrong.push({ path, status, sound, known, pack: packed.json, again: again.json.error, same });
      }
    }
    expect(wrong).toEqual([]);
  });
  it('a few are rendered to PDF/A-1, or refused for their embedded PDF', async () => {
    for (const [index, path] of archives.entries()) {
      if (index % 16 !== 0) continue;
      const folder = file(`pdf-${index}`);
      const { json } = await mss(['xdm', 'inspect', path, '--extract', folder, '--json']);
      const level3 = json.documents.every((one: { cda: { level: number } }) => one.cda.level === 3);
      const { status, json: pdf } = await mss(['cda', 'pdf', join(folder, json.extracted[0].file), '-o', file(`${index}.pdf`), '--json']);
      if (level3) expect({ path, status, pdf }).toMatchObject({ status: 0, pdf: { conformance: 'PDF/A-1a', pages: expect.any(Number) } });
      else expect({ path, status, code: pdf.error?.code }).toEqual({ path, status: 1, code: 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA' });
    }
  });
});

describe.skipIf(!available)('the real bounces', () => {
  it('are read into the documented shape', async () => {
    const kinds: Record<string, number> = {};
    for (const name of bounces.filter((_name, index) => index % 6 === 0)) {
      const { status, json } = await mss(['receipt', 'inspect', join(corpus, 'dsn', name), '--json']);
      kinds[json.kind] = (kinds[json.kind] ?? 0) + 1;
      expect({ name, status }).toEqual({ name, status: json.kind === 'none' ? 1 : 0 });
      expect(json).toMatchObject({
        kind: expect.stringMatching(/^(dsn|mdn|integration-failure|none)$/),
        recipients: expect.any(Array),
        errors: expect.any(Array),
        tolerated: expect.any(Array),
      });
      for (const key of ['originalMessageId', 'reportingMta', 'reportingUa', 'disposition']) expect(json).toHaveProperty(key);
      for (const recipient of json.recipients) {
        expect(Object.keys(recipient)).toEqual(
          expect.arrayContaining(['finalRecipient', 'originalRecipient', 'action', 'status', 'smtpCode', 'permanent', 'diagnostic']),
        );
        expect({ name, permanent: typeof recipient.permanent }).toEqual({ name, permanent: 'boolean' });
      }
    }
    expect(kinds['dsn']).toBeGreaterThan(10);
  });
});
