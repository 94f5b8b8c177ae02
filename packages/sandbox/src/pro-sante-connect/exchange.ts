import type { IncomingMessage, ServerResponse } from 'node:http';

/** Longer forms are nobody's. */
const maxBodyBytes = 64 * 1024;

/** An answer in the making. */
export interface PscAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const json = (value: unknown, status = 200): PscAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
});

/** RFC 6749 §5.2. */
export const oauthError = (error: string, status = 400): PscAnswer => json({ error, error_description: 'bac à sable' }, status);

export const html = (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): PscAnswer => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ...headers,
  },
  body: `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Pro Santé Connect (bac à sable)</title>
<body style="font-family:sans-serif;margin:3rem auto;max-width:36rem">${body}</body></html>`,
});

export const redirect = (location: string, headers: Readonly<Record<string, string>> = {}): PscAnswer => ({
  status: 302,
  headers: { location, 'cache-control': 'no-store', ...headers },
});

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The form of a POST; `null` when it is none, or too long. */
export async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  const type = request.headers['content-type'] ?? '';
  return type.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(Buffer.concat(chunks).toString('utf8')) : null;
}

export function send(response: ServerResponse, { status, headers = {}, body = '' }: PscAnswer): void {
  response.writeHead(status, { ...headers, connection: 'close' });
  response.end(body);
}
