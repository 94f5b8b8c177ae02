/** ECO.1.1.9 (v1.0.1): the mailbox is configured by DNS SRV; nobody but the mailbox's domain, or the configuration, names a server. */
import { discoverMailbox } from '@mss/transport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { a, srv, startInternet, type TestInternet } from '../../../packages/transport/test/autoconfig/world.js';

const domain = 'cabinet.mssante.test';
const host = `mail.${domain}`;
let net: TestInternet;

beforeAll(async () => {
  net = await startInternet();
  await net.tls('203.0.113.10:993', [host]);
  await net.submission('203.0.113.10:587', [host]);
  await net.tls('203.0.113.20:993', ['mail.voleur.test']);
});
afterAll(() => net.close());

describe('ECO.1.1.9', () => {
  it('finds reading and submission by the SRV records of the mailbox’s domain', async () => {
    net.dns.zone({
      [`_imaps._tcp.${domain}`]: [srv(host, 993)],
      [`_submission._tcp.${domain}`]: [srv(host, 587)],
      [host]: [a('203.0.113.10')],
    });
    expect(await discoverMailbox(`medecin@${domain}`, { ...net.options, profile: 'ref2-1.0.1' })).toMatchObject({
      source: 'srv',
      imap: { host, port: 993, security: 'implicit', servername: host },
      smtp: { host, port: 587, security: 'starttls', servername: host },
    });
    expect(net.dns.asked.every((question) => question.includes(domain))).toBe(true);
  });

  it('does not believe a record that sends to a server which the domain has not authorised', async () => {
    net.dns.zone({ [`_imaps._tcp.${domain}`]: [srv('mail.voleur.test', 993)], 'mail.voleur.test': [a('203.0.113.20')] });
    await expect(discoverMailbox(`medecin@${domain}`, net.options)).rejects.toMatchObject({
      code: 'ERR_MSS_AUTOCONFIG_REFUSED',
      details: { refusals: [{ code: 'ERR_MSS_AUTOCONFIG_OUTSIDE', host: 'mail.voleur.test' }] },
    });
  });

  it('says that nothing was found, and invents no server', async () => {
    net.dns.zone({});
    net.dialled.length = 0;
    await expect(discoverMailbox(`medecin@${domain}`, net.options)).rejects.toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_NOT_FOUND' });
    expect(net.dialled).toEqual([]);
  });
});
