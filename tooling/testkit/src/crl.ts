import type { KeyObject } from 'node:crypto';
import { encodeName, extension, keyIdentifier, signatureAlgorithm, signed, type TestName } from './certificate.js';
import { context, contextPrimitive, enumerated, ia5Bytes, integer, nothing, sequence, time, type DerContent } from './der.js';

/** RFC 5280 §5.3.1. */
const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
} as const;
export type RevocationReason = keyof typeof revocationReasons;

export interface RevokedEntry {
  readonly serial: Uint8Array;
  readonly revokedAt: Date;
  readonly reason?: RevocationReason;
}

export interface CrlFields {
  readonly issuer: TestName;
  readonly issuerKey: KeyObject;
  readonly thisUpdate: Date;
  /** `null` leaves the field out. */
  readonly nextUpdate: Date | null;
  readonly number: number;
  readonly entries: readonly RevokedEntry[];
  /** This many further entries with made-up serial numbers, before the real ones. */
  readonly extraSerials?: number;
  /** Marks the list as a delta (critical): it says nothing on its own. */
  readonly deltaOf?: number;
  /** An issuing distribution point (critical), which narrows what the list speaks about. */
  readonly scope?: {
    readonly url?: string;
    readonly only?: 'user' | 'authority' | 'attribute';
    readonly indirect?: boolean;
    readonly reasons?: boolean;
  };
  readonly unknownCriticalExtension?: boolean;
  /** Spoils one bit of the signature. */
  readonly brokenSignature?: boolean;
}

const reasonExtension = (reason: RevocationReason): Uint8Array => sequence(extension('2.5.29.21', enumerated(revocationReasons[reason])));

function entry(revoked: RevokedEntry): Uint8Array {
  return sequence(integer(revoked.serial), time(revoked.revokedAt), revoked.reason === undefined ? [] : reasonExtension(revoked.reason));
}

/** Made-up entries, as one run of bytes: 200,000 of them take some 10 ms and 9.8 MB. */
function filler(count: number, revokedAt: Date): Uint8Array {
  const one = entry({ serial: Buffer.from('5f'.repeat(16), 'hex'), revokedAt, reason: 'superseded' });
  const run = Buffer.alloc(one.length * count);
  for (let index = 0; index < count; index += 1) {
    const at = index * one.length;
    run.set(one, at);
    // The serial's last four bytes tell the entries apart: sequence header, integer header, sixteen bytes.
    run.writeUInt32BE(index, at + 2 + 2 + 12);
  }
  return run;
}

const yes = (n: number): Uint8Array => contextPrimitive(n, Uint8Array.of(0xff));

function scopeExtension(scope: NonNullable<CrlFields['scope']>): DerContent {
  return extension(
    '2.5.29.28',
    sequence(
      scope.url === undefined ? [] : context(0, context(0, contextPrimitive(6, ia5Bytes(scope.url)))),
      scope.only === 'user' ? yes(1) : [],
      scope.only === 'authority' ? yes(2) : [],
      scope.reasons === true ? contextPrimitive(3, Uint8Array.of(6, 0b0100_0000)) : [],
      scope.indirect === true ? yes(4) : [],
      scope.only === 'attribute' ? yes(5) : [],
    ),
    true,
  );
}

/**
 * A version 2 certificate revocation list as DER, written by hand so that a very long one costs next to nothing.
 *
 * @see RFC 5280 §5.1 and §5.2
 */
export function buildCrl(fields: CrlFields): Uint8Array {
  const { entries, extraSerials = 0 } = fields;
  const revoked: DerContent = [filler(extraSerials, fields.thisUpdate), entries.map(entry)];
  const toBeSigned = sequence(
    integer(1),
    signatureAlgorithm(),
    encodeName(fields.issuer),
    time(fields.thisUpdate),
    fields.nextUpdate === null ? [] : time(fields.nextUpdate),
    entries.length + extraSerials === 0 ? [] : sequence(revoked),
    context(
      0,
      sequence(
        extension('2.5.29.35', sequence(contextPrimitive(0, keyIdentifier(fields.issuerKey)))),
        extension('2.5.29.20', integer(fields.number)),
        fields.deltaOf === undefined ? [] : extension('2.5.29.27', integer(fields.deltaOf), true),
        fields.scope === undefined ? [] : scopeExtension(fields.scope),
        fields.unknownCriticalExtension === true ? extension('1.3.6.1.4.1.99999.1', nothing, true) : [],
      ),
    ),
  );
  const crl = signed(toBeSigned, fields.issuerKey);
  const last = crl.length - 1;
  if (fields.brokenSignature === true) crl[last] = (crl[last] ?? 0) ^ 1;
  return crl;
}
