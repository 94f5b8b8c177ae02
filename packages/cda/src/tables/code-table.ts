/** One concept of a terminology. */
export interface CodedConcept {
  readonly code: string;
  /** OID of the code system. */
  readonly codeSystem: string;
  readonly displayName: string;
  /** Day (YYYY-MM-DD) from which the concept is out of use; `null` while it is in use. */
  readonly endedOn: string | null;
}

/** A terminology of ANS, carried over as data. */
export interface CodeTable {
  /** OID of the value set. */
  readonly id: string;
  readonly name: string;
  /** Day of the version (YYYY-MM-DD). */
  readonly version: string;
  readonly concepts: readonly CodedConcept[];
  /**
   * The concept of a code, or `null`.
   *
   * @param codeSystem - when given and not `null`, the concept must be of this system.
   */
  find(code: string, codeSystem?: string | null): CodedConcept | null;
}

/** A pair of concepts, the second being what the first corresponds to. */
export interface Correspondence {
  readonly from: { readonly code: string; readonly codeSystem: string };
  readonly to: { readonly code: string; readonly codeSystem: string };
}

/** A correspondence of ANS, carried over as data. */
export interface CorrespondenceTable {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly pairs: readonly Correspondence[];
  /** What a code corresponds to, in the order of the table. */
  find(code: string, codeSystem?: string | null): readonly Correspondence['to'][];
}

interface Identity {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** Rows are code, code system, label and, for concepts out of use, the day. */
export function codeTable(
  table: Identity & { readonly rows: readonly (readonly [code: string, codeSystem: string, displayName: string, endedOn?: string])[] },
): CodeTable {
  const concepts = table.rows.map(([code, codeSystem, displayName, endedOn = null]) =>
    Object.freeze({ code, codeSystem, displayName, endedOn }),
  );
  return Object.freeze({
    id: table.id,
    name: table.name,
    version: table.version,
    concepts: Object.freeze(concepts),
    find: (code: string, codeSystem: string | null = null): CodedConcept | null => {
      const found = concepts.filter((one) => one.code === code && (codeSystem === null || one.codeSystem === codeSystem));
      return found.find((one) => one.endedOn === null) ?? found[0] ?? null;
    },
  });
}

/** Rows are code and code system of the first concept, then of the second. */
export function correspondenceTable(
  table: Identity & { readonly rows: readonly (readonly [from: string, fromSystem: string, to: string, toSystem: string])[] },
): CorrespondenceTable {
  const pairs = table.rows.map(([from, fromSystem, to, toSystem]) =>
    Object.freeze({ from: Object.freeze({ code: from, codeSystem: fromSystem }), to: Object.freeze({ code: to, codeSystem: toSystem }) }),
  );
  return Object.freeze({
    id: table.id,
    name: table.name,
    version: table.version,
    pairs: Object.freeze(pairs),
    find: (code: string, codeSystem: string | null = null): readonly Correspondence['to'][] =>
      pairs.filter((one) => one.from.code === code && (codeSystem === null || one.from.codeSystem === codeSystem)).map((one) => one.to),
  });
}
