import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { abortError } from '../net/dial.js';
import { sniOf } from './server-name.js';

/** What a server answers to a ClientHello that is never followed by anything. */
export type HelloAnswer =
  | { readonly kind: 'hello'; readonly version: number; readonly suite: number }
  | { readonly kind: 'alert'; readonly description: number }
  /** Not TLS, or closed without a word. */
  | { readonly kind: 'other' };

/** What the hello offers. */
export interface HelloOffer {
  /** `legacy`: TLS 1.2 and below with every suite that servers had; `tls13`: TLS 1.3 alone. */
  readonly versions: 'legacy' | 'tls13';
  /** Of TLS 1.2, instead of all. */
  readonly suites?: readonly number[];
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const vector8 = (bytes: readonly number[]): number[] => [bytes.length, ...bytes];
const vector16 = (bytes: readonly number[]): number[] => [...u16(bytes.length), ...bytes];
const extension = (type: number, bytes: readonly number[]): number[] => [...u16(type), ...vector16(bytes)];

/** GCM, CCM, ChaCha20, CBC with SHA-1 and SHA-2, 3DES, RC4; ECDHE, DHE and RSA key exchange; RSA and ECDSA. */
const legacySuites: readonly number[] = [
  0xc030, 0xc02f, 0xc028, 0xc027, 0xc02c, 0xc02b, 0xcca9, 0xcca8, 0xccaa, 0xc0ad, 0xc0ac, 0xc09f, 0xc09e, 0xc09d, 0xc09c, 0xc024, 0xc023,
  0xc014, 0xc013, 0xc00a, 0xc009, 0x009f, 0x009e, 0x009d, 0x009c, 0x006b, 0x0067, 0x0039, 0x0033, 0x003d, 0x003c, 0x0035, 0x002f, 0xc077,
  0xc076, 0x00c4, 0x00be, 0x0088, 0x0045, 0x0084, 0x0041, 0xc012, 0xc008, 0x0016, 0x000a, 0x0005, 0x0004,
];

const signatureAlgorithms: readonly number[] = [
  0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0603, 0x0807, 0x0201, 0x0203,
];

function clientHello({ versions, suites: chosen = legacySuites }: HelloOffer, servername: string): Uint8Array {
  const modern = versions === 'tls13';
  const suites = modern ? [0x1302, 0x1301, 0x1303] : chosen;
  const name = [...Buffer.from(sniOf(servername), 'latin1')];
  const extensions = [
    ...(name.length === 0 ? [] : extension(0, vector16([0, ...vector16(name)]))),
    ...extension(10, vector16([0x001d, 0x0017, 0x0018, 0x0019].flatMap(u16))),
    ...extension(11, vector8([0])),
    ...extension(13, vector16(signatureAlgorithms.flatMap(u16))),
    // An empty key share asks for a HelloRetryRequest, which names the version just as well.
    ...(modern ? [...extension(43, vector8(u16(0x0304))), ...extension(51, vector16([]))] : [...extension(0xff01, [0])]),
  ];
  const body = [
    ...u16(0x0303),
    ...randomBytes(32),
    ...vector8(modern ? [...randomBytes(32)] : []),
    ...vector16(suites.flatMap(u16)),
    1,
    0,
    ...vector16(extensions),
  ];
  const handshake = [1, 0, ...u16(body.length), ...body];
  return Uint8Array.from([22, 3, 1, ...vector16(handshake)]);
}

/** Reads the first record: a ServerHello's version and suite, or an alert. `null`: more bytes are needed. */
function readAnswer(bytes: Uint8Array): HelloAnswer | null {
  const at = (index: number): number => bytes[index] ?? 0;
  if (bytes.length >= 2 && (at(1) !== 3 || (at(0) !== 22 && at(0) !== 21))) return { kind: 'other' };
  if (bytes.length < 7) return null;
  if (at(0) === 21) return { kind: 'alert', description: at(6) };
  // Record header 5, handshake header 4, version 2, random 32, session id length 1.
  if (bytes.length < 44) return null;
  if (at(5) !== 2) return { kind: 'other' };
  const suiteAt = 44 + at(43);
  const end = 9 + at(6) * 65_536 + at(7) * 256 + at(8);
  if (bytes.length < Math.min(end, 16_384)) return null;
  let version = at(9) * 256 + at(10);
  for (let position = suiteAt + 5; position + 4 <= end;) {
    const length = at(position + 2) * 256 + at(position + 3);
    if (at(position) === 0 && at(position + 1) === 43) version = at(position + 4) * 256 + at(position + 5);
    position += 4 + length;
  }
  return { kind: 'hello', version, suite: at(suiteAt) * 256 + at(suiteAt + 1) };
}

/**
 * Shows a server one ClientHello, reads its first answer and closes: no handshake is ever completed and nothing is encrypted.
 * Only used to explain a refusal that has already been decided.
 */
export async function askHello(
  socket: Duplex,
  offer: HelloOffer,
  how: { readonly servername: string; readonly signal: AbortSignal },
): Promise<HelloAnswer> {
  const { servername, signal } = how;
  try {
    return await new Promise<HelloAnswer>((resolve, reject) => {
      let received: Uint8Array = new Uint8Array(0);
      const finish = (): void => resolve({ kind: 'other' });
      if (signal.aborted) return reject(abortError(signal, 'asking the server'));
      signal.addEventListener('abort', () => reject(abortError(signal, 'asking the server')), { once: true });
      socket.on('error', finish).on('end', finish).on('close', finish);
      socket.on('data', (chunk: Uint8Array) => {
        received = Buffer.concat([received, chunk]);
        const answer = received.length > 65_536 ? ({ kind: 'other' } as const) : readAnswer(received);
        if (answer !== null) resolve(answer);
      });
      socket.write(clientHello(offer, servername));
    });
  } finally {
    socket.destroy();
  }
}
