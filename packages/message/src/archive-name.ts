/** The name of the archive in the mail, as the référentiel writes it. */
export const archiveFileName = 'IHE_XDM.ZIP';

/**
 * Whether a file name is that of an IHE_XDM archive: any case, with the numbers and suffixes that mail programs add, with or
 * without a path before it.
 */
export function isArchiveName(name: string): boolean {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).trim();
  return /^ihe[_ -]?xdm(?:[ _.(-].{0,200})?\.zip$/i.test(base);
}
