import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { createTestIgc, type TestIgc } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFhirDirectory, type FhirDirectory } from '../../src/fhir/index.js';
import { openWhiteList } from '../../src/white-list/index.js';
import { all, bundle } from './support.js';

let igc: TestIgc;
let policy: SecureChannelPolicy;
let identity: { readonly chainPem: string; readonly keyPem: string };
const servers: Server[] = [];

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  identity = await igc.issueServer({ hostnames: ['localhost'] });
  policy = createSecureChannelPolicy({ kind: 'public-web', trust: createTrustStore({ name: 'test', anchors: [igc.caPem] }) });
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(async () => {
  await policy.close();
  await igc.close();
});

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void, given = identity): Promise<string> {
  const server = createServer({ key: given.keyPem, cert: given.chainPem }, handler);
  server.on('tlsClientError', () => {});
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

const fhir = { 'content-type': 'application/fhir+json' };
const search = (directory: FhirDirectory): Promise<unknown> => all(directory.searchPractitioners({ familyName: 'MARTIN' }));

describe('FHIR over the secure channel [ECO.1.1.1]', () => {
  it('asks page by page with its key', async () => {
    const seen: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      seen.push(String(request.headers['esante-api-key']), request.url);
      const next = { resourceType: 'Bundle', link: [{ relation: 'next', url: `${origin}/fhir/v2?_getpages=2` }] };
      response.writeHead(200, fhir).end(seen.length === 2 ? JSON.stringify(next) : bundle('practitioner-bundle'));
    });
    const directory = createFhirDirectory({ policy, baseUrl: `${origin}/fhir/v2`, apiKey: 'cle' });
    expect(await search(directory)).toMatchObject([{ rpps: '10000000001' }]);
    expect(seen).toEqual(['cle', '/fhir/v2/Practitioner?family=MARTIN&_count=50', 'cle', '/fhir/v2?_getpages=2']);
  });

  it('shows the key to no other server: not by redirect, not to a revoked one', async () => {
    let requests = 0;
    const elsewhere = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const origin = await serve((_, response) => response.writeHead(302, { location: `${elsewhere}/fhir/v2/Practitioner` }).end());
    const redirected = createFhirDirectory({ policy, baseUrl: origin, apiKey: 'cle' });
    await expect(search(redirected)).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REDIRECT' });
    const revoked = await igc.issueServer({ hostnames: ['localhost'] });
    igc.revoke(revoked);
    await using fresh = createSecureChannelPolicy({ kind: 'public-web', trust: createTrustStore({ name: 'test', anchors: [igc.caPem] }) });
    const refused = createFhirDirectory({ policy: fresh, baseUrl: await serve(() => (requests += 1), revoked), apiKey: 'cle' });
    await expect(search(refused)).rejects.toMatchObject({ code: 'ERR_MSS_TLS_REVOKED' });
    expect(requests).toBe(0);
  });

  it('ends a body that stops, and one that is too large, with its codes', async () => {
    const mute = await serve((_, response) => void response.writeHead(200, fhir).write('{"resourceType":'));
    const slow = createFhirDirectory({ policy, baseUrl: mute, apiKey: 'cle', timeoutMs: 200, attempts: 1 });
    await expect(search(slow)).rejects.toMatchObject({ permanent: false });
    const huge = await serve((_, response) => response.writeHead(200, fhir).end(Buffer.alloc(4 * 1024 * 1024, 0x20)));
    const bounded = createFhirDirectory({ policy, baseUrl: huge, apiKey: 'cle', maxResponseBytes: 100_000 });
    await expect(search(bounded)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_FHIR_TOO_LARGE' });
  });
});

describe('the white list over the secure channel [§2.1.2]', () => {
  it('is fetched, confirmed, and bounded', async () => {
    const xml = '<L xmlns="https://listeblanche.mssante.fr/schema"><Domaine><Nom>a.mssante.exemple</Nom></Domaine></L>';
    let body: string | Buffer = xml;
    const origin = await serve((request, response) => {
      const known = request.headers['if-none-match'] === '"1"' && body === xml;
      response.writeHead(known ? 304 : 200, { etag: '"1"' }).end(known ? undefined : body);
    });
    const list = await openWhiteList({ policy, url: `${origin}/listeblanchemssante.xml`, limits: { xmlBytes: 100_000 } });
    expect(await list.refresh()).toMatchObject({ isNew: true });
    expect(await list.refresh()).toMatchObject({ isNew: false });
    body = Buffer.alloc(1024 * 1024, 0x20);
    await expect(list.refresh()).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_WHITE_LIST_FORMAT' });
    expect(list.isInTrustSpace('x@A.mssante.exemple')).toBe(true);
  });
});
