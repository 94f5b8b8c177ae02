import { createHash } from 'node:crypto';
import type { Clock } from '@mss/core';
import { authorize } from './authorize.js';
import type { Clients } from './clients.js';
import { escaped, html, json, oauthError, type PscAnswer } from './exchange.js';
import type { Grants, PscGrant } from './grants.js';
import type { SigningKeys } from './signing.js';
import type { SandboxPscFault, SandboxPscTelephone, SandboxPscUser } from './types.js';

/** A request, once its body is read. */
export interface PscCall {
  readonly method: string;
  readonly endpoint: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly certificate: string | null;
}

export interface ProviderParts {
  readonly origin: string;
  readonly users: readonly SandboxPscUser[];
  readonly clients: Clients;
  readonly grants: Grants;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly accessTokenMs: number;
  readonly refreshTokenMs: number;
  readonly algorithm: 'RS256' | 'ES256';
}

const realm = '/auth/realms/esante-wallet';
const cibaMs = 120_000;

/** Paths as those of Pro Santé Connect, and the names that the request list has for them. */
const endpoints: Readonly<Record<string, string>> = {
  '/auth': 'authorization',
  '/telephone': 'telephone',
  [`${realm}/.well-known/wallet-openid-configuration`]: 'discovery',
  [`${realm}/.well-known/openid-configuration`]: 'discovery',
  [`${realm}/protocol/openid-connect/token`]: 'token',
  [`${realm}/protocol/openid-connect/userinfo`]: 'userinfo',
  [`${realm}/protocol/openid-connect/logout`]: 'logout',
  [`${realm}/protocol/openid-connect/token/introspect`]: 'introspection',
  [`${realm}/protocol/openid-connect/certs`]: 'jwks',
  [`${realm}/protocol/openid-connect/ext/ciba/auth`]: 'ciba',
};

export const endpointOf = (path: string): string | null => endpoints[path] ?? null;

/** The OpenID provider itself: requests in, answers out. */
export class Provider {
  readonly #parts: ProviderParts;
  fault: SandboxPscFault = 'none';
  automatic: SandboxPscUser | null = null;
  telephone: SandboxPscTelephone = 'approve';

  constructor(parts: ProviderParts) {
    this.#parts = parts;
  }

  get issuer(): string {
    return this.#parts.origin + realm;
  }

  get discoveryUrl(): string {
    return `${this.issuer}/.well-known/wallet-openid-configuration`;
  }

  async answer(call: PscCall): Promise<PscAnswer> {
    if (this.fault === 'overloaded') return { status: 503, headers: { 'retry-after': '5' } };
    if (this.fault === 'html') return html('<p>Bienvenue sur le réseau Wi-Fi.</p>');
    switch (call.endpoint) {
      case 'discovery':
        return json(this.#metadata());
      case 'jwks':
        return json(await this.#parts.keys.jwks());
      case 'authorization':
        return this.#authorize(call);
      case 'telephone':
        return this.#telephonePage(call);
      case 'userinfo':
        return this.#userInfo(call);
      default:
        return this.#backChannel(call);
    }
  }

  #metadata(): Readonly<Record<string, unknown>> {
    const { origin, algorithm } = this.#parts;
    const at = (path: string): string => `${this.issuer}/protocol/openid-connect/${path}`;
    return {
      issuer: this.issuer,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: at('token'),
      userinfo_endpoint: at('userinfo'),
      end_session_endpoint: at('logout'),
      introspection_endpoint: at('token/introspect'),
      jwks_uri: at('certs'),
      backchannel_authentication_endpoint: at('ext/ciba/auth'),
      backchannel_token_delivery_modes_supported: ['poll'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'urn:openid:params:grant-type:ciba'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [algorithm],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
      scopes_supported: ['openid', 'scope_all'],
      acr_values_supported: ['eidas1'],
      code_challenge_methods_supported: ['S256'],
      tls_client_certificate_bound_access_tokens: false,
    };
  }

  #authorize({ method, query, form, cookie }: PscCall): PscAnswer {
    const { clients, grants, users } = this.#parts;
    return authorize(method === 'POST' ? form : query, cookie, { clients, grants, users, automatic: this.automatic, now: this.#now() });
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }

  async #backChannel(call: PscCall): Promise<PscAnswer> {
    const { clients, grants } = this.#parts;
    const { endpoint, form } = call;
    if (call.method !== 'POST') return { status: 405 };
    const audiences = [this.issuer, `${this.issuer}/protocol/openid-connect/token`];
    const clientId = clients.authenticate({ ...call, audiences });
    if (clientId === null) return oauthError('invalid_client', 401);
    if (endpoint === 'token') return this.#token(form, clientId);
    if (endpoint === 'ciba') return this.#startCiba(form, clientId);
    if (endpoint === 'logout') {
      const grant = grants.refresh.get(form.get('refresh_token') ?? '');
      if (grant === null || grant.clientId !== clientId) return oauthError('invalid_grant');
      grant.over = true;
      return { status: 204 };
    }
    const holder = grants.holder(form.get('token') ?? '');
    if (holder === null) return json({ active: false });
    const { user } = holder;
    const [username] = user.mailboxes;
    return json({
      active: true,
      sub: subjectOf(user),
      username,
      preferred_username: user.nationalId,
      client_id: holder.clientId,
      scope: 'openid scope_all',
    });
  }

  async #token(form: URLSearchParams, clientId: string): Promise<PscAnswer> {
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#byCode(form, clientId);
      case 'refresh_token': {
        const grant = this.#parts.grants.spend(form.get('refresh_token') ?? '');
        const good = grant !== null && grant.clientId === clientId && this.fault !== 'refresh-refused';
        return good ? this.#issue(grant) : oauthError('invalid_grant');
      }
      case 'urn:openid:params:grant-type:ciba':
        return this.#pollCiba(form, clientId);
      default:
        return oauthError('unsupported_grant_type');
    }
  }

  async #byCode(form: URLSearchParams, clientId: string): Promise<PscAnswer> {
    const code = this.#parts.grants.codes.take(form.get('code') ?? '');
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const good =
      code !== null &&
      code.grant.clientId === clientId &&
      code.redirectUri === form.get('redirect_uri') &&
      (code.challenge === null || code.challenge === verifier);
    return good ? this.#issue(code.grant) : oauthError('invalid_grant');
  }

  #startCiba(form: URLSearchParams, clientId: string): PscAnswer {
    const { grants, users } = this.#parts;
    const user = users.find(({ nationalId }) => nationalId === form.get('login_hint'));
    if (user === undefined) return oauthError('unknown_user_id');
    const bindingMessage = form.get('binding_message') ?? '';
    if (!/^\d{2}$/.test(bindingMessage)) return oauthError('invalid_binding_message');
    if (!(form.get('scope') ?? '').split(' ').includes('openid')) return oauthError('invalid_scope');
    const id = grants.secret();
    const grant = { user, clientId, nonce: null, authTime: this.#now(), over: false };
    grants.backchannel.put(id, { grant, bindingMessage, answer: null }, cibaMs);
    return json({ auth_req_id: id, expires_in: cibaMs / 1000, interval: 1 });
  }

  async #pollCiba(form: URLSearchParams, clientId: string): Promise<PscAnswer> {
    const { grants } = this.#parts;
    const id = form.get('auth_req_id') ?? '';
    const pending = grants.backchannel.get(id);
    if (pending === null) return oauthError('expired_token');
    if (pending.grant.clientId !== clientId) return oauthError('invalid_grant');
    const answer = pending.answer ?? this.telephone;
    if (answer === 'wait') return oauthError('authorization_pending');
    if (answer === 'slow-down') return oauthError('slow_down');
    grants.backchannel.take(id);
    return answer === 'deny' ? oauthError('access_denied') : this.#issue(pending.grant);
  }

  async #issue(grant: PscGrant): Promise<PscAnswer> {
    const { grants, keys, algorithm, accessTokenMs, refreshTokenMs } = this.#parts;
    const { fault } = this;
    const now = Math.floor(this.#now() / 1000);
    const common = {
      iss: this.issuer,
      sub: subjectOf(grant.user),
      iat: now,
      jti: grants.secret(),
      auth_time: Math.floor(grant.authTime / 1000),
      acr: 'eidas1',
    };
    const access = {
      ...common,
      exp: now + accessTokenMs / 1000,
      aud: 'account',
      azp: grant.clientId,
      typ: 'Bearer',
      scope: 'openid scope_all',
    };
    const identity = {
      ...common,
      exp: fault === 'expired-id-token' ? now - 3_600 : now + accessTokenMs / 1000,
      aud: fault === 'wrong-audience' ? 'autre-logiciel' : grant.clientId,
      ...(fault === 'wrong-issuer' ? { iss: 'https://autre.test/auth' } : {}),
      ...(fault === 'expired-id-token' ? { iat: now - 7_200 } : {}),
      ...(grant.nonce === null ? {} : { nonce: fault === 'wrong-nonce' ? 'autre' : grant.nonce }),
    };
    const accessToken = await keys.jwt(access, { algorithm, type: 'JWT' });
    const refreshToken = grants.secret();
    grants.access.put(accessToken, grant, accessTokenMs);
    grants.refresh.put(refreshToken, grant, refreshTokenMs);
    return json({
      access_token: accessToken,
      expires_in: accessTokenMs / 1000,
      refresh_token: refreshToken,
      refresh_expires_in: refreshTokenMs / 1000,
      token_type: 'Bearer',
      id_token: await keys.jwt(identity, { algorithm, type: 'JWT', forged: fault === 'wrong-signature' }),
      scope: 'openid scope_all',
    });
  }

  #userInfo({ authorization }: PscCall): PscAnswer {
    const grant = this.#parts.grants.holder(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    if (grant === null) return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    const { user } = grant;
    return json({
      sub: this.fault === 'other-person' ? 'f:autre' : subjectOf(user),
      SubjectNameID: user.nationalId,
      preferred_username: user.nationalId,
      family_name: user.familyName,
      given_name: user.givenName,
      SubjectRefPro: {
        codeCivilite: 'M',
        exercices: [{ codeProfession: user.professionCode, codeCategorieProfessionnelle: 'C', activities: [] }],
      },
    });
  }

  /** The telephones of everybody, for who drives the sandbox by hand. */
  #telephonePage({ method, form }: PscCall): PscAnswer {
    const { backchannel } = this.#parts.grants;
    const asked = backchannel.values.filter(({ answer }) => answer === null);
    if (method === 'POST') {
      const found = asked.find(({ grant }) => grant.user.nationalId === form.get('personne'));
      if (found !== undefined) found.answer = form.get('reponse') === 'approve' ? 'approve' : 'deny';
    }
    const rows = backchannel.values
      .filter(({ answer }) => answer === null)
      .map(
        ({ grant: { user }, bindingMessage }) =>
          `<form method="post"><p>${escaped(`${user.givenName} ${user.familyName}`)} : <b>${escaped(bindingMessage)}</b>
<input type="hidden" name="personne" value="${escaped(user.nationalId)}">
<button name="reponse" value="approve">Confirmer</button> <button name="reponse" value="deny">Refuser</button></p></form>`,
      );
    return html(`<h1>Téléphones e-CPS</h1>${rows.join('') || '<p>Aucune demande.</p>'}`);
  }
}

/** Opaque and stable, as Keycloak writes it. */
function subjectOf({ nationalId }: SandboxPscUser): string {
  return `f:bac-a-sable:${nationalId}`;
}
