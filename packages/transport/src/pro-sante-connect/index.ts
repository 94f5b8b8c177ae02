/**
 * Pro Santé Connect: the sign-in of health professionals, and their access token as credential of a mailbox (référentiel #2 v1.0.1
 * ECO.1.2.1, ECO.1.2.3, ECO.1.2.5 to ECO.1.2.7).
 *
 * OpenID Connect Core 1.0, CIBA Core 1.0, RFC 6749, 7009, 7523, 7636, 8252, 8705, 9207.
 *
 * @packageDocumentation
 */
export { type PscErrorCode } from './errors.js';
export { createProSanteConnect, type ProSanteConnect, type PscAuthorization } from './client.js';
export { type ProSanteConnectOptions, type PscClientAuthentication } from './options.js';
export { proSanteConnectBas, proSanteConnectProduction, type PscProvider } from './provider.js';
export { openLoopbackRedirect, type LoopbackRedirect } from './loopback-redirect.js';
export {
  type AuthorizationOptions,
  type CibaOptions,
  type PscIdentity,
  type PscMailboxOptions,
  type PscSession,
  type PscSessionEvent,
} from './types.js';
export { type Schedule } from './schedule.js';
