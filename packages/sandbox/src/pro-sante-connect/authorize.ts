import { escaped, html, redirect, type PscAnswer } from './exchange.js';
import type { Clients } from './clients.js';
import type { Grants } from './grants.js';
import type { SandboxPscUser } from './types.js';

const cookieName = 'psc_bac_a_sable';
const codeMs = 60_000;
const browserMs = 8 * 3_600_000;

export interface AuthorizeParts {
  readonly clients: Clients;
  readonly grants: Grants;
  readonly users: readonly SandboxPscUser[];
  /** Who is signed in without a page. */
  readonly automatic: SandboxPscUser | null;
  readonly now: number;
}

/** A redirect address that the sandbox sends codes to: the loopback at any port, or HTTPS. */
function redirectUriOf(parameters: URLSearchParams): URL | null {
  const text = parameters.get('redirect_uri') ?? '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hash !== '') return null;
  return url.protocol === 'https:' || (url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)) ? url : null;
}

/** What is wrong with a request whose redirect address is good (RFC 6749 §4.1.2.1). */
function faultOf(parameters: URLSearchParams): string | null {
  if (parameters.get('response_type') !== 'code') return 'unsupported_response_type';
  if (!(parameters.get('scope') ?? '').split(' ').includes('openid')) return 'invalid_scope';
  if (parameters.get('acr_values') !== 'eidas1') return 'invalid_request';
  return parameters.has('code_challenge') && parameters.get('code_challenge_method') !== 'S256' ? 'invalid_request' : null;
}

/**
 * The authorization endpoint: a page on which a person of fiction is chosen, or an answer at once.
 *
 * @param parameters - of the query, or of the page's form with `personne` (a national identifier, or empty for "refuser").
 */
export function authorize(parameters: URLSearchParams, cookie: string | undefined, parts: AuthorizeParts): PscAnswer {
  const { clients, grants, users, automatic, now } = parts;
  const clientId = parameters.get('client_id') ?? '';
  const back = redirectUriOf(parameters);
  if (!clients.has(clientId) || back === null) return html('<p>Logiciel ou adresse de retour inconnus.</p>', 400);
  const answer = (values: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): PscAnswer => {
    const state = parameters.get('state');
    for (const [name, value] of Object.entries(values)) back.searchParams.set(name, value);
    if (state !== null) back.searchParams.set('state', state);
    return redirect(back.href, headers);
  };
  const fault = faultOf(parameters);
  if (fault !== null) return answer({ error: fault });
  const chosen = parameters.get('personne');
  if (chosen === '') return answer({ error: 'access_denied' });
  const signedIn = grants.browsers.get(new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(cookie ?? '')?.[1] ?? '');
  const silent = parameters.get('prompt') === 'none';
  const user = silent ? signedIn : (users.find(({ nationalId }) => nationalId === chosen) ?? automatic);
  if (user === null) return silent ? answer({ error: 'login_required' }) : choicePage(parameters, users);
  const code = grants.secret();
  const grant = { user, clientId, nonce: parameters.get('nonce'), authTime: now, over: false };
  grants.codes.put(code, { grant, redirectUri: parameters.get('redirect_uri') ?? '', challenge: parameters.get('code_challenge') }, codeMs);
  const browser = grants.secret();
  grants.browsers.put(browser, user, browserMs);
  return answer({ code }, { 'set-cookie': `${cookieName}=${browser}; Path=/; Secure; HttpOnly; SameSite=Lax` });
}

function choicePage(parameters: URLSearchParams, users: readonly SandboxPscUser[]): PscAnswer {
  const kept = [...parameters]
    .filter(([name]) => name !== 'personne')
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
  const people = users.map(
    ({ nationalId, givenName, familyName }) =>
      `<p><button name="personne" value="${escaped(nationalId)}">${escaped(`${givenName} ${familyName}`)} (${escaped(nationalId)})</button></p>`,
  );
  return html(
    `<h1>Pro Santé Connect</h1><p>Bac à sable : choisissez une personne fictive.</p>
<form method="post">${kept.join('')}${people.join('')}<p><button name="personne" value="">Refuser</button></p></form>`,
  );
}
