import { isMssError, MssError, type Limits, type MssWarning, type PatientTraits } from '@mss/core';
import type { MimePart } from '@mss/formats/mime';
import { identityDifferences, readXdm, type XdmArchive } from '@mss/xdm';

import { isArchiveName } from './archive-name.js';
import type { MessageErrorCode, MessageWarningCode } from './errors.js';

/** One archive of a mail: read, or the reason why it could not be. */
export interface ReceivedArchive {
  /** Position in the attachments of the message. */
  readonly attachment: number;
  readonly xdm: XdmArchive | null;
  readonly error: MssError | null;
}

/** What the archives of a mail say together. */
export interface OpenedArchives {
  readonly archives: readonly ReceivedArchive[];
  /** The first readable one; `null` when the archives concern two patients. */
  readonly xdm: XdmArchive | null;
  readonly patient: PatientTraits | null;
  readonly error: MssError | null;
  readonly warnings: readonly MssWarning<MessageWarningCode>[];
}

/** A flood of archives, each of which may be inflated up to the limits, is not opened. */
const maxArchives = 8;

/** Bytes that begin like a zip: a gateway took name and type away. */
function looksLikeZip(part: MimePart): boolean {
  if (part.mediaType !== 'application/octet-stream' || part.raw.length < 22) return false;
  const start = Buffer.from(part.raw.buffer, part.raw.byteOffset, 12).toString('latin1').trimStart();
  return start.startsWith('UEsDB') || start.startsWith('PK\u0003\u0004');
}

/**
 * Opens the archives of a mail: those named `IHE_XDM.ZIP`, or every zip of a mail that announces documents and has none of
 * that name. Nested messages are not looked into: their archives are theirs.
 *
 * Several archives of one patient are all read. Two patients in one mail break ECO.2.1.1: then neither archive nor patient is
 * given, only the error, so that no document can be filed by mistake.
 */
export function openArchives(
  parts: readonly MimePart[],
  options: { readonly announced: boolean; readonly limits?: Partial<Limits> },
): OpenedArchives {
  const warnings: MssWarning<MessageWarningCode>[] = [];
  const named = parts.filter((part) => isArchiveName(part.fileName ?? ''));
  const zips = (): MimePart[] => parts.filter((part) => /zip/.test(part.mediaType) || /\.zip$/i.test(part.fileName?.trim() ?? ''));
  const unnamed = (): MimePart[] => (zips().length > 0 ? zips() : parts.filter(looksLikeZip));
  const candidates = named.length > 0 ? named : options.announced ? unnamed() : [];
  if (candidates.length > maxArchives) {
    const error = new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_TOO_MANY_ARCHIVES', 'the mail holds more archives than are opened', {
      requirement: 'ECO.2.1.1',
      details: { archives: candidates.length, max: maxArchives },
    });
    return {
      archives: [],
      xdm: null,
      patient: null,
      error,
      warnings: [{ code: 'MESSAGE_SEVERAL_ARCHIVES', message: 'too many archives in one mail; none is opened' }],
    };
  }

  let archives = candidates.map((part) => ({ attachment: parts.indexOf(part), ...openOne(part, options) }));
  // A zip of any name is an archive of documents only when it reads as one.
  if (named.length === 0 && archives.some((one) => one.xdm !== null)) archives = archives.filter((one) => one.xdm !== null);
  for (const one of archives) {
    warnings.push(...one.warnings);
    if (one.error !== null)
      warnings.push({ code: 'MESSAGE_ARCHIVE_UNREADABLE', message: `the archive could not be read: ${one.error.code}` });
  }
  const opened = archives.map(({ attachment, xdm, error }) => ({ attachment, xdm, error }));
  const readable = opened.flatMap((one) => (one.xdm === null ? [] : [one.xdm]));
  const result = {
    archives: opened,
    xdm: readable[0] ?? null,
    patient: readable[0]?.patient ?? null,
    error: opened.find((one) => one.error !== null)?.error ?? null,
    warnings,
  };
  if (opened.length < 2) return result;
  const fields = contradictions(readable);
  if (fields === null) {
    warnings.push({ code: 'MESSAGE_SEVERAL_ARCHIVES', message: 'the mail holds several archives; the first readable one is given first' });
    return result;
  }
  warnings.push({ code: 'MESSAGE_SEVERAL_ARCHIVES', message: 'the archives of the mail do not concern one and the same patient' });
  const error = new MssError<MessageErrorCode>(
    'ERR_MSS_MESSAGE_TWO_PATIENTS',
    'the archives of the mail do not concern one and the same patient',
    {
      requirement: 'ECO.2.1.1',
      details: { archives: opened.length, fields },
    },
  );
  return { ...result, xdm: null, patient: null, error };
}

function openOne(
  part: MimePart,
  options: { readonly limits?: Partial<Limits> },
): { readonly xdm: XdmArchive | null; readonly error: MssError | null; readonly warnings: readonly MssWarning<MessageWarningCode>[] } {
  const { value: bytes, warnings: decoding } = part.decode();
  const warnings: MssWarning<MessageWarningCode>[] = decoding.map((one) => ({
    ...one,
    code: 'MESSAGE_MIME',
    message: `${one.code}: ${one.message}`,
  }));
  try {
    const { value, warnings: tolerated } = readXdm(bytes, options.limits === undefined ? {} : { limits: options.limits });
    warnings.push(...tolerated.map((one) => ({ ...one, code: 'MESSAGE_ARCHIVE' as const, message: `${one.code}: ${one.message}` })));
    return { xdm: value, error: null, warnings };
  } catch (error) {
    if (!isMssError(error)) throw error;
    return { xdm: null, error, warnings };
  }
}

/** Names of the traits in which the patients differ; `null` when all archives surely concern one. */
function contradictions(archives: readonly XdmArchive[]): string[] | null {
  const [first, ...others] = archives.map((one) => one.patient);
  if (first === undefined || others.length === 0) return null;
  const fields = new Set<string>();
  for (const other of others) {
    if (first === null || other === null) fields.add('patient');
    else for (const field of identityDifferences(first, other)) fields.add(field);
  }
  return fields.size === 0 ? null : [...fields];
}
