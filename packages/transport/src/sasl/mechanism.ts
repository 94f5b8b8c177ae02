/**
 * The client's side of one SASL exchange (RFC 4422). Bytes are UTF-8 text before base64.
 *
 * A server challenge after the credentials were given is how OAuth mechanisms report an error; {@link SaslClient.refusal}
 * then holds what it said.
 */
export interface SaslClient {
  readonly name: 'PLAIN' | 'LOGIN' | 'EXTERNAL' | 'XOAUTH2' | 'OAUTHBEARER';
  /** The first message if the client speaks first; `null` if the server does. */
  readonly initialResponse: string | null;
  /** Answers a challenge; `null` when there is nothing left to answer, and the exchange must be cancelled with `*`. */
  respond(challenge: string): string | null;
  /** Set once the server has reported an OAuth error in a challenge. */
  readonly refusal: TokenRefusal | null;
}

/** The error report of RFC 7628 §3.2.2 (and of XOAUTH2): why the server refuses the token. */
interface TokenRefusal {
  /** `invalid_token`, `insufficient_scope`, or an HTTP status such as `401`. */
  readonly status: string;
  readonly scope: string | null;
}

/** RFC 4616: authorization id (empty), authentication id, password. */
export function saslPlain(user: string, password: string): SaslClient {
  return oneMessage('PLAIN', `\0${noNul(user)}\0${noNul(password)}`);
}

/** RFC 4422 appendix A: the certificate of the channel is the credential; the message is the identity to act as. */
export function saslExternal(user: string | undefined): SaslClient {
  return oneMessage('EXTERNAL', noNul(user ?? ''));
}

/** The obsolete but common LOGIN: two prompts whose wording is not relied on. */
export function saslLogin(user: string, password: string): SaslClient {
  const answers = [noNul(user), noNul(password)];
  return { name: 'LOGIN', initialResponse: null, refusal: null, respond: () => answers.shift() ?? null };
}

/** `user=` address, ^A, `auth=Bearer ` token, ^A ^A. An error challenge is answered with an empty message. */
export function saslXoauth2(user: string, token: string): SaslClient {
  return oauth('XOAUTH2', `user=${noControl(user)}\x01auth=Bearer ${noControl(token)}\x01\x01`, '');
}

/** RFC 7628: GS2 header with the address, host, port, token. An error challenge is answered with ^A. */
export function saslOauthBearer(user: string, token: string, target: { readonly host: string; readonly port: number }): SaslClient {
  const authzid = noControl(user).replaceAll('=', '=3D').replaceAll(',', '=2C');
  const message = `n,a=${authzid},\x01host=${target.host}\x01port=${target.port}\x01auth=Bearer ${noControl(token)}\x01\x01`;
  return oauth('OAUTHBEARER', message, '\x01');
}

function oneMessage(name: SaslClient['name'], message: string): SaslClient {
  let given = false;
  return {
    name,
    initialResponse: message,
    refusal: null,
    respond: (): string | null => {
      if (given) return null;
      given = true;
      return message;
    },
  };
}

function oauth(name: 'XOAUTH2' | 'OAUTHBEARER', message: string, acknowledgement: string): SaslClient {
  let refusal: TokenRefusal | null = null;
  return {
    name,
    initialResponse: message,
    get refusal(): TokenRefusal | null {
      return refusal;
    },
    respond: (challenge: string): string | null => {
      // An empty challenge asks for the message; any other is the report of an error.
      if (challenge.trim() === '') return refusal === null ? message : null;
      refusal ??= readTokenRefusal(challenge);
      return acknowledgement;
    },
  };
}

/** Reads `{"status":"401","schemes":"bearer","scope":"mail"}`; anything else is a refusal without reason. */
function readTokenRefusal(challenge: string): TokenRefusal {
  try {
    const report = JSON.parse(challenge) as { readonly status?: unknown; readonly scope?: unknown } | null;
    return { status: plain(report?.status) ?? 'unknown', scope: plain(report?.scope) };
  } catch {
    return { status: 'unknown', scope: null };
  }
}

/** A short word of the server's that may stand in an error. */
function plain(value: unknown): string | null {
  return typeof value === 'string' && /^[\w .:/-]{1,100}$/.test(value) ? value : null;
}

function noNul(text: string): string {
  if (text.includes('\0')) throw new TypeError('a user name or password cannot hold NUL');
  return text;
}

function noControl(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new TypeError('a user name or token cannot hold control characters');
  return text;
}
