import type { FileKind } from '../directory/file-format.js';

/** Where the rows of each file are numbered from. All numbers are below 2^32. */
export const firstIds: Readonly<Record<FileKind, number>> = {
  mailboxes: 1,
  activities: 1_000_000_000,
  skills: 2_000_000_000,
  diplomas: 3_000_000_000,
};

/** The first number that is not one of this file's rows. */
export const endIds: Readonly<Record<FileKind, number>> = {
  mailboxes: 1_000_000_000,
  activities: 2_000_000_000,
  skills: 3_000_000_000,
  diplomas: 4_000_000_000,
};

/** Written into rows of changes and rejections. */
export const fileKinds: readonly FileKind[] = ['mailboxes', 'activities', 'skills', 'diplomas'];

/** Files whose rows are found by a search; the others are read with their professional. */
export const isSearched = (kind: FileKind): boolean => kind === 'mailboxes' || kind === 'activities';
