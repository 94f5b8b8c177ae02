import type { XdmProblemCode } from '../errors.js';
import type { XdmDocumentEntry } from '../model.js';
import { sha1Hex } from '../sha1.js';
import type { ArchiveFile, Subset } from './layout.js';
import type { Tolerated } from './warnings-list.js';

/** What looking for the file of an entry gave. */
export type Match =
  | { readonly file: ArchiveFile }
  | {
      readonly file: null;
      readonly problem: Extract<
        XdmProblemCode,
        'ERR_MSS_XDM_DOCUMENT_MISSING' | 'ERR_MSS_XDM_DOCUMENT_AMBIGUOUS' | 'ERR_MSS_XDM_URI_UNSAFE'
      >;
    };

/** A described file, inflated once. */
export class FileContents {
  readonly #contents = new Map<ArchiveFile, { readonly bytes: Uint8Array; readonly sha1: string }>();

  of(file: ArchiveFile): { readonly bytes: Uint8Array; readonly sha1: string } {
    const known = this.#contents.get(file);
    if (known !== undefined) return known;
    const bytes = file.entry.read();
    const contents = { bytes, sha1: sha1Hex(bytes) };
    this.#contents.set(file, contents);
    return contents;
  }
}

const fold = (name: string): string => name.toLowerCase();
const baseName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Percent-encoding undone; text that is not encoded stays. */
function decoded(uri: string): string {
  if (!uri.includes('%')) return uri;
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/** The file that a URI names: in the subset, from IHE_XDM, or from the root of the archive. */
function byUri(uri: string, subset: Subset, context: { readonly tolerated: Tolerated; readonly where: string }): ArchiveFile | null {
  const { tolerated, where } = context;
  const candidates = (name: string): ArchiveFile[] => subset.files.filter((file) => file.entry.name === name);
  const folded = (name: string): ArchiveFile[] => subset.files.filter((file) => fold(file.entry.name) === fold(name));
  const exact = candidates(subset.folder + uri)[0];
  if (exact !== undefined) return exact;
  const path = decoded(uri)
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '');
  const nearly = folded(subset.folder + path)[0];
  if (nearly !== undefined) {
    if (path.includes('/')) tolerated.add('XDM_URI_PATH', 'the URI holds a path', where);
    if (nearly.entry.name !== subset.folder + path || path !== uri)
      tolerated.add('XDM_URI_CASE', 'the URI is not spelt like the name of the file', where);
    return nearly;
  }
  if (!path.includes('/')) {
    // A subset whose separator is missing everywhere: IHE_XDM/SUBSET01DOC0001.XML.
    const glued = folded(subset.folder.slice(0, -1) + path)[0];
    if (glued !== undefined) tolerated.add('XDM_URI_PATH', 'the name of the file begins with that of the subset', where);
    return glued ?? null;
  }
  const matches = subset.files.filter(
    (file) => `/${fold(file.entry.name)}`.endsWith(`/${fold(path)}`) || fold(file.entry.name) === fold(subset.folder + baseName(path)),
  );
  if (matches.length !== 1 || matches[0] === undefined) return null;
  tolerated.add('XDM_URI_PATH', 'the URI holds a path', where);
  return matches[0];
}

/**
 * Finds the file of an entry: by its URI, else by its hash, else because there is one file and one entry. A URI that
 * climbs out of the subset is not followed.
 *
 * @see IHE ITI TF-3 4.2.3.2.27; XDM: "URI … the file in the subset folder"
 */
export function matchDocument(
  entry: XdmDocumentEntry,
  subset: Subset,
  context: { readonly entries: number; readonly contents: FileContents; readonly tolerated: Tolerated; readonly where: string },
): Match {
  const { tolerated, where } = context;
  const uri = entry.URI;
  if (uri !== null) {
    const segments = decoded(uri).replaceAll('\\', '/').split('/');
    if (segments.includes('..') || /^[a-z][a-z0-9+.-]*:/i.test(uri) || /[\u0000-\u001f]/.test(uri))
      return { file: null, problem: 'ERR_MSS_XDM_URI_UNSAFE' };
    const file = byUri(uri, subset, context);
    if (file !== null) return { file };
  }
  const hash = entry.hash?.toUpperCase() ?? null;
  const sameHash =
    hash === null
      ? []
      : subset.files.filter((file) => (entry.size === null || file.entry.size === entry.size) && context.contents.of(file).sha1 === hash);
  if (sameHash.length > 1) return { file: null, problem: 'ERR_MSS_XDM_DOCUMENT_AMBIGUOUS' };
  if (sameHash[0] !== undefined) {
    if (uri === null) tolerated.add('XDM_URI_MISSING', 'an entry without URI; the document was found by its hash', where);
    else tolerated.add('XDM_URI_WRONG', 'no file has the URI of the entry; the document was found by its hash', where);
    return { file: sameHash[0] };
  }
  if (uri !== null || hash !== null) return { file: null, problem: 'ERR_MSS_XDM_DOCUMENT_MISSING' };
  const [only, ...others] = subset.files.filter((file) => !/\.xslt?$/i.test(file.entry.name));
  if (only === undefined) return { file: null, problem: 'ERR_MSS_XDM_DOCUMENT_MISSING' };
  if (context.entries > 1 || others.length > 0) return { file: null, problem: 'ERR_MSS_XDM_DOCUMENT_AMBIGUOUS' };
  tolerated.add('XDM_URI_MISSING', 'an entry without URI; the document is the only file of the subset', where);
  return { file: only };
}
