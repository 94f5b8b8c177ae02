import { formatHl7Date, parseHl7Timestamp } from '@mss/core';
import type { CdaAddress, CdaCode, CdaId, CdaInterval, CdaName, CdaOrganization, CdaTelecom, CdaTime } from '@mss/cda';
import { describeInsOid } from '@mss/ins-address';

import { nullFlavorLabel, useLabel } from './labels.js';

/** Separates facts on one line. */
export const separator = ' · ';

/** The texts that are there, joined. */
export function joined(texts: readonly (string | null | undefined)[], between: string): string | null {
  const present = texts.filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  return present.length === 0 ? null : present.join(between);
}

/** Offsets of metropolitan France: not worth telling. */
const frenchOffsets = new Set(['+0100', '+0200']);

/** `28/03/1979`, or `04/01/2021 à 16:05`; digits that are no timestamp as they are. */
export function formatTimestamp(value: string): string {
  const date = formatHl7Date(value);
  const parsed = parseHl7Timestamp(value);
  if (date === null || parsed === null) return value;
  const { time, zone } = parsed;
  if (time === null) return date;
  const clock = `${time.slice(0, 2)}:${time.slice(2, 4) || '00'}`;
  const offset = zone === null || frenchOffsets.has(zone) ? '' : ` (UTC${zone.slice(0, 3)}:${zone.slice(3)})`;
  return `${date} à ${clock}${offset}`;
}

/** A moment; a nullFlavor in words. */
export function formatTime(time: CdaTime | null): string | null {
  if (time === null) return null;
  if (time.value !== null) return formatTimestamp(time.value);
  return time.nullFlavor === null ? null : `date ${nullFlavorLabel(time.nullFlavor)}`;
}

/** `le …`, `du … au …`, `depuis le …`, `jusqu’au …`. */
export function formatInterval(interval: CdaInterval | null): string | null {
  if (interval === null) return null;
  const moment = interval.value === null ? null : `le ${formatTimestamp(interval.value)}`;
  const low = formatTime(interval.low);
  const high = formatTime(interval.high);
  const span =
    low !== null && high !== null
      ? low === high
        ? `le ${low}`
        : `du ${low} au ${high}`
      : low !== null
        ? `à partir du ${low}`
        : high !== null
          ? `jusqu’au ${high}`
          : null;
  const absent = interval.nullFlavor === null ? null : `date ${nullFlavorLabel(interval.nullFlavor)}`;
  return joined([moment, span, moment === null && span === null ? absent : null], ', ');
}

/** What a code says in words: display name, original text, else the code itself; then its qualifiers and translations. */
export function formatCode(code: CdaCode | null): string | null {
  if (code === null) return null;
  const main = joined([code.displayName, code.originalText === code.displayName ? null : code.originalText], ' – ') ?? code.code;
  const absent = main === null && code.nullFlavor !== null ? nullFlavorLabel(code.nullFlavor) : null;
  const qualifiers = code.qualifiers.map((one) => joined([formatCode(one.name), formatCode(one.value)], ' : '));
  const translations = code.translations.map(formatCode).filter((one) => one !== main);
  const more = joined([...qualifiers, ...translations], ' ; ');
  return joined([main ?? absent, more === null ? null : `(${more})`], ' ');
}

/** The words of a code followed by the code itself, for types of documents and acts. */
export function formatCodeWithValue(code: CdaCode | null): string | null {
  const words = formatCode(code);
  if (code === null || words === null || code.code === null || words === code.code) return words;
  return `${words} [${joined([code.codeSystemName, code.code], ' ') ?? ''}]`;
}

/** What the first digit of a national identifier says. @see ANS, PS_IdNat and Struct_IdNat. */
const professionalKinds: Readonly<Record<string, string>> = { '0': 'ADELI', '8': 'RPPS' };
const structureKinds: Readonly<Record<string, string>> = {
  '0': 'cabinet ADELI',
  '1': 'FINESS',
  '2': 'SIREN',
  '3': 'SIRET',
  '4': 'cabinet RPPS',
};

function idKind(id: CdaId): string | null {
  const first = id.extension?.[0] ?? '';
  if (id.root === '1.2.250.1.71.4.2.1') return professionalKinds[first] ?? 'Identifiant national PS';
  if (id.root === '1.2.250.1.71.4.2.2') return structureKinds[first] ?? 'Identifiant national de structure';
  return id.root === null ? null : (describeInsOid(id.root)?.name ?? null);
}

/** `RPPS 801234534765`, or number and OID of an identifier that has no name. */
export function formatId(id: CdaId): string | null {
  const { root, extension } = id;
  const absent = id.nullFlavor === null ? null : nullFlavorLabel(id.nullFlavor);
  const authority = id.assigningAuthorityName;
  if (extension === null) return joined([root ?? absent, authority === null ? null : `(${authority})`], ' ');
  const kind = idKind(id);
  if (kind !== null) return joined([`${kind}\u00A0${extension}`, authority === null ? null : `(${authority})`], ' ');
  const origin = joined([authority, root], ', ');
  return origin === null ? extension : `${extension} (${origin})`;
}

/** Several identifiers. */
export const formatIds = (ids: readonly CdaId[]): string | null => joined(ids.map(formatId), ', ');

const professionalTitle = /^(?:dr|pr|prof|docteur|professeur|me|maître)\b/i;

/** A person's name with all its parts: titles before, then given names and family names. */
export function formatName(name: CdaName): string | null {
  const of = (kind: string): readonly string[] => name.parts.filter((part) => part.kind === kind).map((part) => part.value);
  const suffixes = of('suffix');
  const titles = suffixes.filter((suffix) => professionalTitle.test(suffix));
  const endings = suffixes.filter((suffix) => !professionalTitle.test(suffix));
  const absent = [name.nullFlavor, ...name.parts.map((part) => part.nullFlavor)].find((flavor) => flavor !== null && flavor !== undefined);
  const written = joined([...of('prefix'), ...titles, ...of('given'), ...of('family'), ...of('text'), ...endings], ' ');
  return written ?? (absent === undefined || absent === null ? null : `nom ${nullFlavorLabel(absent)}`);
}

/** Parts that stand on one line with the part before them. */
const followsOn = new Set([
  'houseNumber streetName',
  'houseNumber streetNameType',
  'houseNumber streetNameBase',
  'houseNumberNumeric streetName',
  'houseNumberNumeric streetNameType',
  'streetNameType streetName',
  'streetNameType streetNameBase',
  'streetNameBase streetNameType',
  'postalCode city',
]);

/** An address on one line, every part in the order of the document. */
export function formatAddress(address: CdaAddress): string | null {
  let text = '';
  let before = '';
  for (const part of address.parts) {
    if (part.value === '') continue;
    text += text === '' ? part.value : (followsOn.has(`${before} ${part.kind}`) ? ' ' : ', ') + part.value;
    before = part.kind;
  }
  if (text === '') {
    const absent = [address.nullFlavor, ...address.parts.map((part) => part.nullFlavor)].find(
      (flavor) => flavor !== null && flavor !== undefined,
    );
    return absent === undefined || absent === null ? null : `Adresse ${nullFlavorLabel(absent)}`;
  }
  return address.use === null ? text : `${text} (${formatUse(address.use)})`;
}

const formatUse = (use: string): string => use.split(/\s+/).map(useLabel).join(', ');

const schemes: Readonly<Record<string, string>> = { tel: 'Tél.', fax: 'Fax', mailto: 'Courriel', http: 'Site', https: 'Site', sms: 'SMS' };

/** `Tél. 0174589607 (professionnel)`; the number as written. */
export function formatTelecom(telecom: CdaTelecom): string | null {
  const { value, use, nullFlavor } = telecom;
  if (value === null) return nullFlavor === null ? null : `Coordonnées ${nullFlavorLabel(nullFlavor)}`;
  const match = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(value);
  const scheme = match?.[1]?.toLowerCase() ?? '';
  const label = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  const isSite = scheme === 'http' || scheme === 'https';
  const rest = (match?.[2] ?? '').trim();
  const isMss = scheme === 'mailto' && /mssante\.fr$/i.test(rest);
  const text = label === undefined || isSite || rest === '' ? value : rest;
  return joined([joined([isMss ? 'MSSanté' : label, text], '\u00A0'), use === null ? null : `(${formatUse(use)})`], ' ');
}

/** Ways to reach someone. */
export function formatContacts(addresses: readonly CdaAddress[], telecoms: readonly CdaTelecom[]): readonly string[] {
  return [...addresses.map(formatAddress), ...telecoms.map(formatTelecom)].filter((text) => text !== null);
}

/** An organisation's name, identifiers and setting. */
export function formatOrganization(organization: CdaOrganization): string | null {
  return joined([joined(organization.names, ' / '), formatIds(organization.ids), formatCode(organization.industry)], separator);
}
