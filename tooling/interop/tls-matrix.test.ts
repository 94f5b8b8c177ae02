import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNginx, type Nginx } from '../servers/nginx.js';
import { startOpensslServer, type OpensslServer } from '../servers/openssl-server.js';
import { arrangeCrl } from './tls-matrix/arrange-crl.js';
import { certificateBuilders } from './tls-matrix/arrange-certificates.js';
import { arrangeOcsp, arrangeStaple } from './tls-matrix/arrange-ocsp.js';
import { arrangeFleet, pathBuilders } from './tls-matrix/arrange-paths.js';
import { arrangeServers, hostOf, type ServerCertificates } from './tls-matrix/arrange-servers.js';
import type { Cell, Group } from './tls-matrix/cell.js';
import { cells } from './tls-matrix/cells.js';
import { meet } from './tls-matrix/client.js';
import { startNamedDovecot, startNamedPostfix, startTlsSlapd, type NamedServer } from './tls-matrix/mail-servers.js';
import { balance, capturePeer, clearProtocolOf, watched } from './tls-matrix/peers.js';
import { arrival, policyOf, runCell, targetOf } from './tls-matrix/run-cell.js';
import { meetRedirect, meetSession, meetWithToken, tokenCertificates } from './tls-matrix/run-session.js';
import { attackingPeer, clearPeer, ssl3Peer } from './tls-matrix/scripts.js';
import type { Peer } from './tls-matrix/sighting.js';
import { suiteStates, versionStates } from './tls-matrix/states-protocol.js';
import { fewServerStates, serverStates } from './tls-matrix/states-servers.js';
import { createMatrixWorld, type Arrangement, type World } from './tls-matrix/world.js';

/**
 * The matrix of the secure channel: every cell of tls-matrix/cells.ts is met by a client that has a client certificate and a credential
 * to lose. In every refused cell the server's side proves that it got neither, nor a single encrypted record.
 */
let world: World;
beforeAll(async () => {
  world = await createMatrixWorld();
});
afterAll(() => world?.close());

const select = (group: Group, peer: Cell['peer'], wanted: (cell: Cell) => boolean = () => true): [string, Cell][] =>
  cells.filter((cell) => cell.group === group && cell.peer === peer && wanted(cell)).map((cell) => [cell.id, cell]);

/** Certificates and CRLs of a state are made once, whatever the ways on which it is met. */
const arranged = new Map<string, Promise<Arrangement>>();
function once(key: string, make: () => Promise<Arrangement>): Promise<Arrangement> {
  let made = arranged.get(key);
  if (made === undefined) arranged.set(key, (made = make()));
  return made;
}

function build(builders: Readonly<Record<string, (world: World) => Promise<Arrangement>>>, { key }: Cell): Promise<Arrangement> {
  const builder = builders[key];
  if (builder === undefined) throw new Error(`nobody knows how to make ${key}`);
  return once(key, () => builder(world));
}

async function closing(peer: Peer, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await peer.close();
  }
}

/** A cell whose server is ours, after whatever must go before it. */
async function meetCapture(cell: Cell, arrangement: Arrangement): Promise<void> {
  const how = { way: cell.way, ...(arrangement.tls === undefined ? {} : { tls: arrangement.tls }) };
  const policy = policyOf(world, cell, arrangement);
  await arrangement.before?.(async (server, own) => {
    const earlier = await capturePeer(server, { way: cell.way });
    const earlierPolicy = own === undefined ? policy : policyOf(world, cell, { ...arrangement, policy: own });
    const target = targetOf(cell, earlier);
    await closing(
      earlier,
      async () => void (await meet(earlierPolicy, { way: cell.way, target }, () => arrival(() => earlier.sightings()))),
    );
    if (own !== undefined) await earlierPolicy.close();
  });
  const peer = await capturePeer(arrangement.server, how);
  await closing(peer, () => runCell({ world, cell, peer, arrangement, policy }));
  await policy.close();
}

/** A cell whose server is `openssl s_server`, behind a proxy that watches the wire. */
async function meetOpenssl(
  cell: Cell,
  arrangement: Arrangement,
  how: { readonly args: readonly string[]; readonly also?: (server: OpensslServer, peer: Peer) => Promise<void> },
): Promise<void> {
  const server = await startOpensslServer({
    identity: arrangement.server,
    clientCaPem: world.igc.caPem,
    args: how.args,
    ...(arrangement.staple === undefined ? {} : { staple: arrangement.staple }),
  });
  const peer = await watched(server.port, { way: cell.way });
  try {
    await closing(peer, async () => {
      await (how.also?.(server, peer) ?? runCell({ world, cell, peer, arrangement }));
    });
    if (cell.expected.verdict === 'refused') expect(server.output()).not.toContain('confidentiel');
  } finally {
    await server.stop();
  }
}

describe('the matrix', () => {
  it('has its cells, each once', () => {
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    expect(cells.length).toBeGreaterThanOrEqual(250);
  });
});

describe('protocol versions [ECO.1.1.2]', () => {
  it.each(select('versions', 's_server'))('%s', async (_, cell) => {
    const args = versionStates.find(({ key }) => key === cell.key)?.args ?? [];
    await meetOpenssl(cell, await build(certificateBuilders, { ...cell, key: 'valid' }), { args });
  });

  it.each(select('versions', 'script'))('%s', async (_, cell) => {
    const peer = await ssl3Peer(clearProtocolOf(cell.way));
    await closing(peer, () => runCell({ world, cell, peer }));
  });
});

describe('cipher suites [ECO.1.1.3]', () => {
  it.each(select('suites', 's_server'))('%s', async (_, cell) => {
    const args = suiteStates.find(({ key }) => key === cell.key)?.args ?? [];
    await meetOpenssl(cell, await build(certificateBuilders, { ...cell, key: 'valid' }), { args });
  });
});

describe('certificates [ECO.1.1.1, 1.1.4 to 1.1.6, 1.1.8, 1.1.10]', () => {
  it.each(select('certificates', 'capture'))('%s', async (_, cell) => meetCapture(cell, await build(certificateBuilders, cell)));
});

describe('CRLs [ECO.1.1.6, 1.1.7]', () => {
  it.each(select('crl', 'capture'))('%s', async (_, cell) => {
    const [subject, state = ''] = cell.key.split(':');
    await meetCapture(cell, await arrangeCrl(world, subject === 'authority' ? 'authority' : 'leaf', state));
  });
});

describe('OCSP [ECO.1.1.6]', () => {
  it.each(select('ocsp', 'capture'))('%s', async (_, cell) => meetCapture(cell, await arrangeOcsp(world, cell.key.slice('ocsp:'.length))));

  it.each(select('ocsp', 's_server'))('%s', async (_, cell) => {
    const arrangement = await arrangeStaple(world, cell.key.slice('stapled:'.length));
    await meetOpenssl(cell, arrangement, { args: ['-tls1_2'] });
  });
});

describe('several paths, several certificates [ECO.1.1.4, 1.1.6]', () => {
  const isFleet = ({ key }: Cell): boolean => /^(balancer|renewal):/.test(key);

  it.each(select('paths', 'capture', (cell) => !isFleet(cell)))('%s', async (_, cell) =>
    meetCapture(cell, await build(pathBuilders, cell)),
  );

  it.each(select('paths', 'capture', isFleet))('%s', async (_, cell) => {
    const { servers, renewal } = await arrangeFleet(world, cell.key);
    const peers = await Promise.all(servers.map((server) => capturePeer(server, { way: cell.way })));
    let renewed = false;
    const fleet = await balance(peers, (connection) => (renewal ? Number(renewed) : connection % peers.length));
    const policy = policyOf(world, cell);
    await closing(fleet, async () => {
      if (renewal) {
        await meet(policy, { way: cell.way, target: targetOf(cell, fleet) }, () => arrival(() => fleet.sightings()));
        renewed = true;
      }
      const judged = renewal ? { judged: () => fleet.behind(1) } : {};
      await runCell({ world, cell, peer: fleet, policy, ...judged });
    });
    await policy.close();
  });
});

describe('the clear part before TLS [ECO.1.1.1]', () => {
  it.each(select('starttls', 'script'))('%s', async (_, cell) => {
    const protocol = clearProtocolOf(cell.way);
    const peer = await (protocol === null ? clearPeer(cell.key) : attackingPeer(protocol, cell.key));
    await closing(peer, () => runCell({ world, cell, peer }));
  });
});

describe('what is not carried over [ECO.1.1.1]', () => {
  it.each(select('sessions', 's_server'))('%s', async (_, cell) => {
    const arrangement = await build(certificateBuilders, { ...cell, key: 'valid' });
    const args = ['-tls1_2', ...(cell.key === 'session-id' ? ['-no_ticket'] : [])];
    await meetOpenssl(cell, arrangement, { args, also: (server, peer) => meetSession({ world, cell, peer, server }) });
  });

  it.each(select('sessions', 'capture', ({ key }) => key.startsWith('token:')))('%s', async (_, cell) => {
    const arrangement = await build(certificateBuilders, { ...cell, key: tokenCertificates[cell.key] ?? '' });
    const peer = await capturePeer(arrangement.server, { way: cell.way });
    await closing(peer, () => meetWithToken({ world, cell, peer }));
  });

  it.each(select('sessions', 'capture', ({ key }) => key.startsWith('redirect:')))('%s', async (_, cell) => meetRedirect(world, cell));
});

describe('real servers of Debian [ECO.1.1.1 to 1.1.6]', () => {
  let certificates: ServerCertificates;
  const running: { stop(): Promise<void> }[] = [];
  let dovecot: NamedServer;
  let postfix: NamedServer;
  let nginx: Nginx;
  const slapds = new Map<string, NamedServer>();

  beforeAll(async () => {
    certificates = await arrangeServers(world);
    // The root alone: given the intermediate, OpenSSL's servers would complete their own chain with it.
    const clientCaPem = world.igc.caPem;
    const shown = serverStates.map(({ key }) => [hostOf(key), certificates.of(key).server] as const);
    dovecot = await startNamedDovecot({ identities: shown, clientCaPem });
    running.push(dovecot);
    postfix = await startNamedPostfix({ identities: shown, clientCaPem });
    running.push(postfix);
    nginx = await startNginx({
      clientCaPem,
      sites: [
        ...shown.map(([name, identity]) => ({ name, identity })),
        { name: hostOf('nginx:tls1.3'), identity: certificates.of('nginx:tls1.3').server, protocols: 'TLSv1.3' },
        { name: hostOf('nginx:rsa'), identity: certificates.of('nginx:rsa').server, protocols: 'TLSv1.2', ciphers: 'AES256-GCM-SHA384' },
        ...['nginx:stapled', 'nginx:stapled-revoked'].map((key) => {
          const { server, staple = new Uint8Array() } = certificates.of(key);
          return { name: hostOf(key), identity: server, staple };
        }),
      ],
      mail: fewServerStates.map(({ key }) => ({ name: hostOf(key), identity: certificates.of(key).server })),
    });
    running.push(nginx);
    for (const { key } of fewServerStates) {
      const slapd = await startTlsSlapd({ identity: certificates.of(key).server, clientCaPem });
      running.push(slapd);
      slapds.set(key, slapd);
    }
  });
  afterAll(async () => {
    for (const server of running.toReversed()) await server.stop();
    await certificates?.close();
  });

  function portFor({ peer, way, key }: Cell): number {
    const security = clearProtocolOf(way) === null ? 'implicit' : 'starttls';
    if (peer === 'nginx') return nginx.portOf(hostOf(key));
    if (peer === 'nginx-mail') return nginx.mailPortOf(hostOf(key), way.startsWith('imap') ? 'imap' : 'smtp', security);
    const server = { dovecot, postfix, slapd: slapds.get(key) }[peer as 'dovecot' | 'postfix' | 'slapd'];
    return (security === 'implicit' ? server?.implicitPort : server?.startTlsPort) ?? 0;
  }

  it.each(cells.filter(({ group }) => group === 'servers').map((cell): [string, Cell] => [cell.id, cell]))('%s', async (_, cell) => {
    const host = hostOf(cell.key);
    const peer = await watched(portFor(cell), { way: cell.way, native: true });
    await closing(peer, () => runCell({ world, cell, peer, arrangement: certificates.of(cell.key), host }));
    if (cell.peer !== 'nginx') return;
    // nginx writes a line for each request that it could decrypt.
    const requests = await nginx.requests(host);
    if (cell.expected.verdict === 'refused') expect(requests).toBe('');
    else expect(requests).toMatch(/^Bearer c0nfidentiel SUCCESS$/m);
  });
});
