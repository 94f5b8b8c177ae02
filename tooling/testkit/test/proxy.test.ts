import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestIgc, startCaptureServer, startTcpProxy, type IssuedCertificate, type ProxyFaults, type TestIgc } from '../src/index.js';
import { listen } from '../src/listen.js';

let igc: TestIgc;
let server: IssuedCertificate;
let client: IssuedCertificate;
beforeAll(async () => {
  igc = await createTestIgc();
  server = await igc.issueServer({ hostnames: ['127.0.0.1'] });
  client = await igc.issueClient({ commonName: 'LPS de test' });
});
afterAll(async () => igc.close());

/** What an echo server behind a faulty proxy sends back for `sent`, until the connection ends or goes quiet. */
async function echoed(sent: string, faults: ProxyFaults, until: number): Promise<string> {
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await using proxy = await startTcpProxy({ target: { port: await listen(echo) }, faults });
  const socket = connectTcp(proxy.port, proxy.host);
  let received = '';
  const done = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.length >= until) resolve();
    });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  socket.write(sent);
  await done;
  socket.destroy();
  echo.close();
  return received;
}

describe('the TCP proxy', () => {
  it('hands over what it gets', async () => {
    const long = 'x'.repeat(300_000);
    expect(await echoed(long, {}, long.length)).toBe(long);
  });

  it('cuts, garbles, delays, stalls and refuses where it is told', async () => {
    expect(await echoed('0123456789', { cutAfterBytes: { down: 7 } }, 99)).toBe('0123456');
    expect(await echoed('abc', { garble: { up: 1 } }, 3)).toBe('a\u009dc');
    expect(await echoed('abc', { delayMs: { down: 1 } }, 3)).toBe('abc');
    expect(await echoed('abcdef', { stallAfterBytes: { down: 2 } }, 2)).toBe('ab');
    expect(await echoed('abc', { refuse: true }, 99)).toBe('');
  });

  it('lets exactly the bytes before the cut arrive', async () => {
    await using capture = await startCaptureServer();
    await using proxy = await startTcpProxy({ target: { port: capture.port }, faults: { cutAfterBytes: { up: 4 } } });
    const socket = connectTcp(proxy.port, proxy.host).on('error', () => {});
    socket.write('0123456789');
    await once(socket, 'close');
    await expect.poll(() => Buffer.from(capture.connections[0]?.received ?? []).toString()).toBe('0123');
    expect(proxy.connections[0]).toMatchObject({ bytesUp: 4, open: false });
  });
});

async function secure(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, ca: igc.caPem, maxVersion: 'TLSv1.2', ...options });
  await once(socket, 'secureConnect');
  return socket;
}

describe('the capture server', () => {
  it('keeps every decrypted byte and the client certificate', async () => {
    await using capture = await startCaptureServer({
      tls: { key: server.keyPem, cert: server.chainPem },
      greeting: '220 capture\r\n',
      respond: (line) => `250 ${line}\r\n`,
    });
    const socket = await secure(capture.port, { cert: client.chainPem, key: client.keyPem });
    socket.write('EHLO lps\r\n');
    let answer = '';
    for await (const chunk of socket) {
      answer += String(chunk);
      if (answer.includes('250')) break;
    }
    expect(answer).toBe('220 capture\r\n250 EHLO lps\r\n');
    const [connection] = capture.connections;
    expect(Buffer.from(connection!.received).toString()).toBe('EHLO lps\r\n');
    expect(connection).toMatchObject({ secured: true, clientFingerprint: client.fingerprint256 });
    expect(connection!.wire).toMatchObject({ certificates: 2, certificateVerify: true, clearText: '' });
    expect(connection!.wire.clientHello).toMatchObject({ resumes: false });
  });

  it('tells a refusal before the certificate left from one after it', async () => {
    await using capture = await startCaptureServer({ tls: { key: server.keyPem, cert: server.chainPem } });
    // No anchor: the client stops after the server's certificate. In TLS 1.2 Node sends its own first.
    await expect(secure(capture.port, { ca: client.certPem, cert: client.chainPem, key: client.keyPem })).rejects.toThrow();
    await expect(secure(capture.port, { ca: client.certPem })).rejects.toThrow();
    const [leaked, clean] = capture.connections;
    expect(leaked!.wire).toMatchObject({ certificates: 2, certificateVerify: true, applicationBytes: 0 });
    expect(clean!.wire).toMatchObject({ certificates: 0, certificateVerify: false, applicationBytes: 0 });
    expect(clean!.received).toHaveLength(0);
  });

  it.each(['smtp', 'imap'] as const)('speaks the clear dialogue before STARTTLS of %s', async (protocol) => {
    await using capture = await startCaptureServer({ tls: { key: server.keyPem, cert: server.chainPem }, starttls: protocol });
    const raw = connectTcp(capture.port, '127.0.0.1');
    await once(raw, 'data');
    raw.write(protocol === 'smtp' ? 'STARTTLS\r\n' : 'a1 STARTTLS\r\n');
    const [reply] = await once(raw, 'data');
    expect(String(reply)).toMatch(protocol === 'smtp' ? /^220 / : /^a1 OK /);
    const socket = await secure(0, { socket: raw, servername: 'x.test', ca: igc.caPem, checkServerIdentity: () => undefined });
    socket.end('secret');
    await once(socket, 'close');
    const [connection] = capture.connections;
    expect(Buffer.from(connection!.received).toString()).toBe('secret');
    expect(connection!.wire).toMatchObject({
      clearText: protocol === 'smtp' ? 'STARTTLS\r\n' : 'a1 STARTTLS\r\n',
      clientHello: { serverName: 'x.test' },
    });
  });
});
