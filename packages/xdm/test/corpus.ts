import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The official archives of ANS; they are not part of the project. */
const folder = process.env['MSS_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

export const corpusAvailable: boolean = existsSync(`${folder}/xdm`);
export const corpusNote: string = corpusAvailable ? '' : ' (skipped: no corpus; set MSS_CORPUS)';

/** Names of the archives. */
export const corpusNames: readonly string[] = corpusAvailable
  ? readdirSync(`${folder}/xdm`).filter((name) => existsSync(`${folder}/xdm/${name}/IHE_XDM.ZIP`))
  : [];

export function corpusArchive(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${folder}/xdm/${name}/IHE_XDM.ZIP`));
}
