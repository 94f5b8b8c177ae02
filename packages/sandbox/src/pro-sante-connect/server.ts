import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock, RandomSource } from '@mss/core';
import type { Account } from '../account.js';
import { listen } from '../network/listen.js';
import { clientFingerprint } from '../network/connection-log.js';
import { secureContextOptions, type ServerIdentity } from '../network/server-identity.js';
import { Clients } from './clients.js';
import { formOf, send } from './exchange.js';
import { Grants } from './grants.js';
import { endpointOf, Provider } from './provider.js';
import { SigningKeys } from './signing.js';
import type {
  SandboxProSanteConnect,
  SandboxPscClient,
  SandboxPscFault,
  SandboxPscOptions,
  SandboxPscRequest,
  SandboxPscTelephone,
  SandboxPscUser,
} from './types.js';
import { usersOf } from './users.js';

export interface PscServerOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly identity: ServerIdentity;
  readonly accounts: readonly Account[];
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly settings: SandboxPscOptions;
  /** Whether a certificate of this sandbox may still be used. */
  isValidClient(fingerprint256: string): boolean;
}

const clientId = 'mss-bac-a-sable';
const maxRequests = 1_000;

/** Pro Santé Connect on a port of this machine: HTTPS under the sandbox's IGC. */
export class PscServer implements SandboxProSanteConnect {
  readonly port: number;
  readonly clientId: string = clientId;
  readonly clientSecret: string;
  readonly users: readonly SandboxPscUser[];
  readonly requests: SandboxPscRequest[] = [];
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #clients: Clients;
  readonly #grants: Grants;
  readonly #provider: Provider;
  readonly #isValidClient: PscServerOptions['isValidClient'];

  private constructor(
    options: PscServerOptions,
    listening: { readonly server: Server; readonly sockets: Set<Socket>; readonly port: number },
  ) {
    const { clock, random, settings, host } = options;
    this.#server = listening.server;
    this.#sockets = listening.sockets;
    this.port = listening.port;
    this.users = settings.users ?? usersOf(options.accounts);
    this.#grants = new Grants(clock, random);
    this.#clients = new Clients(clock);
    this.clientSecret = this.#grants.secret();
    this.#clients.add({ clientId, secret: this.clientSecret });
    this.#isValidClient = (fingerprint256) => options.isValidClient(fingerprint256);
    this.#provider = new Provider({
      origin: `https://${host.includes(':') ? `[${host}]` : host}:${this.port}`,
      users: this.users,
      clients: this.#clients,
      grants: this.#grants,
      keys: new SigningKeys(),
      clock,
      accessTokenMs: settings.accessTokenMs ?? 120_000,
      refreshTokenMs: settings.refreshTokenMs ?? 350_000,
      algorithm: settings.signingAlgorithm ?? 'RS256',
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket: Socket) => {
      if (this.#provider.fault === 'down') socket.resetAndDestroy();
    });
  }

  /** @throws MssError `ERR_MSS_SANDBOX_PORT_TAKEN` */
  static async open(options: PscServerOptions): Promise<PscServer> {
    const server = createServer({
      ...secureContextOptions(options.identity),
      requestCert: true,
      rejectUnauthorized: false,
      maxHeaderSize: 32 * 1024,
    });
    const sockets = new Set<Socket>();
    server.maxConnections = 200;
    server.requestTimeout = 30_000;
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    });
    server.on('tlsClientError', () => {});
    return new PscServer(options, { server, sockets, port: await listen(server, options) });
  }

  get issuer(): string {
    return this.#provider.issuer;
  }

  get discoveryUrl(): string {
    return this.#provider.discoveryUrl;
  }

  get pendingSignIns(): SandboxProSanteConnect['pendingSignIns'] {
    return this.#grants.backchannel.values
      .filter(({ answer }) => answer === null)
      .map(({ grant, bindingMessage }) => ({ nationalId: grant.user.nationalId, bindingMessage }));
  }

  registerClient(client: SandboxPscClient): void {
    this.#clients.add(client);
  }

  signInAs(nationalId: string | null): void {
    this.#provider.automatic = this.users.find((user) => user.nationalId === nationalId) ?? null;
  }

  telephone(answer: SandboxPscTelephone): void {
    this.#provider.telephone = answer;
  }

  answerSignIn(nationalId: string, answer: 'approve' | 'deny'): boolean {
    const found = this.#grants.backchannel.values.find((one) => one.answer === null && one.grant.user.nationalId === nationalId);
    if (found !== undefined) found.answer = answer;
    return found !== undefined;
  }

  setFault(fault: SandboxPscFault): void {
    this.#provider.fault = fault;
    if (fault === 'down') this.#cut();
  }

  revokeAccessTokens(): void {
    this.#grants.access.clear();
  }

  endSessions(): void {
    this.#grants.endAll();
  }

  /** Whether an access token opens a mailbox now. */
  opens(token: string, address: string): boolean {
    const mailboxes = this.#grants.holder(token)?.user.mailboxes ?? [];
    return mailboxes.some((one) => one.toLowerCase() === address.toLowerCase());
  }

  async close(): Promise<void> {
    this.#cut();
    if (this.#server.listening) await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#provider.fault === 'silent') return;
    // `//` is a request target, and no address.
    const url = URL.parse(request.url ?? '/', this.#provider.issuer);
    if (url === null) {
      send(response, { status: 400 });
      return;
    }
    const endpoint = endpointOf(url.pathname);
    try {
      const form = request.method === 'POST' ? await formOf(request) : new URLSearchParams();
      if (endpoint === null || form === null) {
        send(response, { status: endpoint === null ? 404 : 413 });
        return;
      }
      const fingerprint = request.socket instanceof TLSSocket ? clientFingerprint(request.socket) : null;
      const answer = await this.#provider.answer({
        method: request.method ?? 'GET',
        endpoint,
        query: url.searchParams,
        form,
        authorization: request.headers.authorization,
        cookie: request.headers.cookie,
        certificate: fingerprint !== null && this.#isValidClient(fingerprint) ? fingerprint : null,
      });
      this.requests.push(Object.freeze({ endpoint, grantType: form.get('grant_type'), status: answer.status }));
      if (this.requests.length > maxRequests) this.requests.shift();
      send(response, answer);
    } catch {
      // The client went away in the middle of its request.
      response.destroy();
    }
  }
}
