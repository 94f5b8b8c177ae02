import type { AdministrativeSex, PatientTraits } from '@mss/core';

import { parseCx, type Cx } from './cx.js';
import { componentAt, componentsOf, escapeHl7, joinComponents } from './escape.js';

/** The traits that sourcePatientInfo can hold. */
export interface SourcePatientInfo {
  /** PID-3: identifiers. */
  readonly ids: readonly Cx[];
  /** PID-5 of type L, first component. */
  readonly birthName: string | null;
  /** PID-5 of type D (or another usual name), first component. */
  readonly usualName: string | null;
  /** PID-5 of type L: first given name, then the others of the list. */
  readonly givenNames: readonly string[];
  readonly usualGivenName: string | null;
  /** PID-7 as written. */
  readonly birthDate: string | null;
  /** PID-8. */
  readonly sex: AdministrativeSex | null;
  /** PID-11 of type BDL: COG code of the place of birth. */
  readonly birthPlaceCode: string | null;
}

/**
 * The values of the slot for the traits of a patient.
 *
 * ```
 * PID-5|NESSI^Ruth^Ruth Isabelle^^^^L      birth name ^ first given name ^ all given names of birth
 * PID-5|DECOURCY^Ruth^^^^^D                name and given name in use, when the source has a name in use
 * PID-7|19770714                           the digits of the source, lunar dates included
 * PID-8|F                                  M, F or U
 * PID-11|^^^^^^BDL^^75115                  COG code of the place of birth
 * ```
 *
 * A name in use without its given name takes the first given name of birth, as the archives of ANS do.
 *
 * @see IHE ITI TF-3 4.2.3.2.23; IHE PAM national extension France, PID-5 and PID-11
 */
export function formatSourcePatientInfo(traits: PatientTraits): string[] {
  const values: string[] = [];
  const [first = ''] = traits.givenNames;
  if (traits.birthName !== null || first !== '') {
    const list = traits.givenNames.join(' ');
    values.push(`PID-5|${joinComponents([escapeHl7(traits.birthName ?? ''), escapeHl7(first), escapeHl7(list), '', '', '', 'L'])}`);
  }
  if (traits.usualName !== null || traits.usualGivenName !== null) {
    const name = traits.usualName ?? traits.birthName ?? '';
    values.push(`PID-5|${joinComponents([escapeHl7(name), escapeHl7(traits.usualGivenName ?? first), '', '', '', '', 'D'])}`);
  }
  if (traits.birthDate !== null) values.push(`PID-7|${escapeHl7(traits.birthDate)}`);
  if (traits.sex !== null) values.push(`PID-8|${traits.sex}`);
  if (traits.birthPlaceCode !== null) values.push(`PID-11|^^^^^^BDL^^${escapeHl7(traits.birthPlaceCode)}`);
  return values;
}

/** Given names of the list that follow the first one: `Ruth`, `Ruth Isabelle` give `Ruth`, `Isabelle`. */
function givenNamesOf(first: string | null, list: string | null): string[] {
  const whole = list ?? '';
  const rest =
    first !== null && (whole === first || whole.startsWith(`${first} `) || whole.startsWith(`${first},`))
      ? whole.slice(first.length)
      : whole;
  return [...new Set([first ?? '', ...rest.split(/[\s,]+/)].filter((name) => name !== ''))];
}

/** XPN.7, the type of a name. */
const typeOf = (components: readonly string[]): string => (componentAt(components, 7) ?? 'L').toUpperCase();

const sexes: Readonly<Record<string, AdministrativeSex>> = { M: 'M', F: 'F', U: 'U', O: 'U', A: 'U', N: 'U' };

/**
 * Reads the values of the slot. A name of no type counts as the name of birth; repetitions inside one value (`~`) and
 * values without `PID-` are read too; what is unknown is ignored.
 */
export function parseSourcePatientInfo(values: readonly string[]): SourcePatientInfo {
  const fields = values.flatMap((value) => {
    const match = /^\s*PID-(\d{1,2})\s*\|(.*)$/s.exec(value);
    return match === null
      ? []
      : (match[2] ?? '').split('~').map((field) => ({ number: Number(match[1]), components: componentsOf(field.trim()) }));
  });
  const named = (number: number): (readonly string[])[] =>
    fields.filter((field) => field.number === number).map((field) => field.components);
  const names = named(5);
  const legal = names.find((name) => typeOf(name) === 'L') ?? [];
  const usual = names.find((name) => ['D', 'N', 'S', 'M'].includes(typeOf(name))) ?? [];
  const places = named(11);
  const place = places.find((address) => componentAt(address, 7) === 'BDL') ?? [];
  return {
    ids: named(3).flatMap((components) => parseCx(components.join('^')) ?? []),
    birthName: componentAt(legal, 1),
    usualName: componentAt(usual, 1),
    givenNames: givenNamesOf(componentAt(legal, 2), componentAt(legal, 3)),
    usualGivenName: componentAt(usual, 2),
    birthDate: componentAt(named(7)[0] ?? [], 1),
    sex: sexes[(componentAt(named(8)[0] ?? [], 1) ?? '').toUpperCase()] ?? null,
    birthPlaceCode: componentAt(place, 9),
  };
}
