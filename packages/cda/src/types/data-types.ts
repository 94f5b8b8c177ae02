/**
 * HL7 v3 data types as they stand in a CDA header, reduced to what a French document carries.
 * A text that is absent is `null`, never `""`; a nullFlavor is kept as written (NAV, UNK, NASK, MSK, NA …).
 */

/** II: an instance identifier. `extension` is `null` when the root alone identifies. */
export interface CdaId {
  readonly root: string | null;
  readonly extension: string | null;
  readonly assigningAuthorityName: string | null;
  readonly nullFlavor: string | null;
}

/** CE/CD: a coded value. */
export interface CdaCode {
  readonly code: string | null;
  readonly codeSystem: string | null;
  readonly codeSystemName: string | null;
  readonly displayName: string | null;
  readonly originalText: string | null;
  /** `originalText/reference/@value`: where in the narrative the text stands, for example `#act-1`. */
  readonly originalTextReference: string | null;
  readonly translations: readonly CdaCode[];
  /** CD qualifiers, for example the body side of an imaging act. */
  readonly qualifiers: readonly CdaQualifier[];
  readonly nullFlavor: string | null;
}

/** CR: a name and a value that refine a code. */
export interface CdaQualifier {
  readonly name: CdaCode | null;
  readonly value: CdaCode | null;
}

/** One part of a name in the order of the document. `text` is character data between parts that is not white space. */
export interface CdaNamePart {
  readonly kind: 'family' | 'given' | 'prefix' | 'suffix' | 'delimiter' | 'text';
  /** `BR` birth, `CL` in use, `SP` by marriage … as written, `null` when there is none. */
  readonly qualifier: string | null;
  readonly value: string;
  readonly nullFlavor: string | null;
}

/** PN/EN: a name. */
export interface CdaName {
  readonly parts: readonly CdaNamePart[];
  readonly use: string | null;
  readonly nullFlavor: string | null;
}

/** One part of an address, its element name as kind (`houseNumber`, `streetName`, `postalCode`, `county` …, `text`). */
export interface CdaAddressPart {
  readonly kind: string;
  readonly value: string;
  readonly nullFlavor: string | null;
}

/** AD: an address. */
export interface CdaAddress {
  readonly use: string | null;
  readonly parts: readonly CdaAddressPart[];
  readonly nullFlavor: string | null;
}

/** TEL: `tel:`, `mailto:` … */
export interface CdaTelecom {
  readonly value: string | null;
  readonly use: string | null;
  readonly nullFlavor: string | null;
}

/** TS: digits and zone as written, never a `Date`. */
export interface CdaTime {
  readonly value: string | null;
  readonly nullFlavor: string | null;
}

/** IVL_TS: a moment (`value`) or an interval (`low`, `high`, `width`). */
export interface CdaInterval {
  readonly value: string | null;
  readonly low: CdaTime | null;
  readonly high: CdaTime | null;
  readonly nullFlavor: string | null;
}
