/**
 * ldapts, which writes the requests. Loaded with the first search: it brings `node:tls` and 12 MB, of which who reads an
 * extraction alone should have nothing.
 */
export type LdapWriter = typeof import('ldapts');

export const loadLdapWriter = (): Promise<LdapWriter> => import('ldapts');
