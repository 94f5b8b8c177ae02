import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pem } from './der.js';
import { listen, stopListening } from './listen.js';

/**
 * What the server does instead of answering well.
 *
 * | fault | what a client sees |
 * |---|---|
 * | `down` | the connection is reset |
 * | `slow` | the right answer after `delayMs` (default 2,000) |
 * | `stall` | headers, half of the body, then nothing more |
 * | `html` | 200 with a web page, as captive portals do |
 * | `not-found` | 404 |
 * | `error` | 503 |
 * | `huge` | an endless body (no Content-Length) |
 * | `truncated` | the first half, with a Content-Length that fits it |
 * | `cut` | the first half of what Content-Length announces, then the connection is closed |
 * | `garbage` | bytes that are no DER |
 * | `redirect` | 302 to `location` (default: the same path on `localhost`) |
 * | `redirect-loop` | 302 to itself |
 * | `pem` | the right list in PEM armour |
 */
export type CrlFault =
  | 'none'
  | 'down'
  | 'slow'
  | 'stall'
  | 'html'
  | 'not-found'
  | 'error'
  | 'huge'
  | 'truncated'
  | 'cut'
  | 'garbage'
  | 'redirect'
  | 'redirect-loop'
  | 'pem';

export interface CrlFaultOptions {
  /** Only for this path; without it for all of them. */
  readonly path?: string;
  readonly delayMs?: number;
  readonly location?: string;
}

/** Publishes CRLs and authority certificates on loopback, and misbehaves on demand. */
export interface CrlServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Requests received so far. */
  readonly requests: number;
  /** Paths of the last thousand, in order. */
  readonly paths: readonly string[];
  setFault(fault: CrlFault, options?: CrlFaultOptions): void;
  /** Serves these bytes at a path instead of what the authority publishes; `null` undoes it. */
  setBody(path: string, body: Uint8Array | null): void;
  close(): Promise<void>;
}

interface CrlServerOptions {
  readonly host: string;
  /** Default a free one. */
  readonly port?: number;
  /** The resource of a path, made when it is asked for. */
  readonly resource: (
    path: string,
    request: { readonly method: string; readonly body: Uint8Array },
  ) => { readonly type: string; readonly body: Uint8Array } | null;
  readonly initialFault?: CrlFault;
}

/** Starts it. The server does not keep the process alive. */
export async function startCrlServer(options: CrlServerOptions): Promise<CrlServer> {
  const faults = new Map<string, { fault: CrlFault; options: CrlFaultOptions }>();
  const bodies = new Map<string, Uint8Array>();
  const paths: string[] = [];
  let requests = 0;
  const sockets = new Set<Socket>();
  let general: { fault: CrlFault; options: CrlFaultOptions } = { fault: options.initialFault ?? 'none', options: {} };

  const server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
    request.on('error', () => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });

  function answer(request: IncomingMessage, response: ServerResponse, requestBody: Uint8Array): void {
    const path = request.url ?? '/';
    requests += 1;
    paths.push(path);
    if (paths.length > 1000) paths.shift();
    const set = bodies.get(path);
    const resource =
      set === undefined
        ? options.resource(path, { method: request.method ?? 'GET', body: requestBody })
        : { type: 'application/pkix-crl', body: set };
    const { fault, options: how } = faults.get(path) ?? general;
    if (resource === null && fault === 'none') response.writeHead(404).end();
    else
      misbehave(fault, how, { path, response, type: resource?.type ?? 'application/pkix-crl', body: resource?.body ?? new Uint8Array() });
  }

  const port = await listen(server, options.host, options.port);
  server.unref();

  return {
    url: `http://${options.host}:${port}`,
    port,
    paths,
    get requests(): number {
      return requests;
    },
    setFault(fault, how = {}): void {
      if (how.path === undefined) {
        general = { fault, options: how };
        faults.clear();
      } else faults.set(how.path, { fault, options: how });
    },
    setBody(path, body): void {
      if (body === null) bodies.delete(path);
      else bodies.set(path, body);
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await stopListening(server);
    },
  };
}

interface Answer {
  readonly path: string;
  readonly response: ServerResponse;
  readonly type: string;
  readonly body: Uint8Array;
}

function send({ response, type, body }: Answer, status = 200): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body);
}

function misbehave(fault: CrlFault, how: CrlFaultOptions, answer: Answer): void {
  const { response, body, type, path } = answer;
  const half = body.subarray(0, Math.ceil(body.length / 2));
  switch (fault) {
    case 'none':
      return send(answer);
    case 'down':
      response.socket?.resetAndDestroy();
      return;
    case 'slow':
      setTimeout(() => send(answer), how.delayMs ?? 2000).unref();
      return;
    case 'stall':
      response.writeHead(200, { 'content-type': type, 'content-length': body.length }).write(half);
      return;
    case 'html':
      return send({ ...answer, type: 'text/html', body: Buffer.from('<!DOCTYPE html><title>Portail</title><p>Identifiez-vous.</p>') });
    case 'not-found':
      response.writeHead(404).end();
      return;
    case 'error':
      response.writeHead(503).end();
      return;
    case 'huge':
      return endless(response, type);
    case 'truncated':
      return send({ ...answer, body: half });
    case 'cut':
      response.writeHead(200, { 'content-type': type, 'content-length': body.length });
      response.write(half, () => response.destroy());
      return;
    case 'garbage':
      return send({ ...answer, body: Buffer.alloc(body.length, 0x2a) });
    case 'redirect':
      response.writeHead(302, { location: how.location ?? `http://localhost:${response.socket?.localPort ?? 0}${path}` }).end();
      return;
    case 'redirect-loop':
      response.writeHead(302, { location: path }).end();
      return;
    case 'pem':
      return send({ ...answer, body: Buffer.from(pem('X509 CRL', body)) });
  }
}

/** Writes until the client goes away, at the pace at which it reads. */
function endless(response: ServerResponse, type: string): void {
  const chunk = Buffer.alloc(64 * 1024, 0x30);
  response.writeHead(200, { 'content-type': type });
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
