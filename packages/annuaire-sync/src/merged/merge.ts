import { toAsciiDomain } from '@mss/formats/mime';
import { foldText } from '../search/fold.js';
import { mergedFields, type AnnuaireRecord, type MergedField } from './record.js';

/** Who says so, and when. */
export interface Provenance {
  readonly source: string;
  readonly at: Date;
  readonly reference: string;
}

/** One value and everybody who says it. */
export interface Fact {
  /** As the first source wrote it. */
  readonly value: string;
  /** Latest first. */
  readonly saidBy: readonly Provenance[];
}

/**
 * How the sources that speak about a field agree. Letter case, accents, spaces and punctuation are no difference.
 *
 * | agreement | meaning |
 * |---|---|
 * | `single` | one source speaks |
 * | `same` | all of them say the same |
 * | `overlapping` | any two have a value in common, and one says more |
 * | `conflict` | two sources have no value in common |
 */
export type Agreement = 'single' | 'same' | 'overlapping' | 'conflict';

/** All values of a field. Nothing is chosen. */
export interface MergedValue {
  readonly facts: readonly Fact[];
  readonly agreement: Agreement;
}

/** One mailbox at one structure, as all sources know it; or one person or structure without a mailbox. */
export interface MergedEntry {
  readonly address: string | null;
  /** FINESS, else SIRET, of the structure; `null` where no source names one. */
  readonly structure: string | null;
  readonly values: Readonly<Partial<Record<MergedField, MergedValue>>>;
  /** Fields on which two sources have no value in common. */
  readonly conflicts: readonly MergedField[];
  /** Sources that know this entry. */
  readonly sources: readonly string[];
}

/** What counts as the same value. */
const keyOf = (value: string): string =>
  foldText(value)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim() || value;

/** What makes two addresses one: letter case and IDNA form apart. */
export function addressKey(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, Math.max(at, 0)).toLowerCase()}@${toAsciiDomain(domain) ?? domain.toLowerCase()}`;
}

const structureOf = ({ values }: AnnuaireRecord): string | null => values.finess?.[0] ?? values.siret?.[0] ?? null;

/** `8` and the RPPS are one number, whichever of both a source has. */
const nationalOf = ({ rpps, nationalIdentifier }: AnnuaireRecord['values']): string | undefined =>
  nationalIdentifier?.[0] ?? (rpps?.[0] === undefined ? undefined : `8${rpps[0]}`);

/** A record without a mailbox is found by its person; without one by itself. */
function holderKey(record: AnnuaireRecord): string {
  if (record.address !== null) return `address:${addressKey(record.address)}`;
  const person = nationalOf(record.values);
  return person === undefined ? `record:${record.source}:${record.reference}` : `person:${person}`;
}

function agreementOf(bySource: ReadonlyMap<string, ReadonlySet<string>>): Agreement {
  const sets = [...bySource.values()];
  if (sets.length === 1) return 'single';
  const meet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((one) => b.has(one));
  const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((one) => b.has(one));
  let isSame = true;
  for (const [index, one] of sets.entries()) {
    for (const other of sets.slice(index + 1)) {
      if (!meet(one, other)) return 'conflict';
      isSame &&= same(one, other);
    }
  }
  return isSame ? 'same' : 'overlapping';
}

function mergeField(records: readonly AnnuaireRecord[], field: MergedField): MergedValue | null {
  const facts = new Map<string, { value: string; saidBy: Provenance[] }>();
  const bySource = new Map<string, Set<string>>();
  for (const { source, at, reference, values } of records) {
    for (const value of values[field] ?? []) {
      const key = keyOf(value);
      const fact = facts.get(key) ?? { value, saidBy: [] };
      if (!fact.saidBy.some((one) => one.source === source && one.reference === reference)) fact.saidBy.push({ source, at, reference });
      facts.set(key, fact);
      bySource.set(source, (bySource.get(source) ?? new Set()).add(key));
    }
  }
  if (facts.size === 0) return null;
  const shown = [...facts.values()].map(({ value, saidBy }) => ({
    value,
    saidBy: saidBy.toSorted((a, b) => b.at.getTime() - a.at.getTime()),
  }));
  return { facts: shown, agreement: agreementOf(bySource) };
}

/** Records of one holder, parted by structure. Those that name none join the only structure there is, else stand by themselves. */
function byStructure(records: readonly AnnuaireRecord[]): Map<string | null, AnnuaireRecord[]> {
  const parts = new Map<string | null, AnnuaireRecord[]>();
  for (const record of records) parts.set(structureOf(record), [...(parts.get(structureOf(record)) ?? []), record]);
  const [only] = [...parts.keys()].filter((one) => one !== null);
  // In the order of the sources.
  if (only !== undefined && parts.has(null) && parts.size === 2) return new Map([[only, [...records]]]);
  return parts;
}

/**
 * Puts together what several sources say: one entry for each mailbox and structure, every value with its sources and dates,
 * disagreement shown. Nothing is chosen, nothing is dropped.
 */
export function mergeRecords(records: readonly AnnuaireRecord[]): readonly MergedEntry[] {
  const holders = new Map<string, AnnuaireRecord[]>();
  for (const record of records) holders.set(holderKey(record), [...(holders.get(holderKey(record)) ?? []), record]);
  return [...holders.values()].flatMap((ofHolder) =>
    [...byStructure(ofHolder)].map(([structure, group]): MergedEntry => {
      const merged = mergedFields.map((field) => [field, mergeField(group, field)] as const).filter(([, value]) => value !== null);
      const values = Object.fromEntries(merged) as MergedEntry['values'];
      return {
        address: group[0]?.address ?? null,
        structure,
        values,
        conflicts: mergedFields.filter((field) => values[field]?.agreement === 'conflict'),
        sources: [...new Set(group.map(({ source }) => source))],
      };
    }),
  );
}
