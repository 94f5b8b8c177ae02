/** The `code` of an error of Node or OpenSSL, for example `ECONNREFUSED`; empty when it has none. */
export function errnoOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
