/**
 * The secure channel of ECO.1.1: TLS policy, trust, expiry and revocation, verified sockets and fetch.
 *
 * @packageDocumentation
 */
export {};
