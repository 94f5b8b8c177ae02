import { readZip } from '@mss/formats/zip';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A real or own document. */
export interface NamedDocument {
  readonly name: string;
  readonly bytes: () => Uint8Array;
}

/** The official archives of ANS; they are not part of the project. */
const corpusFolder = process.env['MSS_CORPUS'] ?? fileURLToPath(new URL('../../../../../shared/corpus', import.meta.url));

export const corpusAvailable: boolean = existsSync(join(corpusFolder, 'xdm'));
export const corpusNote: string = corpusAvailable ? '' : ' (skipped: no corpus; set MSS_CORPUS)';

/** The CDA of every archive. */
export function corpusDocuments(): readonly NamedDocument[] {
  if (!corpusAvailable) return [];
  return readdirSync(join(corpusFolder, 'xdm'))
    .sort()
    .map((name) => ({
      name,
      bytes: () => {
        const archive = readZip(new Uint8Array(readFileSync(join(corpusFolder, 'xdm', name, 'IHE_XDM.ZIP')))).value;
        const entry = archive.entries.find((one) => one.name.endsWith('DOC0001.XML'));
        if (entry === undefined) throw new Error('the archive has no document');
        return entry.read();
      },
    }));
}

/** The fictitious documents of this project. */
export function ownDocuments(): readonly NamedDocument[] {
  const folder = fileURLToPath(new URL('../../../../tooling/testdata/cda', import.meta.url));
  return readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .sort()
    .map((name) => ({ name, bytes: () => new Uint8Array(readFileSync(join(folder, name))) }));
}
