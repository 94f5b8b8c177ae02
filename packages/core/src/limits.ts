/**
 * The bounds of everything that reads bytes from outside. Each has the attack or accident it stops.
 * All of them can be raised or lowered by the host; none can be switched off.
 */
export interface Limits {
  /** Bytes of one whole message: a mail that fills the memory. */
  readonly messageBytes: number;
  /** Bytes of one header section: a header flood. */
  readonly headerBytes: number;
  /** Leaf parts of one message: a part flood. */
  readonly mimeParts: number;
  /** Nesting of multiparts and message/rfc822: a stack exhausted by nesting. */
  readonly mimeDepth: number;
  /** Bytes of one archive, as received. */
  readonly archiveBytes: number;
  /** Entries of one archive: a directory of millions of empty files. */
  readonly archiveEntries: number;
  /** Bytes of one entry once inflated: a zip bomb in one entry. */
  readonly entryBytes: number;
  /** Bytes of all entries together once inflated: a zip bomb in many entries. */
  readonly archiveInflatedBytes: number;
  /** Inflated bytes divided by compressed bytes of one entry: the highest ratio of the ANS archives is 17. */
  readonly compressionRatio: number;
  /** Bytes of one entry's name. */
  readonly entryNameBytes: number;
  /** Folders above an entry. */
  readonly entryDepth: number;
  /** Bytes of one XML document. */
  readonly xmlBytes: number;
  /** Nesting of elements: the deepest ANS document has 18. */
  readonly xmlDepth: number;
  /** Elements and text runs of one document: a tree that costs a hundred times its bytes. */
  readonly xmlNodes: number;
  /** Attributes of one element. */
  readonly xmlAttributes: number;
  /** Characters of one attribute's value. */
  readonly xmlAttributeLength: number;
  /** Bytes of one embedded body (PDF, image) once decoded. */
  readonly embeddedBytes: number;
  /** Bytes of one PDF that is read or joined. */
  readonly pdfBytes: number;
  /** Pages of one PDF that is read or made. */
  readonly pdfPages: number;
  /** Bytes of one CRL; the largest public ones hold some 200,000 entries in 10 MB. */
  readonly crlBytes: number;
}

const MiB = 1024 * 1024;

/** The defaults: several times what real documents need, far below what hurts a 4 GB machine. */
export const defaultLimits: Limits = Object.freeze({
  messageBytes: 60 * MiB,
  headerBytes: 256 * 1024,
  mimeParts: 200,
  mimeDepth: 12,
  archiveBytes: 60 * MiB,
  archiveEntries: 1000,
  entryBytes: 50 * MiB,
  archiveInflatedBytes: 150 * MiB,
  compressionRatio: 200,
  entryNameBytes: 255,
  entryDepth: 8,
  xmlBytes: 50 * MiB,
  xmlDepth: 100,
  xmlNodes: 2_000_000,
  xmlAttributes: 100,
  xmlAttributeLength: 64 * 1024,
  embeddedBytes: 40 * MiB,
  pdfBytes: 40 * MiB,
  pdfPages: 2000,
  crlBytes: 32 * MiB,
});

/**
 * Completes the limits that a host gives with the defaults.
 *
 * @throws TypeError when a given limit is not a positive finite number: a limit cannot be switched off.
 */
export function resolveLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in defaultLimits)) throw new TypeError(`unknown limit ${name}`);
    if (!Number.isFinite(value) || value <= 0) throw new TypeError(`limit ${name} must be a positive finite number`);
  }
  return { ...defaultLimits, ...given };
}
