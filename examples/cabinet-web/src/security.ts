/**
 * Headers of every answer. The page loads nothing from elsewhere, runs no inline script, sends its questions only to this
 * server, and cannot be framed.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Whether a request was meant for this machine: a foreign site whose name was made to point at 127.0.0.1 (DNS rebinding) gives
 * itself away by the Host header, and by Sec-Fetch-Site where it asks for data.
 */
export function isOwnRequest(headers: { readonly host?: string | undefined; readonly 'sec-fetch-site'?: unknown }): boolean {
  const name = headers.host?.replace(/:\d+$/, '') ?? '';
  const from = headers['sec-fetch-site'];
  return (name === '127.0.0.1' || name === 'localhost') && (from === undefined || from === 'same-origin' || from === 'none');
}
