/** One armoured block. */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----[ \t]*\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** Whether bytes hold PEM armour, perhaps after explanatory text (RFC 7468 §2). */
export function looksLikePem(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('-----BEGIN ');
}

/** The armoured blocks of a text, in order. Text between them is skipped. */
export function readPem(bytes: Uint8Array): PemBlock[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return [...text.matchAll(block)].map(([, label = '', body = '']) => ({ label, der: new Uint8Array(Buffer.from(body, 'base64')) }));
}
