import { accepted, in101, refused, type State } from './cell.js';

const untrusted = refused('ERR_MSS_TLS_UNTRUSTED', 'ECO.1.1.4');
const usage = refused('ERR_MSS_TLS_USAGE', 'ECO.1.1.4');
const weak = refused('ERR_MSS_TLS_WEAK', 'ECO.1.1.4');
const chain = refused('ERR_MSS_TLS_CHAIN', 'ECO.1.1.4');
const expired = refused('ERR_MSS_TLS_EXPIRED', 'ECO.1.1.5');
const early = refused('ERR_MSS_TLS_NOT_YET_VALID', 'ECO.1.1.5');
const host = refused('ERR_MSS_TLS_HOST', 'ECO.1.1.1');
const revoked = refused('ERR_MSS_TLS_REVOKED', 'ECO.1.1.6');

/** States of the server's certificate and of those above it. All CRLs are at hand and good. */
export const certificateStates: readonly State[] = [
  { key: 'valid', title: 'valid', expected: accepted({ method: 'crl' }) },
  { key: 'no-eku', title: 'valid, without extended key usage', expected: accepted() },
  { key: 'wildcard', title: 'valid, by a wildcard', expected: accepted() },
  { key: 'root-sent', title: 'valid, the root is sent as well', expected: accepted() },
  { key: 'intermediate-in-store', title: 'valid, intermediate not sent but in the trust store', expected: accepted() },
  { key: 'constraints-kept', title: 'valid, within the name constraints of its authority', expected: accepted() },
  { key: 'intermediate-missing', title: 'intermediate not sent and not in the trust store', expected: untrusted },
  { key: 'expired', title: 'expired', expected: expired },
  { key: 'not-yet-valid', title: 'not yet valid', expected: early },
  { key: 'expired-intermediate', title: 'expired intermediate', expected: expired },
  { key: 'early-intermediate', title: 'intermediate not yet valid', expected: early },
  { key: 'wrong-host', title: 'for another host', expected: host },
  { key: 'common-name-only-matches', title: 'host in the common name, others in the alternative names', expected: host },
  { key: 'wildcard-too-deep', title: 'wildcard of another level', expected: host },
  { key: 'self-signed', title: 'self-signed', expected: untrusted },
  { key: 'unknown-ca', title: 'of an unknown authority', expected: untrusted },
  { key: 'look-alike', title: 'of an authority with the names of ours and another key', expected: untrusted },
  { key: 'forged', title: 'altered after our intermediate signed it', expected: untrusted },
  { key: 'revoked', title: 'revoked', expected: revoked },
  { key: 'on-hold', title: 'revoked: on hold', expected: revoked },
  { key: 'revoked-intermediate', title: 'revoked intermediate', expected: revoked },
  { key: 'client-eku', title: 'for clients only (extended key usage)', expected: usage },
  { key: 'email-eku', title: 'for e-mail only (extended key usage)', expected: usage },
  { key: 'no-digital-signature', title: 'key that may not sign (key usage)', expected: usage },
  { key: 'client-eku-authority', title: 'of an authority for clients only (extended key usage)', expected: usage },
  { key: 'ca-false', title: 'issued by a certificate that is no authority', expected: usage },
  { key: 'no-cert-sign', title: 'of an authority that may not sign certificates (key usage)', expected: usage },
  { key: 'rsa-1024', title: 'RSA key of 1024 bits', expected: weak },
  { key: 'rsa-1024-authority', title: 'of an authority with an RSA key of 1024 bits', expected: weak },
  { key: 'sha1', title: 'signed with SHA-1', expected: weak },
  { key: 'sha1-intermediate', title: 'intermediate signed with SHA-1', expected: weak },
  { key: 'path-length', title: 'below an authority that allows no further authority', expected: chain },
  { key: 'constraints-violated', title: 'outside the name constraints of its authority', expected: chain },
  { key: 'constraints-excluded', title: 'in a subtree that its authority excludes', expected: chain },
  { key: 'unknown-critical', title: 'unknown critical extension', expected: chain },
  { key: 'unknown-critical-intermediate', title: 'unknown critical extension in the intermediate', expected: chain },
  { key: 'too-many', title: 'with 21 further certificates', expected: chain },
  { key: 'ecdsa', title: 'with an ECDSA key: no suite in common', expected: refused('ERR_MSS_TLS_SUITE', 'ECO.1.1.3') },
];

/** Where `ref2-1.0.1` differs: the number of the requirement, and IGC Santé as the only authority. */
export const certificateStates101: readonly State[] = [
  ...in101(
    certificateStates.filter(
      ({ expected, key }) => key === 'valid' || (expected.verdict === 'refused' && expected.requirement === 'ECO.1.1.4'),
    ),
  ),
  ...certificateStates.filter(({ key }) => ['expired', 'revoked', 'wrong-host'].includes(key)),
];

/** An authority that the host trusts but has not marked as IGC Santé. */
export const igcSanteStates: readonly State[] = [
  { key: 'commercial', title: 'of a trusted authority that is not IGC Santé', expected: refused('ERR_MSS_TLS_UNTRUSTED', 'ECO.1.1.10') },
];

/** The same for a domain of the Mailiz operator, in `ref2-0.1`. */
export const mailizStates: readonly State[] = [
  {
    key: 'commercial-mailiz',
    title: 'mailbox of a Mailiz domain, trusted authority that is not IGC Santé',
    expected: refused('ERR_MSS_TLS_NOT_IGC_SANTE', 'ECO.1.1.8'),
  },
  { key: 'igc-sante-mailiz', title: 'mailbox of a Mailiz domain, IGC Santé', expected: accepted() },
];
