/** ECO.1.1.1: a client establishes a TLS connection with an operator, whatever the transactions and protocols. */
import { createServer, type Socket } from 'node:net';
import { createSecureChannelPolicy, startTlsDialogues } from '@mss/pki';
import { listen } from '../../../packages/pki/test/support/port.js';
import { refusalOf } from '../../../packages/pki/test/support/refusal.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nothingSeen } from '../../../packages/pki/test/support/tls-rig.js';
import { operatorName, startWorld, type World } from '../../../packages/pki/test/support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function plainServer(behave: (socket: Socket) => void): Promise<{ port: number; received: () => string; close: () => void }> {
  let received = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    behave(socket);
  });
  const port = await listen(server);
  return { port, received: () => received, close: () => server.close() };
}

const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
/** LDAP's StartTLS request, and the answer `unavailable` (RFC 4511 §4.14). */
const ldapRequest = bytes('301d02010177188016312e332e362e312e342e312e313436362e3230303337');
const ldapUnavailable = bytes('300c02010178070a013404000400');

describe('ECO.1.1.1', () => {
  it('connects over TLS to an operator that presents a good certificate', async () => {
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    expect(await world.meet(good)).toMatchObject({ code: 'none', decision: { protocol: 'TLSv1.2' } });
  });

  it('does not connect to an operator that speaks in clear, with implicit TLS', async () => {
    const clear = await plainServer((socket) => socket.write('* OK IMAP4rev1 AUTH=PLAIN\r\n'));
    const policy = createSecureChannelPolicy({ trust: world.trust });
    const refused = await refusalOf(policy.connect({ host: '127.0.0.1', port: clear.port, servername: operatorName, timeoutMs: 15_000 }));
    expect(refused).toMatchObject({ code: 'ERR_MSS_TLS_NOT_TLS', requirement: 'ECO.1.1.1' });
    clear.close();
  });

  it('sends nothing in clear when STARTTLS is not offered, over IMAP, SMTP and LDAP', async () => {
    const policy = createSecureChannelPolicy({ trust: world.trust });
    const answers: readonly [ReturnType<typeof startTlsDialogues.imap>, string, string, string][] = [
      [startTlsDialogues.imap(), '* OK ready\r\n', '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK\r\n', 'a1 CAPABILITY\r\n'],
      [startTlsDialogues.smtp(), '220 ready\r\n', '250-hello\r\n250 AUTH PLAIN\r\n', 'EHLO localhost\r\n'],
      [startTlsDialogues.ldap(), '', ldapUnavailable, ldapRequest],
    ];
    for (const [startTls, greeting, answer, said] of answers) {
      const stripped = await plainServer((socket) => {
        socket.write(greeting);
        socket.once('data', () => socket.write(Buffer.from(answer, 'latin1')));
      });
      const refused = await refusalOf(
        policy.connectStartTls({ host: '127.0.0.1', port: stripped.port, servername: operatorName, startTls, timeoutMs: 15_000 }),
      );
      expect(refused).toMatchObject({ code: 'ERR_MSS_TLS_STARTTLS_REFUSED', requirement: 'ECO.1.1.1' });
      expect(stripped.received()).toBe(said);
      stripped.close();
    }
  });

  it('fetches no clear-text address', async () => {
    const policy = createSecureChannelPolicy({ trust: world.trust });
    expect(await refusalOf(policy.fetch('http://localhost/'))).toMatchObject({ code: 'ERR_MSS_TLS_CLEAR_TEXT', requirement: 'ECO.1.1.1' });
  });

  it('goes without TLS over a VPN only where the configuration lists host and port under a name that says what it is', async () => {
    const behindVpn = await plainServer(() => {});
    const target = { host: '127.0.0.1', port: behindVpn.port };
    const ordinary = createSecureChannelPolicy({ trust: world.trust });
    expect(await refusalOf(ordinary.dangerouslyConnectInClear(target))).toMatchObject({
      code: 'ERR_MSS_TLS_CLEAR_TEXT',
      requirement: 'ECO.1.1.1',
    });
    const listed = createSecureChannelPolicy({ trust: world.trust, dangerouslyAllowClearText: [`127.0.0.1:${behindVpn.port}`] });
    const socket = await listed.dangerouslyConnectInClear(target);
    expect(socket.decision.protocol).toBeNull();
    socket.destroy();
    behindVpn.close();
  });

  it('talks to nobody but the operator: the certificate must cover the host', async () => {
    const other = await world.igc.issueServer({ hostnames: ['other.mssante.fr'] });
    expect(await world.meet(other)).toMatchObject({ code: 'ERR_MSS_TLS_HOST', requirement: 'ECO.1.1.1', evidence: nothingSeen });
  });
});
