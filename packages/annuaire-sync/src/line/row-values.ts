import type { Buffer } from 'node:buffer';
import { nationalIdentifierOf } from '../directory/entry.js';
import type { FileKind } from '../directory/file-format.js';
import { mailboxColumns } from '../directory/mailbox-format.js';
import { diplomaPositions, professionalColumns, skillPositions } from '../directory/professional-formats.js';
import { fieldText } from './canonical-block.js';

/** A line cut into fields: field i of `bytes` ends at `ends[at + i]`, field 0 begins at `start`. */
export interface LineFields {
  readonly bytes: Buffer;
  readonly start: number;
  readonly ends: Uint32Array;
  readonly at: number;
}

/** The indexed columns of a row. */
export interface RowValues {
  readonly address: string | null;
  readonly person: string | null;
  readonly structure: string | null;
}

function field({ bytes, start, ends, at }: LineFields, index: number): string {
  const from = index === 0 ? start : (ends[at + index - 1] as number) + 1;
  return fieldText(bytes, from, ends[at + index] as number);
}

function personOf(
  line: LineFields,
  of: { readonly identifierType: number; readonly identifier: number; readonly nationalIdentifier: number },
): string | null {
  const national = field(line, of.nationalIdentifier);
  return national !== '' ? national : nationalIdentifierOf(field(line, of.identifierType), field(line, of.identifier), '');
}

const orNull = (text: string): string | null => (text === '' ? null : text);

function structureOfActivity(line: LineFields): string {
  const { finess, siret, structureIdentifier } = professionalColumns;
  return field(line, finess) || field(line, siret) || field(line, structureIdentifier);
}

const positions = { activities: professionalColumns, skills: skillPositions, diplomas: diplomaPositions };

/** What of a line is indexed. Addresses in lower case. */
export function rowValues(kind: FileKind, line: LineFields): RowValues {
  if (kind === 'mailboxes') {
    return {
      address: field(line, mailboxColumns.address).toLowerCase(),
      person: personOf(line, mailboxColumns),
      structure: orNull(field(line, mailboxColumns.structureIdentifier)),
    };
  }
  return {
    address: null,
    person: personOf(line, positions[kind]),
    structure: kind === 'activities' ? orNull(structureOfActivity(line)) : null,
  };
}

/**
 * What makes two lines of two days the same one, changed: for a mailbox its address and its structure, for an activity the
 * professional, the profession and the structure, for a skill or diploma the professional and its code.
 */
export function lineKey(kind: FileKind, line: LineFields): string {
  switch (kind) {
    case 'mailboxes': {
      const { address, structureIdentifierType, structureIdentifier } = mailboxColumns;
      return `${field(line, address).toLowerCase()}|${field(line, structureIdentifierType)}|${field(line, structureIdentifier)}`;
    }
    case 'activities': {
      const { structureIdentifier, professionCode } = professionalColumns;
      const structure = field(line, structureIdentifier) || structureOfActivity(line);
      return `${personOf(line, professionalColumns) ?? ''}|${field(line, professionCode)}|${structure}`;
    }
    case 'skills':
      return `${personOf(line, skillPositions) ?? ''}|${field(line, skillPositions.professionCode)}|${field(line, skillPositions.specialtyCode)}`;
    default:
      return `${personOf(line, diplomaPositions) ?? ''}|${field(line, diplomaPositions.diplomaCode)}|${field(line, diplomaPositions.authorisationCode)}`;
  }
}

/** Cuts one canonical line that stands alone. */
export function fieldsOfLine(bytes: Buffer): LineFields & { readonly columns: number } {
  let ends = new Uint32Array(64);
  let columns = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== 124) continue;
    if (columns === ends.length) {
      const larger = new Uint32Array(columns * 2);
      larger.set(ends);
      ends = larger;
    }
    ends[columns++] = at;
  }
  return { bytes, start: 0, ends, at: 0, columns };
}
