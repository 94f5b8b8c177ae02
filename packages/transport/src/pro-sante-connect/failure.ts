import { isMssError, type MssError } from '@mss/core';
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { pscError, type PscErrorCode } from './errors.js';

/** Error codes of RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6 and CIBA Core §11 and §13. */
const codesOfOauth: ReadonlyMap<string, PscErrorCode> = new Map<string, PscErrorCode>([
  ['access_denied', 'ERR_MSS_PSC_DENIED'],
  ['expired_token', 'ERR_MSS_PSC_EXPIRED'],
  ['invalid_client', 'ERR_MSS_PSC_CLIENT'],
  ['unauthorized_client', 'ERR_MSS_PSC_CLIENT'],
  ['unknown_user_id', 'ERR_MSS_PSC_UNKNOWN_PERSON'],
  ['invalid_grant', 'ERR_MSS_PSC_CODE'],
  ['login_required', 'ERR_MSS_PSC_SIGN_IN_NEEDED'],
  ['interaction_required', 'ERR_MSS_PSC_SIGN_IN_NEEDED'],
  ['consent_required', 'ERR_MSS_PSC_SIGN_IN_NEEDED'],
  ['account_selection_required', 'ERR_MSS_PSC_SIGN_IN_NEEDED'],
  ['temporarily_unavailable', 'ERR_MSS_PSC_UNAVAILABLE'],
  ['server_error', 'ERR_MSS_PSC_UNAVAILABLE'],
]);

const sentences: Partial<Record<PscErrorCode, string>> = {
  ERR_MSS_PSC_DENIED: 'the person refused',
  ERR_MSS_PSC_EXPIRED: 'the person did not answer in time',
  ERR_MSS_PSC_CLIENT: 'Pro Santé Connect refuses this client',
  ERR_MSS_PSC_UNKNOWN_PERSON: 'Pro Santé Connect knows nobody with this identifier',
  ERR_MSS_PSC_CODE: 'Pro Santé Connect refuses the grant',
  ERR_MSS_PSC_SIGN_IN_NEEDED: 'nobody is signed in to Pro Santé Connect: a person must sign in',
  ERR_MSS_PSC_UNAVAILABLE: 'Pro Santé Connect says that it cannot answer now',
};

function ofOauth(error: string): MssError<PscErrorCode> {
  const code = codesOfOauth.get(error) ?? 'ERR_MSS_PSC_REQUEST';
  const name = /^[a-z_]{1,40}$/.test(error) ? error : 'unknown';
  return pscError(code, sentences[code] ?? `Pro Santé Connect refuses the request: ${name}`, { details: { error: name } });
}

/** The chain of causes, outermost first. */
function* causesOf(error: unknown): Generator {
  for (let depth = 0, one = error; depth < 8 && one !== undefined && one !== null; depth++) {
    yield one;
    one = (one as { readonly cause?: unknown }).cause;
  }
}

/** What `@mss/pki` threw: a refusal of the channel stays what it is, everything that may pass becomes "unavailable". */
function ofChannel(error: MssError): MssError {
  if (error.code.startsWith('ERR_MSS_PSC_')) return error;
  if (error.code === 'ERR_MSS_TLS_ABORTED') return pscError('ERR_MSS_PSC_ABORTED', 'the caller aborted', { cause: error });
  if (error.requirement !== undefined || error.permanent) return error;
  return pscError('ERR_MSS_PSC_UNAVAILABLE', 'Pro Santé Connect does not answer', { details: { reason: error.code }, cause: error });
}

function ofClient(code: unknown, text: string): MssError<PscErrorCode> {
  const details = { reason: typeof code === 'string' ? code : 'unknown' };
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED' || /"(?:iat|exp|nbf)"/.test(text)) {
    return pscError('ERR_MSS_PSC_CLOCK', 'the times in the ID token and the clock of this machine do not agree', { details });
  }
  const aboutJwt = /\b(?:jwt|id.token|jws|jwk|signature|claim)/i.test(text);
  if (aboutJwt || code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' || code === 'OAUTH_KEY_SELECTION_FAILED') {
    return pscError('ERR_MSS_PSC_ID_TOKEN', 'the ID token is not acceptable', { details });
  }
  return pscError('ERR_MSS_PSC_PROTOCOL', 'Pro Santé Connect did not answer as OpenID Connect asks', { details });
}

/**
 * The error of ours for whatever openid-client threw.
 *
 * Its errors are never kept as a cause: they hold whole answers, tokens included.
 */
export function pscFailure(error: unknown): unknown {
  const causes = [...causesOf(error)];
  const ours = causes.find((one) => isMssError(one));
  if (isMssError(ours)) return ofChannel(ours);
  const answer = causes.find((one) => one instanceof ResponseBodyError || one instanceof AuthorizationResponseError);
  if (answer instanceof ResponseBodyError || answer instanceof AuthorizationResponseError) return ofOauth(answer.error);
  const challenge = causes.find((one) => one instanceof WWWAuthenticateChallengeError);
  if (challenge instanceof WWWAuthenticateChallengeError) {
    return pscError('ERR_MSS_PSC_REQUEST', 'Pro Santé Connect refuses the access token', { details: { status: challenge.status } });
  }
  const coded = causes.find((one) => typeof (one as { code?: unknown }).code === 'string') as { code?: unknown } | undefined;
  if (coded === undefined && error instanceof TypeError) return error;
  return ofClient(coded?.code, causes.map((one) => (one instanceof Error ? one.message : '')).join(' '));
}
