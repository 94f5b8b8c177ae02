/** ECO.1.1.3: one of the four listed cipher suites is negotiated; otherwise the connection is not established. */
import { createServer } from 'node:net';
import { createSecureChannelPolicy } from '@mss/pki';
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

describe('ECO.1.1.3', () => {
  it.each([
    ['0xC030', 'ECDHE-RSA-AES256-GCM-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
    ['0xC02F', 'ECDHE-RSA-AES128-GCM-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    ['0xC028', 'ECDHE-RSA-AES256-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384'],
    ['0xC027', 'ECDHE-RSA-AES128-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256'],
  ])('negotiates %s', async (_, ciphers, iana) => {
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    expect((await world.meet(good, { rig: { ciphers } })).decision?.cipher).toBe(iana);
  });

  it.each([
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-RSA-AES256-SHA',
    'ECDHE-RSA-AES128-SHA',
    'AES256-GCM-SHA384',
    'AES128-SHA256',
    'AES256-SHA',
  ])('makes no connection with an operator that has only %s', async (suite) => {
    const good = await world.igc.issueServer({ hostnames: [operatorName] });
    const rig = { ciphers: `${suite}:@SECLEVEL=0` };
    expect(await world.meet(good, { rig })).toMatchObject({ code: 'ERR_MSS_TLS_SUITE', requirement: 'ECO.1.1.3', evidence: nothingSeen });
  });

  it('offers these four suites and no other in its ClientHello', async () => {
    const hellos: Buffer[] = [];
    const listener = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (hello: Buffer) => {
        hellos.push(hello);
        socket.destroy();
      });
    });
    const port = await listen(listener);
    const policy = createSecureChannelPolicy({ trust: world.trust });
    await refusalOf(policy.connect({ host: '127.0.0.1', port, servername: operatorName, timeoutMs: 15_000 }));
    listener.close();
    const [hello = Buffer.alloc(0)] = hellos;
    // Record header 5, handshake header 4, version 2, random 32, then the session id and the suites with their lengths.
    const suitesAt = 44 + (hello[43] ?? 0);
    const suites = Array.from({ length: hello.readUInt16BE(suitesAt) / 2 }, (_, index) => hello.readUInt16BE(suitesAt + 2 + 2 * index));
    // 0x00FF is no suite: it announces secure renegotiation (RFC 5746 §3.3).
    expect(suites.filter((suite) => suite !== 0x00ff)).toEqual([0xc030, 0xc02f, 0xc028, 0xc027]);
  });
});
