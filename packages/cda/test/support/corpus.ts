import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readZip } from '@mss/formats/zip';

/** The real documents that nobody of this project wrote; they are never copied into it. */
const corpusFolder: string = process.env['MSS_CORPUS'] ?? fileURLToPath(new URL('../../../../../shared/corpus', import.meta.url));

export const corpusAvailable: boolean = existsSync(join(corpusFolder, 'xdm'));

/** Said in the name of what is skipped. */
export const corpusNote: string = corpusAvailable ? '' : ' (skipped: no corpus at MSS_CORPUS)';

export const xsdFolder: string = join(corpusFolder, 'xsd', 'cda');

export const xsdAvailable: boolean = existsSync(join(xsdFolder, 'CDA_extended.xsd'));

export const xsdNote: string = xsdAvailable ? '' : ' (skipped: no CDA schemas at MSS_CORPUS)';

export interface CorpusDocument {
  readonly name: string;
  readonly cda: () => Uint8Array;
  readonly metadata: () => Uint8Array;
}

/** Every archive of the corpus with the CDA and the METADATA.XML in it. */
export function corpusDocuments(): readonly CorpusDocument[] {
  if (!corpusAvailable) return [];
  return readdirSync(join(corpusFolder, 'xdm'))
    .sort()
    .map((name) => {
      const entry = (suffix: string): Uint8Array => {
        const archive = readZip(new Uint8Array(readFileSync(join(corpusFolder, 'xdm', name, 'IHE_XDM.ZIP')))).value;
        const found = archive.entries.find((one) => one.name.endsWith(suffix));
        if (found === undefined) throw new Error(`${name} has no ${suffix}`);
        return found.read();
      };
      return { name, cda: () => entry('DOC0001.XML'), metadata: () => entry('METADATA.XML') };
    });
}
