import { answerOcsp, startOcspResponder, type IssuedCertificate, type OcspResponder } from '@mss/testkit';
import { createTrustStore } from '@mss/pki';
import { fromNow } from './arrange-certificates.js';
import type { Arrangement, World } from './world.js';

/** The host under which a real server shows a state. */
export const hostOf = (key: string): string => `${key.replaceAll(/[:.]/g, '-')}.serveurs.mssante.exemple`;

/** Certificates of every state for the real servers, made once, and the responders that they name. */
export interface ServerCertificates {
  /** @param key - of a state of states-servers.ts. */
  of(key: string): Arrangement;
  close(): Promise<void>;
}

const withoutIntermediate = ({ certPem, keyPem }: IssuedCertificate): Arrangement['server'] => ({ chainPem: certPem, keyPem });

export async function arrangeServers(world: World): Promise<ServerCertificates> {
  const { igc, other } = world;
  const responders: OcspResponder[] = [];
  const made = new Map<string, Arrangement>();
  type Options = Omit<Parameters<typeof igc.issueServer>[0], 'hostnames'>;
  const issue = (key: string, options: Options = {}): Promise<IssuedCertificate> =>
    igc.issueServer({ hostnames: [hostOf(key)], ...options });
  const add = async (key: string, options?: Options): Promise<void> => void made.set(key, { server: await issue(key, options) });

  await add('valid');
  await add('expired', { notAfter: fromNow(-1) });
  await add('not-yet-valid', { notBefore: fromNow(1) });
  await add('client-eku', { eku: ['clientAuth'] });
  made.set('wrong-host', { server: await igc.issueServer({ hostnames: ['autre.mssante.exemple'] }) });
  made.set('self-signed', { server: await igc.issueServer({ hostnames: [hostOf('self-signed')], selfSigned: true }) });
  made.set('unknown-ca', { server: await other.issueServer({ hostnames: [hostOf('unknown-ca')] }) });
  made.set('intermediate-missing', { server: withoutIntermediate(await issue('intermediate-missing')) });
  const trust = createTrustStore({ name: 'complété', anchors: [igc.caPem], intermediates: [igc.intermediate.certPem], igcSante: true });
  made.set('intermediate-in-store', { server: withoutIntermediate(await issue('intermediate-in-store')), trust });

  const revoked = await issue('revoked');
  igc.revoke(revoked);
  made.set('revoked', { server: revoked });
  const issuer = await igc.issueIntermediate({ commonName: 'unused', existing: igc.intermediate });
  igc.revoke(issuer);
  await add('revoked-intermediate', { issuer });

  const [down, old] = [world.place(), world.place()];
  igc.crlServer.setFault('down', { path: down.path });
  igc.crlServer.setBody(old.path, igc.crl(igc.intermediate, { thisUpdate: fromNow(-9), nextUpdate: fromNow(-1) }));
  await add('crl-down', { crlUrls: [down.url] });
  await add('crl-expired', { crlUrls: [old.url] });

  for (const status of ['good', 'revoked'] as const) {
    const responder = await startOcspResponder({ issuer: igc.intermediate, status });
    responders.push(responder);
    await add(`ocsp-${status}`, { crlUrls: [], ocspUrls: [responder.url] });
  }
  for (const [key, status] of [
    ['nginx:stapled', 'good'],
    ['nginx:stapled-revoked', 'revoked'],
  ] as const) {
    const server = await issue(key, { crlUrls: [] });
    made.set(key, { server, staple: answerOcsp(null, { issuer: igc.intermediate, about: server, nonce: 'none', status }) });
  }
  await add('nginx:tls1.3');
  await add('nginx:rsa');

  return {
    of(key): Arrangement {
      const arrangement = made.get(key);
      if (arrangement === undefined) throw new Error(`no certificate for ${key}`);
      return arrangement;
    },
    close: async () => void (await Promise.all(responders.map((one) => one.close()))),
  };
}
