import { equalBytes, MssError } from '@mss/core';
import type { ZipArchive, ZipEntry } from '@mss/formats/zip';

import type { XdmErrorCode } from '../errors.js';
import { safePlace } from './safe-place.js';
import type { Tolerated } from './warnings-list.js';

/** A file of the archive. */
export interface ArchiveFile {
  readonly entry: ZipEntry;
  /** For messages: nothing of a patient in it. */
  readonly place: string;
}

/** One folder below IHE_XDM with its METADATA.XML. */
export interface Subset {
  /** `IHE_XDM/SUBSET01/` as written. */
  readonly folder: string;
  readonly metadata: ArchiveFile;
  /** The other files of the folder, junk left out. */
  readonly files: readonly ArchiveFile[];
}

/** Where the parts of an archive stand. */
export interface Layout {
  readonly subsets: readonly Subset[];
  readonly readme: ArchiveFile | null;
  readonly index: ArchiveFile | null;
}

const junkName = /^(?:__MACOSX|\.DS_Store|\._.*|\.svn|\.git|CVS|Thumbs\.db|desktop\.ini|\..*\.sw[a-p]|.*~)$/i;
const isJunk = (name: string): boolean => name.split('/').some((part) => junkName.test(part));

/** `root/IHE_XDM/subset/METADATA.XML`, and the two forms that real senders write instead. */
const metadataName = /^((?:[^/]+\/)*?)IHE_XDM\/(?:([^/]+)\/|([^/]+?))?METADATA\.XML$/i;

interface Candidate {
  /** What stands before IHE_XDM. */
  readonly root: string;
  /** Folder of the documents. */
  readonly folder: string;
  readonly file: ArchiveFile;
  readonly form: 'folder' | 'glued' | 'bare';
}

const fold = (name: string): string => name.toLowerCase();

function candidateOf(file: ArchiveFile): Candidate | null {
  const match = metadataName.exec(file.entry.name);
  if (match === null) return null;
  const [whole, root = '', subset, glued] = match;
  const base = whole.slice(0, root.length + 'IHE_XDM/'.length);
  if (subset !== undefined) return { root, folder: `${base}${subset}/`, file, form: 'folder' };
  return glued === undefined ? { root, folder: base, file, form: 'bare' } : { root, folder: `${base}${glued}/`, file, form: 'glued' };
}

function ambiguous(message: string): never {
  throw new MssError<XdmErrorCode>('ERR_MSS_XDM_AMBIGUOUS_METADATA', message, { requirement: 'ECO.2.1.2' });
}

/** Beside METADATA.XML in folders, a glued name counts only when it contradicts one of them: `OLD_METADATA.XML` is no subset. */
function usableOf(found: readonly Candidate[]): readonly Candidate[] {
  const folders = new Set(found.filter((one) => one.form === 'folder').map((one) => fold(one.folder)));
  return folders.size === 0 ? found : found.filter((one) => one.form !== 'glued' || folders.has(fold(one.folder)));
}

/** One package of the archive: the shallowest; a second one must be the same. */
function onePackage(candidates: readonly Candidate[], tolerated: Tolerated): readonly Candidate[] {
  const roots = [...new Set(candidates.map((one) => fold(one.root)))].toSorted(
    (a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1),
  );
  const [chosen = '', ...others] = roots;
  const of = (root: string): Candidate[] => candidates.filter((one) => fold(one.root) === root);
  for (const other of others) {
    const a = of(chosen);
    const b = of(other);
    const same =
      a.length === b.length &&
      a.every((one, index) => {
        const two = b[index];
        return (
          two !== undefined && one.file.entry.crc32 === two.file.entry.crc32 && equalBytes(one.file.entry.read(), two.file.entry.read())
        );
      });
    if (!same) ambiguous('two packages in one archive, and they differ');
    tolerated.add('XDM_PACKAGE_REPEATED', 'the same package stands twice in the archive; the outer one is read', b[0]?.file.place);
  }
  return of(chosen);
}

/**
 * Finds the subsets of an archive and says what in its names is not as IHE writes it.
 *
 * Nothing but repeated METADATA.XML is inflated here.
 *
 * @throws MssError `ERR_MSS_XDM_NO_METADATA` no METADATA.XML below a folder IHE_XDM
 * @throws MssError `ERR_MSS_XDM_AMBIGUOUS_METADATA` two for one subset, or two packages that differ
 * @see IHE ITI TF-2 3.32.4.1.2
 */
export function findLayout(archive: ZipArchive, tolerated: Tolerated): Layout {
  const files: ArchiveFile[] = [];
  for (const [index, entry] of archive.entries.entries()) {
    if (entry.isDirectory) continue;
    const file = { entry, place: safePlace(entry.name, index + 1) };
    if (isJunk(entry.name)) tolerated.add('XDM_JUNK_ENTRY', 'a file that no sender means to send; ignored', file.place);
    else files.push(file);
  }
  const candidates = usableOf(files.map(candidateOf).filter((one) => one !== null));
  if (candidates.length === 0) {
    throw new MssError<XdmErrorCode>('ERR_MSS_XDM_NO_METADATA', 'the archive has no METADATA.XML below a folder IHE_XDM', {
      requirement: 'ECO.2.1.2',
    });
  }
  const chosen = onePackage(candidates, tolerated).toSorted((a, b) => (fold(a.folder) < fold(b.folder) ? -1 : 1));
  const folders = chosen.map((one) => fold(one.folder));
  if (new Set(folders).size !== folders.length) ambiguous('two METADATA.XML for one subset');
  if (chosen.length > 1 && chosen.some((one) => one.form === 'bare')) ambiguous('METADATA.XML in IHE_XDM and in a folder of it');
  const root = chosen[0]?.root ?? '';
  if (root !== '') tolerated.add('XDM_NESTED_ROOT', 'IHE_XDM is not at the root of the archive', chosen[0]?.file.place);
  if (chosen.length > 1) tolerated.add('XDM_SEVERAL_SUBSETS', 'more than one subset');

  const metadataFiles = new Set(candidates.map((one) => one.file));
  const used = new Set<ArchiveFile>(metadataFiles);
  const take = (file: ArchiveFile): ArchiveFile => {
    used.add(file);
    const written = file.entry.name.slice(root.length);
    if (written !== written.toUpperCase()) tolerated.add('XDM_NAME_CASE', 'a name that is not in upper case', file.place);
    return file;
  };
  const atRoot = (name: RegExp): ArchiveFile | null => {
    const found = files.find((file) => fold(file.entry.name).startsWith(fold(root)) && name.test(file.entry.name.slice(root.length)));
    return found === undefined ? null : take(found);
  };
  const subsets = chosen.map(({ folder, file, form }) => {
    take(file);
    if (form === 'glued') tolerated.add('XDM_METADATA_NAME', 'the separator before METADATA.XML is missing', file.place);
    if (form === 'bare') tolerated.add('XDM_NO_SUBSET_FOLDER', 'METADATA.XML stands in IHE_XDM itself', file.place);
    const inside = files.filter(
      (other) => other !== file && fold(other.entry.name).startsWith(fold(form === 'glued' ? folder.slice(0, -1) : folder)),
    );
    for (const other of inside) used.add(other);
    return { folder, metadata: file, files: inside.filter((other) => !metadataFiles.has(other)) };
  });
  const readme = atRoot(/^README\.TXT$/i);
  const index = atRoot(/^INDEX\.HTML?$/i);
  const ihe = fold(`${root}IHE_XDM/`);
  for (const file of files) {
    if (used.has(file)) continue;
    if (fold(file.entry.name).startsWith(ihe)) {
      tolerated.add('XDM_SUBSET_WITHOUT_METADATA', 'a file below IHE_XDM in a folder without METADATA.XML; ignored', file.place);
    } else tolerated.add('XDM_UNEXPECTED_ENTRY', 'a file that belongs to no part of IHE XDM; ignored', file.place);
  }
  return { subsets, readme, index };
}
