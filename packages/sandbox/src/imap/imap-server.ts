import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { ConnectionLog } from '../network/connection-log.js';
import { secure } from '../network/secure.js';
import type { ServerContext } from '../network/server-context.js';
import { secureContextOptions, type ServerIdentity } from '../network/server-identity.js';
import { ImapSession } from './session.js';

export interface ImapServerOptions {
  readonly context: ServerContext;
  readonly identity: ServerIdentity;
  readonly endpoint: string;
  readonly implicitTls: boolean;
}

/**
 * An IMAP4rev1 server over the sandbox's mailboxes, with TLS from the first byte (RFC 8314) or by STARTTLS.
 *
 * RFC 3501 with LITERAL+, SASL-IR, ID, IDLE, ENABLE, NAMESPACE, CHILDREN, LIST-EXTENDED, SPECIAL-USE, UIDPLUS,
 * UNSELECT, MOVE, CONDSTORE, QUOTA and APPENDLIMIT. Not there: QRESYNC, SORT, THREAD, `\Recent`.
 */
export class ImapServer {
  readonly listener: Server;
  readonly #options: ImapServerOptions;
  readonly #secureContext: SecureContext;
  readonly #sockets = new Set<Socket>();

  constructor(options: ImapServerOptions) {
    this.#options = options;
    this.#secureContext = createSecureContext(secureContextOptions(options.identity));
    this.listener = createServer((socket) => void this.#accept(socket));
    this.listener.maxConnections = options.context.limits.connections;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #accept(raw: Socket): Promise<void> {
    const { context, endpoint, implicitTls } = this.#options;
    const log = new ConnectionLog(context.events, { clock: context.clock, server: 'imap', endpoint });
    this.#sockets.add(raw);
    raw.on('error', () => {});
    raw.once('close', () => {
      this.#sockets.delete(raw);
      log.close();
    });
    const socket = implicitTls ? await secure(raw, this.#secureContext, log) : raw;
    if (socket !== null) await new ImapSession(socket, { context, log, secureContext: this.#secureContext }).run();
  }
}
