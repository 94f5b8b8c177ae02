import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { MssError } from '@mss/core';
import { createSecureChannelPolicy, createTrustStore, type Dial, type SecureChannelPolicy } from '@mss/pki';
import { createTestIgc, type IssuedCertificate, type TestIgc } from '@mss/testkit';
import { createMailDns, type DiscoverMailboxOptions } from '../../src/index.js';
import { startSmtpServer } from '../smtp-server.js';
import { startDnsServer, type DnsServer, type ZoneRecord } from './dns-server.js';

/**
 * An internet of its own: names from a DNS server of the test, public addresses of the documentation range that lead to
 * servers on the loopback, certificates of a test IGC.
 */
export interface TestInternet {
  readonly igc: TestIgc;
  readonly dns: DnsServer;
  readonly policy: SecureChannelPolicy;
  readonly dial: Dial;
  readonly options: DiscoverMailboxOptions;
  /** `address:port` of every TCP connection that was made, in order. */
  readonly dialled: string[];
  /** What the policy's own look-up of names was asked: nothing, when all addresses were checked before. */
  readonly lookedUp: string[];
  /** Puts a TLS server (implicit) at a public address. */
  tls(place: string, hostnames: readonly string[], certificate?: IssuedCertificate): Promise<{ readonly handshakes: () => number }>;
  /** Puts a submission server with STARTTLS there. */
  submission(place: string, hostnames: readonly string[]): Promise<void>;
  /** Puts a web server there. */
  web(address: string, hostnames: readonly string[], answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<void>;
  close(): Promise<void>;
}

export const srv = (target: string, port: number, priority = 0, weight = 0): ZoneRecord => ({
  type: 'SRV',
  priority,
  weight,
  port,
  target,
});
export const a = (address: string): ZoneRecord => ({ type: 'A', address });

export async function startInternet(): Promise<TestInternet> {
  const igc = await createTestIgc();
  await igc.startCrlServer();
  const dns = await startDnsServer();
  const routes = new Map<string, number>();
  const dialled: string[] = [];
  const lookedUp: string[] = [];
  const closers: (() => Promise<unknown>)[] = [];

  const dial: Dial = async ({ host, port, signal }) => {
    const loopback = host === '127.0.0.1';
    if (!loopback) dialled.push(`${host}:${port}`);
    const local = loopback ? port : routes.get(`${host}:${port}`);
    return new Promise<Socket>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: local ?? 1 });
      const unreachable = (cause: Error): void =>
        reject(new MssError('ERR_MSS_TLS_UNREACHABLE', `no connection to ${host}`, { cause, permanent: false }));
      socket.on('error', unreachable);
      socket.once('connect', () => resolve(socket));
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
    });
  };
  const policy = createSecureChannelPolicy({
    trust: createTrustStore({ name: 'test', anchors: [igc.caPem], igcSante: true }),
    dial,
    resolver: async (host) => {
      lookedUp.push(host);
      return [];
    },
  });
  const put = (place: string, port: number, close: () => Promise<unknown>): void => {
    routes.set(place, port);
    closers.push(close);
  };

  return {
    igc,
    dns,
    policy,
    dial,
    options: { policy, resolver: createMailDns({ servers: [dns.server], timeoutMs: 300, tries: 1 }) },
    dialled,
    lookedUp,
    async tls(place, hostnames, given) {
      const certificate = given ?? (await igc.issueServer({ hostnames }));
      let count = 0;
      const server = createTlsServer({ cert: certificate.chainPem, key: certificate.keyPem, maxVersion: 'TLSv1.2' }, (socket) => {
        count += 1;
        socket.on('error', () => {});
      });
      server.on('tlsClientError', () => {});
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      put(place, (server.address() as AddressInfo).port, async () => new Promise((resolve) => server.close(resolve)));
      return { handshakes: () => count };
    },
    async submission(place, hostnames) {
      const server = await startSmtpServer({ certificate: await igc.issueServer({ hostnames }), security: 'starttls' });
      put(place, server.port, () => server.close());
    },
    async web(address, hostnames, answer) {
      const { chainPem: cert, keyPem: key } = await igc.issueServer({ hostnames });
      const server = createHttpsServer({ cert, key, maxVersion: 'TLSv1.2' }, answer);
      server.on('tlsClientError', () => {});
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      put(`${address}:443`, (server.address() as AddressInfo).port, async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      });
    },
    async close() {
      await policy.close();
      await Promise.all(closers.map(async (close) => close()));
      await dns.close();
      await igc.close();
    },
  };
}
