import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { openWhiteList, type WhiteList } from '@mss/annuaire-sync';
import { composeMessage, type ComposeOptions, type MessageDraft } from '@mss/message';
import { createSecureChannelPolicy, createTrustStore, type SecureChannelPolicy } from '@mss/pki';
import { createTestIgc, type TestIgc } from '@mss/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let igc: TestIgc;
let policy: SecureChannelPolicy;
let server: Server;
let list: WhiteList;

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  const { chainPem, keyPem } = await igc.issueServer({ hostnames: ['localhost'] });
  const xml = await readFile(new URL('../testdata/annuaire/white-list/valid.xml', import.meta.url));
  server = createServer({ key: keyPem, cert: chainPem }, (_, response) => void response.end(xml));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'test', anchors: [igc.caPem], igcSante: true }) });
  list = await openWhiteList({ policy, url: `https://localhost:${(server.address() as AddressInfo).port}/listeblanchemssante.xml` });
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await policy?.close();
  await igc?.close();
});

async function composeTo(address: string, options: Partial<ComposeOptions> = {}): Promise<string> {
  const from: MessageDraft['from'] = {
    address: 'marie.martin@medecin.mssante.exemple',
    label: { kind: 'personal', title: 'Dr', givenName: 'Marie', familyName: 'MARTIN' },
  } as never;
  try {
    await composeMessage({ from, to: [{ kind: 'professional', address }], subject: 'Bonjour' } as never, {
      isInTrustSpace: list.isInTrustSpace,
      ...options,
    });
    return 'composed';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

describe('composing where a white list is configured [§2.1.2]', () => {
  it('refuses while no list was ever fetched: unknown is outside', async () => {
    expect(await composeTo('a@medecin.mssante.exemple')).toBe('ERR_MSS_ANNUAIRE_WHITE_LIST_NONE');
  });

  it('goes to domains of the list however they are written, to no other, save by the dangerous switch', async () => {
    await list.refresh();
    expect(await composeTo('a@Hopital.mssante.exemple')).toBe('composed');
    expect(await composeTo('a@santé-numérique.exemple')).toBe('composed');
    expect(await composeTo('a@ailleurs.exemple')).toBe('ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE');
    expect(await composeTo('a@sous.medecin.mssante.exemple')).toBe('ERR_MSS_MESSAGE_OUTSIDE_TRUST_SPACE');
    expect(await composeTo('a@ailleurs.exemple', { dangerouslyAllowOutsideTrustSpace: true })).toBe('composed');
  });
});
