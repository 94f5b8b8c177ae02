import { createHash, sign, type KeyObject } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import * as der from './der.js';
import type { IssuedCertificate, TestAuthority } from './igc-types.js';
import { listen, stopListening } from './listen.js';

/** What a responder says, and how it misbehaves. */
export interface OcspBehaviour {
  readonly issuer: TestAuthority;
  readonly status?: 'good' | 'revoked' | 'unknown';
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
  /** Default: echoed. */
  readonly nonce?: 'echo' | 'none' | 'other';
  /** Default: the issuer itself. */
  readonly signer?: { readonly certificate: Uint8Array; readonly key: KeyObject };
  /** Responder named by its key's hash (default) or by its name. */
  readonly by?: 'key' | 'name';
  readonly critical?: boolean;
  readonly brokenSignature?: boolean;
  /** No signature at all: an empty BIT STRING. */
  readonly unsigned?: boolean;
  /** Answers about this certificate instead of the one that was asked for. */
  readonly about?: IssuedCertificate;
}

interface Bits {
  readonly spki: Uint8Array;
  readonly name: Uint8Array;
}

/** Content of an element, and what follows it: enough to take requests and certificates apart. */
function split(bytes: Uint8Array): { tag: number; content: Uint8Array; whole: Uint8Array; rest: Uint8Array } {
  const short = (bytes[1] ?? 0) < 0x80;
  const digits = short ? 0 : (bytes[1] ?? 0) & 0x7f;
  const length = short ? (bytes[1] ?? 0) : Buffer.from(bytes.subarray(2, 2 + digits)).readUIntBE(0, digits);
  const start = 2 + digits;
  return {
    tag: bytes[0] ?? 0,
    content: bytes.subarray(start, start + length),
    whole: bytes.subarray(0, start + length),
    rest: bytes.subarray(start + length),
  };
}

function parts(content: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let rest = content; rest.length > 0;) {
    const one = split(rest);
    found.push(one.whole);
    ({ rest } = one);
  }
  return found;
}

function bitsOf(certificate: Uint8Array): Bits {
  const fields = parts(split(split(certificate).content).content);
  return { name: fields[5] ?? new Uint8Array(), spki: fields[6] ?? new Uint8Array() };
}

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();
const keyBits = (spki: Uint8Array): Uint8Array => split(parts(split(split(spki).whole).content)[1] ?? new Uint8Array()).content.subarray(1);

/** The certificate's id as a request asks for it, with SHA-1. */
function idOf(serial: Uint8Array, issuer: TestAuthority): Uint8Array {
  const { name, spki } = bitsOf(issuer.der);
  const algorithm = der.sequence(der.oid('1.3.14.3.2.26'), der.nothing);
  return der.sequence(algorithm, der.octetString(sha1(name)), der.octetString(sha1(keyBits(spki))), serial);
}

/** A general time: OCSP knows no UTCTime. */
const time = (instant: Date): Uint8Array => der.tlv(0x18, Buffer.from(instant.toISOString().replaceAll(/[-:T]|\.\d+/g, ''), 'latin1'));

/** Answers one request as `behaviour` says. */
export function answerOcsp(request: Uint8Array | null, behaviour: OcspBehaviour): Uint8Array {
  const { issuer, status = 'good', nonce = 'echo', by = 'key' } = behaviour;
  const thisUpdate = behaviour.thisUpdate ?? new Date(Date.now() - 60_000);
  const nextUpdate = behaviour.nextUpdate === undefined ? new Date(thisUpdate.getTime() + 86_400_000) : behaviour.nextUpdate;
  const asked = request === null ? [] : parts(split(parts(split(request).content)[0] ?? new Uint8Array()).content);
  const askedId = asked[0] === undefined ? undefined : split(split(asked[0]).content).content;
  const serial = behaviour.about === undefined ? undefined : der.integer(Buffer.from(behaviour.about.serial, 'hex'));
  const id = serial === undefined ? (askedId ?? new Uint8Array()) : idOf(serial, issuer);
  const word = { good: der.contextPrimitive(0, []), revoked: der.context(1, time(thisUpdate)), unknown: der.contextPrimitive(2, []) }[
    status
  ];
  const single = der.sequence(id, word, time(thisUpdate), nextUpdate === null ? [] : der.context(0, time(nextUpdate)));
  const echoed = asked[1] === undefined ? [] : split(split(asked[1]).content).content;
  const other = der.sequence(der.oid('1.3.6.1.5.5.7.48.1.2'), der.octetString(der.octetString(new Uint8Array(32))));
  const critical = der.sequence(der.oid('1.3.6.1.4.1.99999.1'), der.boolean(true), der.octetString(der.nothing));
  const extensions = [nonce === 'echo' ? echoed : nonce === 'other' ? other : [], behaviour.critical === true ? critical : []];
  const signer = behaviour.signer ?? { certificate: issuer.der, key: issuer.key };
  const { name, spki } = bitsOf(signer.certificate);
  const responder = by === 'name' ? der.context(1, name) : der.context(2, der.octetString(sha1(keyBits(spki))));
  const hasExtensions = nonce !== 'none' || behaviour.critical === true;
  const data = der.sequence(
    responder,
    time(new Date()),
    der.sequence(single),
    hasExtensions ? der.context(1, der.sequence(extensions)) : [],
  );
  const signature = Buffer.from(sign('sha256', data, signer.key));
  if (behaviour.brokenSignature === true) signature[0] = (signature[0] ?? 0) ^ 1;
  const algorithm = der.sequence(der.oid('1.2.840.113549.1.1.11'), der.nothing);
  const certificates = behaviour.signer === undefined ? [] : der.context(0, der.sequence(signer.certificate));
  const basic = der.sequence(data, algorithm, der.bitString(behaviour.unsigned === true ? new Uint8Array() : signature), certificates);
  return der.sequence(der.enumerated(0), der.context(0, der.sequence(der.oid('1.3.6.1.5.5.7.48.1.1'), der.octetString(basic))));
}

/**
 * What the responder does instead of answering well.
 *
 * | fault | what a client sees |
 * |---|---|
 * | `silent` | the connection is taken, nothing is ever answered |
 * | `down` | the connection is reset |
 * | `error` | 503 |
 * | `html` | 200 with a web page |
 * | `garbage` | 200 with bytes that are no DER |
 * | `truncated` | the first half of a right answer |
 * | `try-later` | a well-formed refusal to answer (RFC 6960 §4.2.1, tryLater) |
 * | `huge` | an endless body |
 */
export type OcspFault = 'silent' | 'down' | 'error' | 'html' | 'garbage' | 'truncated' | 'try-later' | 'huge';

/** A behaviour, a fault, ready bytes, or bytes made for each request. */
export type OcspConduct = OcspBehaviour | OcspFault | Uint8Array | ((request: Uint8Array) => Uint8Array);

/** An OCSP responder on loopback that misbehaves on demand. */
export interface OcspResponder {
  readonly url: string;
  readonly requests: readonly Uint8Array[];
  /** From now on answers like this. */
  behave(how: OcspConduct): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, 0x30);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

/** Starts it on a free port. It does not keep the process alive. */
export async function startOcspResponder(first: OcspBehaviour): Promise<OcspResponder> {
  let how: OcspConduct = first;
  const requests: Uint8Array[] = [];
  const sockets = new Set<Socket>();

  const answer = (request: Uint8Array, response: ServerResponse): void => {
    const send = (body: Uint8Array, type = 'application/ocsp-response'): void => {
      response.writeHead(200, { 'content-type': type }).end(body);
    };
    if (how instanceof Uint8Array) return send(how);
    if (typeof how === 'function') return send(how(request));
    if (typeof how === 'object') return send(answerOcsp(request, how));
    switch (how) {
      case 'silent':
        return;
      case 'down':
        response.socket?.resetAndDestroy();
        return;
      case 'error':
        response.writeHead(503).end();
        return;
      case 'html':
        return send(Buffer.from('<!DOCTYPE html><title>Portail</title><p>Identifiez-vous.</p>'), 'text/html');
      case 'garbage':
        return send(Buffer.alloc(300, 0x2a));
      case 'truncated': {
        const right = answerOcsp(request, first);
        return send(right.subarray(0, Math.ceil(right.length / 2)));
      }
      case 'try-later':
        return send(der.sequence(der.enumerated(3)));
      case 'huge':
        return endless(response);
    }
  };

  const server = createServer((incoming, response) => {
    const chunks: Uint8Array[] = [];
    incoming.on('error', () => response.destroy());
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = Buffer.concat(chunks);
      requests.push(request);
      answer(request, response);
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  });
  const port = await listen(server);
  server.unref();
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await stopListening(server);
  };
  return { url: `http://127.0.0.1:${port}/`, requests, behave: (next) => void (how = next), close, [Symbol.asyncDispose]: close };
}
