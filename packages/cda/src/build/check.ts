import { MssError, parseHl7Timestamp, parseOid } from '@mss/core';

import type { CdaErrorCode } from '../errors.js';
import type { CodeTable } from '../tables/code-table.js';
import type { CodeDraft, IdDraft, TableCodeDraft, TelecomDraft } from './draft.js';

/** Something that a French header must have is not there. */
export function missing(field: string): never {
  throw new MssError<CdaErrorCode>('ERR_MSS_CDA_BUILD_MISSING', `the document cannot be made without ${field}`, { details: { field } });
}

/** A value that its field cannot hold. The value itself is not told. */
export function invalid(field: string, reason: string): never {
  throw new MssError<CdaErrorCode>('ERR_MSS_CDA_BUILD_INVALID', `${field}: ${reason}`, { details: { field } });
}

const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/u;

/** A text that is there, not blank, and that XML can hold. */
export function checkText(text: string | null | undefined, field: string): string {
  if (text === null || text === undefined || text.trim() === '') missing(field);
  if (notXml.test(text)) invalid(field, 'has characters that XML cannot hold');
  return text;
}

/** {@link checkText} for what may be left out. */
export function checkOptionalText(text: string | null | undefined, field: string): string | null {
  return text === null || text === undefined ? null : checkText(text, field);
}

const uuid = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

/** An identifier whose root is an OID or a UUID. */
export function checkId(id: IdDraft | undefined, field: string): IdDraft {
  if (id === undefined) missing(field);
  if (parseOid(id.root) === null && !uuid.test(id.root)) invalid(`${field}.root`, 'is neither an OID nor a UUID');
  if (id.extension !== undefined) checkText(id.extension, `${field}.extension`);
  return id;
}

/** A code without white space, an OID and a label. */
export function checkCode(code: CodeDraft, field: string): CodeDraft {
  if (/\s/.test(checkText(code.code, `${field}.code`))) invalid(`${field}.code`, 'holds white space');
  if (parseOid(code.codeSystem) === null) invalid(`${field}.codeSystem`, 'is no OID');
  checkText(code.displayName, `${field}.displayName`);
  checkOptionalText(code.codeSystemName, `${field}.codeSystemName`);
  return code;
}

/** The coded value of a code of an ANS table; a code that the table does not list must come with its system and label. */
export function checkTableCode(code: TableCodeDraft | undefined, table: CodeTable, field: string): CodeDraft {
  if (code === undefined) missing(field);
  if (typeof code !== 'string') return checkCode(code, field);
  const found = table.find(code);
  if (found === null || parseOid(found.codeSystem) === null) invalid(field, `is no code of ${table.name}; give the whole coded value`);
  return { code: found.code, codeSystem: found.codeSystem, displayName: found.displayName };
}

/** HL7 digits; a time needs its zone. */
export function checkTime(text: string | undefined, field: string, options: { readonly precision: 'any' | 'time' }): string {
  const parsed = parseHl7Timestamp(checkText(text, field));
  if (parsed === null) invalid(field, 'is no HL7 timestamp');
  if (parsed.time !== null && parsed.zone === null) invalid(field, 'has a time without zone');
  if (options.precision === 'time' && parsed.time === null) invalid(field, 'has no time');
  return parsed.value;
}

/** A URL of a scheme that French documents use for telecoms. */
export function checkTelecom(telecom: TelecomDraft, field: string): TelecomDraft {
  if (!/^(?:tel|fax|mailto|https?):[^\s<>"]+$/i.test(telecom.value)) invalid(field, 'is no tel:, fax:, mailto: or http: address');
  if (telecom.use !== undefined && !/^[A-Z]{1,4}(?: [A-Z]{1,4})*$/.test(telecom.use)) invalid(`${field}.use`, 'is no list of use codes');
  return telecom;
}
