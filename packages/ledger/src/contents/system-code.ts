/** `ENOSPC` and the like; `''` for an error that is not of the operating system. */
export function systemCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
