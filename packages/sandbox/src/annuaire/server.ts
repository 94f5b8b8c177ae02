import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { MssError } from '@mss/core';
import type { SandboxErrorCode } from '../errors.js';
import { listen } from '../network/listen.js';
import { secureContextOptions, type ServerIdentity } from '../network/server-identity.js';
import type { Publication, PublishedName } from './publication.js';
import { answerFor, type FileAnswer, type PublishedFile } from './published-file.js';
import type { SandboxAnnuaire, SandboxAnnuaireFault, SandboxAnnuaireRequest } from './types.js';

export interface AnnuaireServerOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly identity: ServerIdentity;
  readonly publication: Publication;
}

const maxRequests = 1_000;
/** Paths as on the real servers. */
const extraction = '/annuaire-sante-webservices/V300/services/extraction/';
const whiteListPath = '/listeblanchemssante.xml';
const published: Readonly<Record<string, PublishedName>> = {
  [`${extraction}Extraction_Correspondance_MSSante`]: 'Extraction_Correspondance_MSSante',
  [`${extraction}PS_LibreAcces`]: 'PS_LibreAcces',
  [whiteListPath]: 'white-list',
};
const page = new TextEncoder().encode(
  '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Maintenance</title><p>Le service est en maintenance.</p></html>\n',
);
const slowBytes = 1_000;
const slowMs = 100;

/** The files of the Annuaire on a port of this machine: HTTPS under the sandbox's IGC. */
export class AnnuaireServer implements SandboxAnnuaire {
  readonly port: number;
  readonly mailboxesUrl: string;
  readonly professionalsUrl: string;
  readonly whiteListUrl: string;
  readonly requests: SandboxAnnuaireRequest[] = [];
  readonly #publication: Publication;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  #fault: SandboxAnnuaireFault = 'none';
  #faultTimes = Number.POSITIVE_INFINITY;

  private constructor({ host, publication }: AnnuaireServerOptions, { server, port }: { readonly server: Server; readonly port: number }) {
    this.port = port;
    this.#publication = publication;
    this.#server = server;
    const origin = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.mailboxesUrl = `${origin}${extraction}Extraction_Correspondance_MSSante`;
    this.professionalsUrl = `${origin}${extraction}PS_LibreAcces`;
    this.whiteListUrl = `${origin}${whiteListPath}`;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
      if (this.#fault === 'down') {
        this.#takeFault();
        socket.resetAndDestroy();
      }
    });
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** @throws MssError `ERR_MSS_SANDBOX_PORT_TAKEN` */
  static async open(options: AnnuaireServerOptions): Promise<AnnuaireServer> {
    const server = createServer({ ...secureContextOptions(options.identity), maxHeaderSize: 32 * 1024 });
    server.maxConnections = 200;
    server.requestTimeout = 30_000;
    server.on('tlsClientError', () => {});
    return new AnnuaireServer(options, { server, port: await listen(server, options) });
  }

  get domains(): readonly string[] {
    return this.#publication.domains;
  }

  nextDay({ percent = 0.3 }: { readonly percent?: number } = {}): void {
    if (!(percent >= 0 && percent <= 100)) throw optionError('percent is a number from 0 to 100');
    this.#publication.nextDay(percent);
  }

  setFault(fault: SandboxAnnuaireFault, { times = Number.POSITIVE_INFINITY }: { readonly times?: number } = {}): void {
    this.#fault = fault;
    this.#faultTimes = times;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  /** The fault for this request; it is used up. */
  #takeFault(): SandboxAnnuaireFault {
    const fault = this.#fault;
    this.#faultTimes -= 1;
    if (this.#faultTimes <= 0) this.setFault('none');
    return fault;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    // `//` is a request target, and no address.
    const path = URL.parse(request.url ?? '/', 'https://sandbox/')?.pathname ?? '';
    const answered = (status: number, more: Readonly<Record<string, string>>): void => {
      this.requests.push(Object.freeze({ method, path, range: headers.range ?? null, status }));
      if (this.requests.length > maxRequests) this.requests.shift();
      response.writeHead(status, { ...more, connection: 'close' });
    };
    const name = published[path];
    if (name === undefined || (method !== 'GET' && method !== 'HEAD')) {
      answered(name === undefined ? 404 : 405, name === undefined ? {} : { allow: 'GET, HEAD' });
      response.end();
      return;
    }
    const fault = this.#takeFault();
    if (fault === 'silent') return;
    if (fault === 'unavailable') {
      answered(503, { 'retry-after': '1' });
      response.end();
      return;
    }
    const answer = fault === 'html' ? maintenance() : answerFor(served(this.#publication.file(name), fault), headers);
    answered(answer.status, answer.headers);
    if (method === 'HEAD') response.end();
    else await this.#send(response, answer.body, fault);
  }

  async #send(response: ServerResponse, body: Uint8Array, fault: SandboxAnnuaireFault): Promise<void> {
    if (fault === 'broken-off') {
      response.write(body.subarray(0, body.length >> 1), () => response.destroy());
      return;
    }
    if (fault !== 'slow') {
      response.end(body);
      return;
    }
    try {
      for (let at = 0; at < body.length && !response.destroyed; at += slowBytes) {
        response.write(body.subarray(at, at + slowBytes));
        await after(slowMs, undefined, { signal: this.#closing.signal, ref: false });
      }
      response.end();
    } catch {
      // The sandbox stops.
      response.destroy();
    }
  }
}

const maintenance = (): FileAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-length': String(page.length) },
  body: page,
});

function served(file: PublishedFile, fault: SandboxAnnuaireFault): PublishedFile {
  if (fault !== 'truncated') return file;
  return { ...file, bytes: file.bytes.subarray(0, file.bytes.length >> 1), etag: `"half-${file.etag.slice(1)}` };
}

const optionError = (message: string): MssError<SandboxErrorCode> => new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_OPTION', message);
