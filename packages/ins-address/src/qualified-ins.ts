import { ensureOid, MssError, type Environment, type Oid } from '@mss/core';

import type { InsErrorCode } from './errors.js';
import { insKindOf, isTestInsOid, type InsKind } from './ins-oids.js';
import { ensureMatricule, type InsMatricule } from './matricule.js';

const brand: unique symbol = Symbol.for('mss.ins.qualified') as never;

/**
 * Who states that the identity is qualified.
 *
 * `identity-base`: the host's own base of identities, where the status comes from the INSi service and an identity check.
 * `person`: somebody copied a qualified INS from such a base, because the client has none (webmail, mobile).
 */
export interface InsAssertion {
  readonly kind: 'identity-base' | 'person';
  /** Name of the base, or an identifier of the person: never a patient. */
  readonly name: string;
}

/** An INS identity that somebody states to be qualified. Made only by {@link qualifyIns}; a copy is not one. */
export interface QualifiedIns {
  readonly matricule: InsMatricule;
  /** `null` only when a person copied the number without it. */
  readonly oid: Oid | null;
  /** `null` when the OID is not known. */
  readonly kind: InsKind | null;
  readonly status: 'qualifiee';
  readonly assertedBy: InsAssertion;
  readonly environment: Environment;
  readonly [brand]: true;
}

/** What {@link qualifyIns} needs to know. */
export interface InsQualification {
  /** Exact: no space, upper case. */
  readonly matricule: string;
  /** The OID of the identity; may be absent only when a person asserts the status. */
  readonly oid?: string | null;
  /** Anything but `qualifiee` is refused. */
  readonly status: string;
  readonly assertedBy: InsAssertion;
  /** Default `production`, which refuses test and demonstration OIDs. */
  readonly environment?: Environment;
}

function fail(code: InsErrorCode, message: string): never {
  throw new MssError<InsErrorCode>(code, message, { requirement: 'ECO.2.2.6' });
}

/**
 * Makes a qualified identity from what the host knows: the only way to a patient's address.
 *
 * The package cannot ask the INSi service; it takes the host's word, and keeps whose word it was.
 *
 * @throws MssError `ERR_MSS_INS_NOT_QUALIFIED` the status is provisoire, récupérée, validée or anything else
 * @throws MssError `ERR_MSS_INS_ASSERTED_BY`
 * @throws MssError `ERR_MSS_INS_MALFORMED`
 * @throws MssError `ERR_MSS_INS_KEY`
 * @throws MssError `ERR_MSS_INS_OID_MISSING`
 * @throws MssError `ERR_MSS_INS_NOT_AN_INS`
 * @throws MssError `ERR_MSS_INS_TEST_IDENTITY`
 * @see Référentiel #2 v0.1, 3.4.2.2, ECO.2.2.6
 */
export function qualifyIns(identity: InsQualification): QualifiedIns {
  if (identity.status !== 'qualifiee') fail('ERR_MSS_INS_NOT_QUALIFIED', 'only an identity of status "qualifiee" may be written to');
  const { kind: assertion, name } = identity.assertedBy;
  if ((assertion !== 'identity-base' && assertion !== 'person') || name.trim() === '') {
    fail('ERR_MSS_INS_ASSERTED_BY', 'who states the status must be named: an identity base or a person');
  }
  const matricule = ensureMatricule(identity.matricule);
  const oid = identity.oid == null ? null : ensureInsOid(identity.oid);
  if (oid === null && assertion === 'identity-base')
    fail('ERR_MSS_INS_OID_MISSING', 'an identity base knows the OID of a qualified identity');
  const environment = identity.environment ?? 'production';
  if (oid !== null && environment !== 'test' && isTestInsOid(oid)) {
    fail('ERR_MSS_INS_TEST_IDENTITY', 'test and demonstration identities are refused in the environment "production"');
  }
  const qualified = {
    matricule,
    oid,
    kind: oid === null ? null : insKindOf(oid),
    status: 'qualifiee' as const,
    assertedBy: Object.freeze({ kind: assertion, name }),
    environment,
  };
  // Not enumerable: a spread copy with another matricule is no longer a qualified identity.
  Object.defineProperty(qualified, brand, { value: true });
  return Object.freeze(qualified) as QualifiedIns;
}

/** Whether a value was made by {@link qualifyIns}, whichever copy of the package made it. */
export function isQualifiedIns(value: unknown): value is QualifiedIns {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

function ensureInsOid(text: string): Oid {
  if (insKindOf(text) === null) {
    fail('ERR_MSS_INS_NOT_AN_INS', 'the OID is not one of an INS matricule: social security numbers and other identifiers make no address');
  }
  return ensureOid(text);
}
