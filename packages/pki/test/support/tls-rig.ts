import { createServer, connect, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '@mss/testkit';
import { listen } from './port.js';

/** What a client sent before its first encrypted record, and how many records came after. Read from the wire, not from the TLS stack. */
export interface ClientFlight {
  /** Handshake types in clear (RFC 5246 §7.4): 1 ClientHello, 11 Certificate, 15 CertificateVerify, 16 ClientKeyExchange. */
  readonly handshakes: number[];
  /** Bytes of certificates in clear. */
  certificateBytes: number;
  /** Handshake records after the change of cipher: one, the Finished message, unless a handshake is made again. */
  encryptedHandshakes: number;
  /** Records of application data. */
  applicationRecords: number;
}

/** A TLS server that keeps evidence about its clients. */
export interface TlsRig {
  readonly port: number;
  /** One for each connection, in order. */
  readonly flights: readonly ClientFlight[];
  /** Bytes that the server could decrypt. */
  readonly decryptedBytes: number;
  /** Common names of the client certificates that completed a handshake, `null` for none. */
  readonly clients: readonly (string | null)[];
  /** Names that SNI told. */
  readonly serverNames: readonly (string | false | null)[];
  /** From now on the server shows another certificate. */
  use(certificates: readonly { readonly chainPem: string; readonly keyPem: string }[]): void;
  close(): Promise<void>;
}

export interface RigOptions extends TlsOptions {
  readonly certificate: Pick<IssuedCertificate, 'chainPem' | 'keyPem'>;
  /** Speaks in clear first; resolves when TLS is to begin. */
  readonly startTls?: (socket: Socket) => Promise<void>;
  /** The OCSP response to staple. */
  readonly onOcspRequest?: () => Buffer;
  /** After the handshake. */
  readonly onSecure?: (socket: TLSSocket) => void;
}

function watch(socket: Socket): ClientFlight {
  const flight: ClientFlight = { handshakes: [], certificateBytes: 0, encryptedHandshakes: 0, applicationRecords: 0 };
  let bytes: Buffer = Buffer.alloc(0);
  let encrypted = false;
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt16BE(3)) {
      const type = bytes[0];
      const record = bytes.subarray(5, 5 + bytes.readUInt16BE(3));
      if (type === 20) encrypted = true;
      if (type === 22 && encrypted) flight.encryptedHandshakes++;
      if (type === 23) flight.applicationRecords++;
      const clear = type === 22 && !encrypted ? record : Buffer.alloc(0);
      for (let at = 0; at + 4 <= clear.length; at += 4 + clear.readUIntBE(at + 1, 3)) {
        flight.handshakes.push(record[at] ?? -1);
        if (record[at] === 11) flight.certificateBytes += record.readUIntBE(at + 4, 3);
      }
      bytes = bytes.subarray(5 + record.length);
    }
  });
  return flight;
}

/** Starts it on loopback, behind a wire that is watched. */
export async function startTlsRig(options: RigOptions): Promise<TlsRig> {
  const { certificate, startTls, onSecure, onOcspRequest, ...given } = options;
  const tlsOptions: TlsOptions = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: false, ...given };
  const flights: ClientFlight[] = [];
  const clients: (string | null)[] = [];
  const serverNames: (string | false | null)[] = [];
  const sockets = new Set<Socket>();
  let decryptedBytes = 0;
  let turn = 0;
  let shown: readonly { readonly chainPem: string; readonly keyPem: string }[] = [certificate];

  const inner = createTlsServer(tlsOptions);
  inner.on('secureConnection', (socket) => {
    // Without a certificate the object is empty, whatever its type says.
    const shown: Partial<ReturnType<typeof socket.getPeerCertificate>> = socket.getPeerCertificate();
    clients.push(shown.subject === undefined ? null : String(shown.subject.CN));
    serverNames.push(socket.servername);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => (decryptedBytes += chunk.length));
    onSecure?.(socket);
  });
  inner.on('tlsClientError', () => {});
  if (onOcspRequest !== undefined) {
    inner.on('OCSPRequest', (_certificate, _issuer, respond) => respond(null, onOcspRequest()));
  }
  const innerPort = await listen(inner);

  const bridge = (client: Socket): void => {
    const { chainPem, keyPem } = shown[turn++ % shown.length] ?? certificate;
    inner.setSecureContext({ ...tlsOptions, cert: chainPem, key: keyPem });
    flights.push(watch(client));
    const upstream = connect(innerPort, '127.0.0.1');
    sockets.add(upstream);
    const both = [client, upstream];
    for (const socket of both)
      socket.on('error', () => both.forEach((one) => one.destroy())).on('close', () => both.forEach((one) => one.destroy()));
    client.pipe(upstream);
    upstream.pipe(client);
  };
  const outer = createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    if (startTls === undefined) bridge(client);
    else
      startTls(client).then(
        () => bridge(client),
        () => client.destroy(),
      );
  });
  const port = await listen(outer);

  return {
    port,
    flights,
    clients,
    serverNames,
    get decryptedBytes() {
      return decryptedBytes;
    },
    use(certificates): void {
      shown = certificates;
      turn = 0;
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await Promise.all([inner, outer].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** What a refused server must not have seen: anything beyond a ClientHello, a client certificate, a decrypted byte. */
export function evidence(rig: TlsRig): {
  handshakes: number[];
  certificateBytes: number;
  applicationRecords: number;
  decryptedBytes: number;
  clients: readonly unknown[];
} {
  return {
    handshakes: [...new Set(rig.flights.flatMap((flight) => flight.handshakes))].sort((a, b) => a - b),
    certificateBytes: rig.flights.reduce((sum, flight) => sum + flight.certificateBytes, 0),
    applicationRecords: rig.flights.reduce((sum, flight) => sum + flight.applicationRecords, 0),
    decryptedBytes: rig.decryptedBytes,
    clients: rig.clients,
  };
}

/** {@link evidence} of a server that saw nothing but ClientHellos. */
export const nothingSeen = { handshakes: [1], certificateBytes: 0, applicationRecords: 0, decryptedBytes: 0, clients: [] };
