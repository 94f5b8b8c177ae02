import type { MssError, TlsRules } from '@mss/core';
import { pkiError, type PkiErrorCode } from '../errors.js';
import { errnoOf } from '../net/errno.js';
import type { HelloAnswer, HelloOffer } from './client-hello.js';

type Refusal = MssError<PkiErrorCode>;

/** OpenSSL's own verdict on the chain, for the case that it is stricter than ours. */
const verifyCodes: Readonly<Record<string, PkiErrorCode>> = {
  CERT_HAS_EXPIRED: 'ERR_MSS_TLS_EXPIRED',
  CERT_NOT_YET_VALID: 'ERR_MSS_TLS_NOT_YET_VALID',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'ERR_MSS_TLS_UNTRUSTED',
  SELF_SIGNED_CERT_IN_CHAIN: 'ERR_MSS_TLS_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT: 'ERR_MSS_TLS_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'ERR_MSS_TLS_UNTRUSTED',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'ERR_MSS_TLS_UNTRUSTED',
  CERT_UNTRUSTED: 'ERR_MSS_TLS_UNTRUSTED',
  CERT_SIGNATURE_FAILURE: 'ERR_MSS_TLS_CHAIN',
  CERT_CHAIN_TOO_LONG: 'ERR_MSS_TLS_CHAIN',
  PATH_LENGTH_EXCEEDED: 'ERR_MSS_TLS_CHAIN',
  CERT_REJECTED: 'ERR_MSS_TLS_CHAIN',
  INVALID_PURPOSE: 'ERR_MSS_TLS_USAGE',
  INVALID_CA: 'ERR_MSS_TLS_USAGE',
  HOSTNAME_MISMATCH: 'ERR_MSS_TLS_HOST',
  CERT_REVOKED: 'ERR_MSS_TLS_REVOKED',
  EE_KEY_TOO_SMALL: 'ERR_MSS_TLS_WEAK',
  CA_KEY_TOO_SMALL: 'ERR_MSS_TLS_WEAK',
  CA_MD_TOO_WEAK: 'ERR_MSS_TLS_WEAK',
};

/** Whether OpenSSL refused the chain. */
export function isVerifyFailure(error: Error): boolean {
  return verifyCodes[errnoOf(error)] !== undefined;
}

/** Alerts by which a server refuses the client's certificate, or the lack of one (RFC 8446 §6.2, RFC 5246 §7.2.2). */
const clientCertificateAlerts: ReadonlySet<number> = new Set([41, 42, 43, 44, 45, 46, 48, 49, 116]);

/** The number of the alert that the peer sent. Only the number is read: the words differ between OpenSSL versions. */
function alertOf(error: Error): number | null {
  const [, number] = /alert number (\d+)/i.exec(error.message) ?? [];
  return number === undefined ? null : Number(number);
}

const versionNames: Readonly<Record<number, string>> = {
  0x0300: 'SSL 3.0',
  0x0301: 'TLS 1.0',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  0x0304: 'TLS 1.3',
};

function versionRefusal(rules: TlsRules, version: number | null, cause: unknown): Refusal {
  const offered = version === null ? null : (versionNames[version] ?? `0x${version.toString(16)}`);
  const allowed = rules.minVersion === rules.maxVersion ? 'TLS 1.2' : 'TLS 1.2 or 1.3';
  const why = offered === null ? '' : `: it offers ${offered}`;
  return pkiError('ERR_MSS_TLS_VERSION', `the server does not speak ${allowed}${why}`, { cause, details: { offered } });
}

function suiteRefusal(suite: number | null, cause: unknown): Refusal {
  const chosen = suite === null ? null : `0x${suite.toString(16).padStart(4, '0').toUpperCase()}`;
  return pkiError('ERR_MSS_TLS_SUITE', 'the server accepts none of the cipher suites of ECO.1.1.3', { cause, details: { chosen } });
}

/** Shows the server another ClientHello on a connection of its own. */
export type AskHello = (offer: HelloOffer) => Promise<HelloAnswer>;

async function whyNoServerHello(rules: TlsRules, ask: AskHello | null, cause: Error): Promise<Refusal> {
  const alert = alertOf(cause);
  if (alert === 70 && ask === null) return versionRefusal(rules, null, cause);
  if ((alert === 40 || alert === 71) && ask === null) return suiteRefusal(null, cause);
  if (ask === null) return isClosed(cause) ? closed(cause) : handshakeRefusal(cause);
  const legacy = await ask({ versions: 'legacy' });
  if (legacy.kind === 'hello') {
    if (legacy.version !== 0x0303) return versionRefusal(rules, legacy.version, cause);
    if (!rules.suites.some(({ code }) => code === legacy.suite)) return suiteRefusal(legacy.suite, cause);
  } else if (legacy.kind === 'alert' || !isClosed(cause)) {
    const modern = await ask({ versions: 'tls13' });
    if (modern.kind === 'hello' && modern.version === 0x0304) return versionRefusal(rules, modern.version, cause);
    if (alert === 70) return versionRefusal(rules, null, cause);
    if (legacy.kind === 'alert' && (legacy.description === 40 || legacy.description === 71)) return suiteRefusal(null, cause);
  }
  // A link that breaks under every hello of TLS 1.2 is not a server that refuses it: that one says so by an alert.
  return isClosed(cause) ? closed(cause) : handshakeRefusal(cause);
}

/** Alerts that speak of this one connection: a record that was spoilt on the way, an error inside the server (RFC 5246 §7.2.2). */
const passingAlerts: ReadonlySet<number> = new Set([20, 22, 50, 51, 80, 90]);

/** What breaks without a word of the server's may have been spoilt on the way; what it refuses by an alert it will refuse again. */
function handshakeRefusal(cause: Error): Refusal {
  const alert = alertOf(cause);
  return pkiError('ERR_MSS_TLS_HANDSHAKE', 'the TLS handshake failed', {
    cause,
    details: { alert, reason: errnoOf(cause) },
    permanent: alert !== null && !passingAlerts.has(alert),
  });
}

function closed(cause: Error): Refusal {
  return pkiError('ERR_MSS_TLS_CLOSED', 'the server closed the connection during the handshake', { cause });
}

function isClosed(error: Error): boolean {
  const code = errnoOf(error);
  return (
    ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code) ||
    /disconnected|socket hang up/i.test(error.message)
  );
}

/**
 * Names the reason why a handshake failed that our own gate had not refused.
 *
 * @param state.sawCertificate - the server's hello and certificate had come: version and suite were agreed on.
 */
export async function classifyFailure(
  error: Error,
  state: { readonly rules: TlsRules; readonly sawCertificate: boolean; readonly offeredIdentity: boolean; readonly ask: AskHello | null },
): Promise<Refusal> {
  const code = errnoOf(error);
  const verdict = verifyCodes[code];
  if (verdict !== undefined) return pkiError(verdict, `OpenSSL refuses the certificate of the server (${code})`, { cause: error });
  if (
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNEXPECTED_MESSAGE|RECORD_LAYER_FAILURE)$/.test(
      code,
    ) &&
    !state.sawCertificate
  ) {
    return pkiError('ERR_MSS_TLS_NOT_TLS', 'the server answered the handshake with something that is not TLS', { cause: error });
  }
  if (!state.sawCertificate) return whyNoServerHello(state.rules, state.ask, error);
  const alert = alertOf(error);
  const aboutClient = alert !== null && (clientCertificateAlerts.has(alert) || (alert === 40 && !state.offeredIdentity));
  if (aboutClient) {
    const what = state.offeredIdentity ? 'refuses the client certificate' : 'asks for a client certificate';
    return pkiError('ERR_MSS_TLS_CLIENT_CERTIFICATE', `the server ${what}`, { cause: error, details: { alert } });
  }
  return isClosed(error) ? closed(error) : handshakeRefusal(error);
}
