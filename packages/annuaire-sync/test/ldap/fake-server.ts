import { duplexPair, type Duplex } from 'node:stream';
import type { SecureSocket } from '@mss/pki';
import { der } from '@mss/testkit';
import { BerReader, PagedResultsControl, SearchRequest, PresenceFilter } from 'ldapts';
import type { LdapDirectoryOptions } from '../../src/ldap/index.js';

/** A request as the server sees it. */
export interface SeenRequest {
  readonly id: number;
  readonly kind: 'bind' | 'search' | 'unbind';
  readonly filter: string;
  readonly attributes: readonly string[];
  readonly sizeLimit: number;
  readonly pageSize: number;
  readonly cookie: string;
  /** The whole message. */
  readonly bytes: Buffer;
}

/** One connection of the client; whatever the script writes goes out as it is. */
export interface Peer {
  readonly socket: Duplex;
  readonly connection: number;
  send(...messages: readonly Uint8Array[]): void;
  close(): void;
}

export type Script = (request: SeenRequest, peer: Peer) => void | Promise<void>;

const text = (value: string): Uint8Array => der.octetString(Buffer.from(value));

/** SearchResultEntry. */
export function entry(id: number, dn: string, attributes: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {}): Uint8Array {
  const list = Object.entries(attributes).map(([name, values]) =>
    der.sequence(text(name), der.set(...values.map((value) => (typeof value === 'string' ? text(value) : der.octetString(value))))),
  );
  return der.sequence(der.integer(id), der.tlv(0x64, [text(dn), der.sequence(...list)]));
}

/** SearchResultReference. */
export const reference = (id: number, uri: string): Uint8Array => der.sequence(der.integer(id), der.tlv(0x73, [text(uri)]));

/** A result: `0x65` of a search, `0x61` of a bind, `0x78` of an extended operation. */
export function result(
  id: number,
  code: number,
  options: { readonly tag?: number; readonly cookie?: string; readonly message?: string } = {},
): Uint8Array {
  const { tag = 0x65, cookie, message = '' } = options;
  const operation = der.tlv(tag, [der.enumerated(code), text(''), text(message)]);
  if (cookie === undefined) return der.sequence(der.integer(id), operation);
  const value = der.octetString(der.sequence(der.integer(0), text(cookie)));
  return der.sequence(der.integer(id), operation, der.context(0, der.sequence(text('1.2.840.113556.1.4.319'), value)));
}

function readRequest(bytes: Buffer): SeenRequest {
  const reader = new BerReader(bytes);
  reader.readSequence();
  const id = reader.readInt() ?? -1;
  const tag = reader.readSequence();
  const nothing = { id, filter: '', attributes: [], sizeLimit: 0, pageSize: 0, cookie: '', bytes };
  if (tag === 0x60) return { ...nothing, kind: 'bind' };
  if (tag === 0x42) return { ...nothing, kind: 'unbind' };
  const search = new SearchRequest({ messageId: id, filter: new PresenceFilter({ attribute: 'x' }) });
  search.parse(reader, []);
  const paged = search.controls?.find((control) => control instanceof PagedResultsControl);
  return {
    ...nothing,
    kind: 'search',
    filter: search.filter.toString(),
    attributes: search.attributes,
    sizeLimit: search.sizeLimit,
    pageSize: paged?.value?.size ?? 0,
    cookie: paged?.value?.cookie?.toString() ?? '',
  };
}

/** An LDAP server in memory behind a policy that hands out its sockets. */
export function fakeServer(script: Script): {
  readonly policy: LdapDirectoryOptions['policy'];
  readonly seen: SeenRequest[];
  readonly connections: Duplex[];
} {
  const seen: SeenRequest[] = [];
  const connections: Duplex[] = [];
  const connect = async (): Promise<SecureSocket> => {
    const [client, socket] = duplexPair();
    const connection = connections.push(socket);
    socket.on('error', () => {});
    const peer: Peer = {
      socket,
      connection,
      send: (...messages) => void socket.write(Buffer.concat(messages)),
      close: () => void socket.destroy(),
    };
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 2) {
        const reader = new BerReader(rest);
        reader.readSequence();
        const end = reader.offset + reader.length;
        if (rest.length < end) return;
        const request = readRequest(rest.subarray(0, end));
        rest = rest.subarray(end);
        seen.push(request);
        if (request.kind !== 'unbind') void script(request, peer);
      }
    });
    // A stream pair has no close of its own that reaches the other side.
    socket.once('close', () => client.destroy());
    return Object.assign(client, { decision: {} }) as unknown as SecureSocket;
  };
  return { policy: { connect, connectStartTls: connect }, seen, connections };
}

/** A configuration for the fake server: names of a schema that nobody has. */
export function options(policy: LdapDirectoryOptions['policy'], given: Partial<LdapDirectoryOptions> = {}): LdapDirectoryOptions {
  return {
    policy,
    host: 'ldap.exemple',
    port: 636,
    security: 'implicit',
    base: 'dc=exemple',
    attributes: { address: ['mel', 'melSecours'], familyName: 'nom', city: 'ville', rpps: 'rpps' },
    wait: async () => {},
    ...given,
  };
}
