import { isMssError } from '@mss/core';
import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
import { createTestIgc } from '@mss/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMailDns, discoverMailbox, mailizMailboxPreset, type DiscoverMailboxOptions, type MailDns } from '../src/index.js';
import type { ZoneAnswer } from './autoconfig/dns-server.js';
import { a, srv, startInternet, type TestInternet } from './autoconfig/world.js';

let net: TestInternet;
const domain = 'cabinet.mssante.test';
const address = `claire@${domain}`;
const inside = { imap: `imap.${domain}`, smtp: `smtp.${domain}` };
const imapAt = '203.0.113.10';
const smtpAt = '203.0.113.11';
const webAt = '203.0.113.80';
const outsideAt = '203.0.113.20';

let page: (path: string) => { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string } = () => ({});

beforeAll(async () => {
  net = await startInternet();
  await net.tls(`${imapAt}:993`, [inside.imap]);
  await net.submission(`${smtpAt}:587`, [inside.smtp]);
  await net.tls(`${smtpAt}:465`, [inside.smtp]);
  // A shared server of an operator, with a certificate of its own name only, and one that names the domain it serves.
  await net.tls(`${outsideAt}:993`, ['imap.operateur.test']);
  await net.tls(`203.0.113.21:993`, ['imap.operateur.test', domain]);
  await net.tls(`203.0.113.21:465`, ['smtp.operateur.test', domain]);
  await net.web(webAt, [`autoconfig.${domain}`, domain, 'ailleurs.test'], ({ url }, response) => {
    const { status = 404, headers = {}, body = '' } = page(url ?? '');
    response.writeHead(status, headers).end(body);
  });
});
afterAll(() => net.close());

beforeEach(() => {
  page = () => ({});
  net.dialled.length = 0;
  net.lookedUp.length = 0;
});

const hosts: Record<string, ZoneAnswer> = {
  [inside.imap]: [a(imapAt)],
  [inside.smtp]: [a(smtpAt)],
  'imap.operateur.test': [a(outsideAt)],
  'imap2.operateur.test': [a('203.0.113.21')],
  'smtp.operateur.test': [a('203.0.113.21')],
};
const smtpRecord = { [`_submissions._tcp.${domain}`]: [srv(inside.smtp, 465)] };

const xml = (servers: string): string => `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">
  <domain>${domain}</domain>${servers}</emailProvider></clientConfig>`;
const server = (kind: 'incoming' | 'outgoing', host: string, port: number, socketType: string, more = ''): string =>
  `<${kind}Server type="${kind === 'incoming' ? 'imap' : 'smtp'}"><hostname>${host}</hostname><port>${port}</port>
   <socketType>${socketType}</socketType>${more}</${kind}Server>`;
const goodDocument = xml(
  `<incomingServer type="pop3"><hostname>pop.${domain}</hostname><port>995</port><socketType>SSL</socketType></incomingServer>` +
    server('incoming', 'imap.%EMAILDOMAIN%', 993, 'SSL', '<username>%EMAILLOCALPART%</username>') +
    server('outgoing', inside.smtp, 587, 'STARTTLS', '<username>%EMAILADDRESS%</username>'),
);
const published = { [`autoconfig.${domain}`]: [a(webAt)], [domain]: [a(webAt)] };

async function failure(
  options: Partial<DiscoverMailboxOptions> = {},
  who = address,
): Promise<{ code: string; codes: string[]; error: unknown }> {
  try {
    await discoverMailbox(who, { ...net.options, ...options });
  } catch (error) {
    if (!isMssError(error)) throw error;
    const refusals = (error.details['refusals'] ?? []) as readonly { readonly code: string }[];
    return { code: error.code, codes: refusals.map(({ code }) => code), error };
  }
  throw new Error('servers were found');
}

describe('SRV records [RFC 6186, RFC 8314]', () => {
  it('name the servers, which are tried on the addresses that were checked', async () => {
    net.dns.zone({ ...hosts, ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)] });
    const found = await discoverMailbox(address, net.options);
    expect(found).toMatchObject({
      imap: { host: inside.imap, port: 993, security: 'implicit', servername: inside.imap, mailboxDomain: domain, addresses: [imapAt] },
      smtp: { host: inside.smtp, port: 465, security: 'implicit', source: 'srv' },
      userName: address,
      source: 'srv',
      refusals: [],
    });
    expect(found.imap.decision).toMatchObject({ protocol: 'TLSv1.2', revocation: { status: 'good' } });
    expect(new Set(net.dialled)).toEqual(new Set([`${imapAt}:993`, `${smtpAt}:465`]));
    expect(net.lookedUp).toEqual([]);
  });

  it('are tried without the identity of the policy: nobody is asked for a PIN', async () => {
    net.dns.zone({ ...hosts, ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)] });
    const offered: unknown[] = [];
    const policy: DiscoverMailboxOptions['policy'] = {
      connect: async (options) => net.policy.connect(options),
      async warm(options) {
        offered.push(options.clientIdentity);
        return net.policy.warm(options);
      },
    };
    await discoverMailbox(address, { ...net.options, policy });
    expect(offered).toEqual([null, null]);
  });

  it('are asked under A-labels for an internationalised domain, and an address can be pinned', async () => {
    const alabels = 'xn--sant-epa.mssante.test';
    const host = `imap.${alabels}`;
    await net.tls('203.0.113.30:993', [host]);
    net.dns.zone({
      [`_imaps._tcp.${alabels}`]: [srv(host, 993)],
      [`_submissions._tcp.${alabels}`]: [srv(host, 993)],
      [host]: [a('203.0.113.30')],
    });
    const found = await discoverMailbox('claire@Santé.mssante.test', { ...net.options, pinAddresses: true });
    expect(found).toMatchObject({
      imap: { host: '203.0.113.30', servername: host, mailboxDomain: alabels },
      userName: `claire@${alabels}`,
    });
  });

  it('of the lower priority come first, over both ways of TLS; at equal priority the profile decides', async () => {
    const both = (implicit: number, starttls: number): Record<string, ZoneAnswer> => ({
      ...hosts,
      [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)],
      [`_submissions._tcp.${domain}`]: [srv(inside.smtp, 465, implicit)],
      [`_submission._tcp.${domain}`]: [srv(inside.smtp, 587, starttls)],
    });
    const ports = async (profile: 'ref2-0.1' | 'ref2-1.0.1'): Promise<number> =>
      (await discoverMailbox(address, { ...net.options, profile })).smtp.port;
    net.dns.zone(both(10, 0));
    expect(await ports('ref2-0.1')).toBe(587);
    net.dns.zone(both(0, 10));
    expect(await ports('ref2-1.0.1')).toBe(465);
    net.dns.zone(both(5, 5));
    expect([await ports('ref2-0.1'), await ports('ref2-1.0.1')]).toEqual([465, 587]);
  });

  it('that say "." stop the search [RFC 2782]', async () => {
    page = () => ({ status: 200, body: goodDocument });
    net.dns.zone({ ...hosts, ...published, ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv('.', 0)] });
    expect(await failure()).toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_NOT_OFFERED' });
    net.dns.zone({ ...hosts, ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)], [`_imap._tcp.${domain}`]: [srv('.', 0)] });
    expect((await discoverMailbox(address, net.options)).imap.port).toBe(993);
  });

  it('whose first server does not answer give way to the next', async () => {
    net.dns.zone({ ...hosts, ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv(inside.imap, 994, 0), srv(inside.imap, 993, 1)] });
    const found = await discoverMailbox(address, net.options);
    expect(found.imap.port).toBe(993);
    expect(found.refusals).toMatchObject([{ service: 'imap', port: 994, code: 'ERR_MSS_TLS_UNREACHABLE', permanent: false }]);
  });
});

describe('a server outside the domain of the mailbox [RFC 6186 §6]', () => {
  const to = (target: string): void => net.dns.zone({ ...hosts, ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv(target, 993)] });

  it('must show a certificate that covers the domain', async () => {
    to('imap2.operateur.test');
    const found = await discoverMailbox(address, net.options);
    expect(found.imap).toMatchObject({ host: 'imap2.operateur.test', servername: domain });
    to('imap.operateur.test');
    expect(await failure()).toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_REFUSED', codes: ['ERR_MSS_AUTOCONFIG_OUTSIDE'] });
  });

  it('or be confirmed in the configuration, and then show its own name', async () => {
    to('imap.operateur.test');
    const found = await discoverMailbox(address, { ...net.options, confirmedTargets: ['IMAP.operateur.test'] });
    expect(found.imap).toMatchObject({ host: 'imap.operateur.test', servername: 'imap.operateur.test' });
    expect(await failure({ confirmedTargets: ['operateur.test'] })).toMatchObject({ codes: ['ERR_MSS_AUTOCONFIG_OUTSIDE'] });
  });

  it('is refused by the channel policy later too, when nothing was verified now', async () => {
    to('imap.operateur.test');
    const { imap } = await discoverMailbox(address, { ...net.options, verify: false });
    expect(imap.decision).toBeNull();
    const { host: _, ...target } = imap;
    await expect(net.policy.connect({ ...target, host: outsideAt })).rejects.toMatchObject({ code: 'ERR_MSS_TLS_HOST' });
  });

  it('is not one whose name only ends like the domain', async () => {
    await net.tls('203.0.113.22:993', [`mal${domain}`]);
    net.dns.zone({ ...hosts, ...smtpRecord, [`mal${domain}`]: [a('203.0.113.22')], [`_imaps._tcp.${domain}`]: [srv(`mal${domain}`, 993)] });
    expect(await failure()).toMatchObject({ codes: ['ERR_MSS_AUTOCONFIG_OUTSIDE'] });
  });
});

describe('an autoconfig document', () => {
  const publish = (body: string, more: Record<string, ZoneAnswer> = {}): void => {
    page = () => ({ status: 200, body });
    net.dns.zone({ ...hosts, ...published, ...more });
  };

  it('of the own domain is asked when there is no SRV record', async () => {
    publish(goodDocument);
    const found = await discoverMailbox(address, net.options);
    expect(found).toMatchObject({
      imap: { host: inside.imap, port: 993, security: 'implicit', source: 'autoconfig' },
      smtp: { host: inside.smtp, port: 587, security: 'starttls' },
      userName: 'claire',
      source: 'autoconfig',
    });
    expect(net.dialled.filter((place) => place === `${webAt}:443`).length).toBeGreaterThan(0);
    expect(net.lookedUp).toEqual([]);
  });

  it('is also found under the domain itself, and fills in for the service that SRV does not name', async () => {
    page = (path) => (path === '/.well-known/autoconfig/mail/config-v1.1.xml' ? { status: 200, body: goodDocument } : {});
    net.dns.zone({ ...hosts, ...published, ...smtpRecord });
    const found = await discoverMailbox(address, net.options);
    expect([found.imap.source, found.smtp.source, found.source]).toEqual(['autoconfig', 'srv', 'autoconfig']);
  });

  it('never makes a server without TLS usable [ECO.1.1.1]', async () => {
    publish(xml(server('incoming', inside.imap, 143, 'plain') + server('outgoing', inside.smtp, 587, 'STARTTLS')));
    const { error } = await failure();
    expect(error).toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_REFUSED', requirement: 'ECO.1.1.1' });
  });

  it('cannot name an address, a path or a port that is none', async () => {
    publish(
      xml(server('incoming', '10.0.0.1', 993, 'SSL') + server('incoming', 'a/b', 993, 'SSL') + server('incoming', inside.imap, 0, 'SSL')),
    );
    expect(await failure()).toMatchObject({ codes: Array.from({ length: 3 }, () => 'ERR_MSS_AUTOCONFIG_TARGET') });
  });

  it('cannot name the user', async () => {
    publish(goodDocument.replace('%EMAILLOCALPART%', 'admin'));
    expect((await discoverMailbox(address, net.options)).userName).toBe(address);
  });

  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><clientConfig>&b;</clientConfig>`;
  it.each([
    ['a page of HTML', '<!doctype html><html><body>Bienvenue'],
    ['an entity bomb', bomb],
    ['a document of megabytes', xml('<x>'.padEnd(3_000_000, 'a'))],
    ['a deep document', xml('<x>'.repeat(200) + '</x>'.repeat(200))],
    ['a document of ten thousand servers', xml(server('incoming', 'x.test', 1, 'SSL').repeat(10_000))],
    ['another document', '<rss version="2.0"><channel/></rss>'],
    ['nothing', ''],
  ])('that is %s is refused', async (_name, body) => {
    publish(body);
    const { codes } = await failure();
    expect(new Set(codes)).toEqual(new Set(['ERR_MSS_AUTOCONFIG_DOCUMENT']));
  });

  it.each([
    ['to plain HTTP', 'http://autoconfig.cabinet.mssante.test/x'],
    ['to another domain', 'https://ailleurs.test/config.xml'],
    ['to another port', 'https://autoconfig.cabinet.mssante.test:8443/x'],
    ['with credentials', 'https://a:b@autoconfig.cabinet.mssante.test/x'],
    ['to itself, for ever', '/again'],
    ['nowhere', 'https://'],
  ])('that redirects %s is not followed', async (_name, location) => {
    // Wherever it leads, a good document would wait there.
    page = (path) => (['/x', '/config.xml'].includes(path) ? { status: 200, body: goodDocument } : { status: 302, headers: { location } });
    net.dns.zone({ ...hosts, ...published, 'ailleurs.test': [a(webAt)] });
    const { codes } = await failure();
    expect(new Set(codes)).toEqual(new Set(['ERR_MSS_AUTOCONFIG_REDIRECT']));
  });

  it('may move within its domain', async () => {
    page = (path) =>
      path === '/ici.xml' ? { status: 200, body: goodDocument } : { status: 301, headers: { location: `https://${domain}/ici.xml` } };
    net.dns.zone({ ...hosts, ...published });
    expect((await discoverMailbox(address, net.options)).imap.source).toBe('autoconfig');
  });

  it.each([
    ['an error', { status: 503 }],
    ['an answer that switches protocols', { status: 101, headers: { connection: 'upgrade', upgrade: 'other' } }],
  ])('behind %s is asked for again later', async (_, answer) => {
    page = () => answer;
    net.dns.zone({ ...hosts, ...published });
    const { code, codes, error } = await failure();
    expect({ code, error }).toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_UNREACHABLE', error: { permanent: false } });
    expect(codes).toContain('ERR_MSS_AUTOCONFIG_HTTP');
  });
});

describe('private addresses', () => {
  const privately = (at: string): void =>
    net.dns.zone({ ...hosts, ...smtpRecord, [inside.imap]: [a(at)], [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)] });

  it.each(['127.0.0.1', '10.1.2.3', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'])('%s is not connected to', async (at) => {
    privately(at);
    expect(await failure()).toMatchObject({ codes: ['ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS'] });
    expect(net.dialled).toEqual([]);
  });

  it('of a name with a public address as well are not either', async () => {
    net.dns.zone({
      ...hosts,
      ...smtpRecord,
      [inside.imap]: [a(imapAt), a('10.0.0.1')],
      [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)],
    });
    expect(await failure()).toMatchObject({ codes: ['ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS'] });
  });

  it('of IPv6 are known in every form', async () => {
    for (const at of [
      '::1',
      '::',
      'fd00::1',
      'fe80::1%eth0',
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
      '64:ff9b::a00:1',
      '::7f00:1',
      'ff02::1',
      'nonsense',
    ]) {
      const resolver: MailDns = {
        srv: async (name) => (name.startsWith('_imaps') ? [{ priority: 0, weight: 0, port: 993, target: inside.imap }] : []),
        addresses: async (host) => (host === inside.imap ? [at] : []),
      };
      expect([at, (await failure({ resolver })).codes[0]]).toEqual([at, 'ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS']);
    }
    for (const at of ['2001:db8::1', '::ffff:203.0.113.9', '64:ff9b::cb00:7109']) {
      const resolver: MailDns = {
        srv: async (name) => (name.startsWith('_imaps') ? [{ priority: 0, weight: 0, port: 993, target: inside.imap }] : []),
        addresses: async (host) => (host === inside.imap ? [at] : []),
      };
      expect([at, (await failure({ resolver })).codes[0]]).toEqual([at, 'ERR_MSS_TLS_UNREACHABLE']);
    }
  });

  it('may be configured, for a host or by naming the server itself', async () => {
    await net.tls('10.0.0.5:993', [inside.imap]);
    privately('10.0.0.5');
    expect((await discoverMailbox(address, { ...net.options, allowPrivateAddresses: [inside.imap] })).imap.addresses).toEqual(['10.0.0.5']);
    expect(await failure({ allowPrivateAddresses: ['autre.test'] })).toMatchObject({ codes: ['ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS'] });
    const configuration = { imap: { host: '10.0.0.5', port: 993, security: 'implicit' } as const };
    await expect(discoverMailbox(address, { ...net.options, configuration })).rejects.toMatchObject({
      details: { refusals: [{ code: 'ERR_MSS_TLS_HOST' }] },
    });
  });

  it('are not let in by a second answer of the DNS', async () => {
    let asked = 0;
    const resolver: MailDns = {
      srv: async (name) => [
        {
          priority: 0,
          weight: 0,
          port: name.startsWith('_imap') ? 993 : 465,
          target: name.startsWith('_imap') ? inside.imap : inside.smtp,
        },
      ],
      addresses: async (host) => ((asked += 1), asked > 2 ? ['127.0.0.1'] : [host === inside.imap ? imapAt : smtpAt]),
    };
    await discoverMailbox(address, { ...net.options, resolver });
    expect(asked).toBe(2);
    expect(new Set(net.dialled)).toEqual(new Set([`${imapAt}:993`, `${smtpAt}:465`]));
  });
});

describe('a DNS that misbehaves', () => {
  it.each(['SERVFAIL', 'garbage', 'silent'] as const)('%s: the search ends, and may be repeated', async (answer) => {
    const names = ['_imaps', '_imap', '_submissions', '_submission'].map((one) => `${one}._tcp.${domain}`);
    net.dns.zone({ ...Object.fromEntries(names.map((name) => [name, answer])), ...published });
    const { code, codes, error } = await failure();
    expect(code).toBe('ERR_MSS_AUTOCONFIG_UNREACHABLE');
    expect(codes).toContain('ERR_MSS_AUTOCONFIG_DNS');
    expect(error).toMatchObject({ permanent: false });
  });

  it('with a loop of CNAME leads nowhere', async () => {
    const loop = { 'a.test': 'b.test', 'b.test': 'a.test' };
    const zone = Object.fromEntries(
      Object.entries(loop).map(([name, target]): [string, ZoneAnswer] => [name, [{ type: 'CNAME', target }]]),
    );
    net.dns.zone({
      ...zone,
      [inside.imap]: [{ type: 'CNAME', target: 'a.test' }],
      [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)],
      [`_imap._tcp.${domain}`]: [{ type: 'CNAME', target: `_imap._tcp.${domain}` }],
    });
    const { code, codes } = await failure();
    expect([code, codes]).toEqual(['ERR_MSS_AUTOCONFIG_UNREACHABLE', expect.arrayContaining(['ERR_MSS_AUTOCONFIG_DNS'])]);
  });

  it('with ten thousand records is not believed', async () => {
    const records = Array.from({ length: 10_000 }, (_, index) => ({
      priority: index,
      weight: 0,
      port: 993,
      target: `h${index}.${domain}`,
    }));
    const resolver: MailDns = { srv: async () => records, addresses: async () => [] };
    const { codes } = await failure({ resolver });
    expect(codes.slice(0, 2)).toEqual(['ERR_MSS_AUTOCONFIG_TOO_MANY_RECORDS', 'ERR_MSS_AUTOCONFIG_TOO_MANY_RECORDS']);
    expect(net.dialled).toEqual([]);
  });

  it('with names that are none is not followed', async () => {
    net.dns.zone({ [`_imaps._tcp.${domain}`]: [srv('10.0.0.1', 993), srv('un deux.test', 993), srv(inside.imap, 0)] });
    expect((await failure()).codes.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'ERR_MSS_AUTOCONFIG_TARGET'));
  });

  it('or takes long in the resolver of the system is no longer waited for', async () => {
    const abort = new AbortController();
    const waiting = createMailDns().addresses('localhost', abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_DNS' });
    await expect(createMailDns().addresses('localhost', abort.signal)).rejects.toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_DNS' });
    expect(await createMailDns().addresses('localhost', new AbortController().signal)).not.toEqual([]);
  });

  it('or does not answer in time, or is no longer waited for', async () => {
    const never: MailDns = {
      srv: async (_name, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled')))),
      addresses: async () => [],
    };
    expect(await failure({ resolver: never, timeoutMs: 20 })).toMatchObject({
      code: 'ERR_MSS_AUTOCONFIG_TIMEOUT',
      error: { permanent: false },
    });
    const abort = new AbortController();
    const waiting = failure({ resolver: never, signal: abort.signal });
    abort.abort();
    expect(await waiting).toMatchObject({ code: 'ERR_MSS_AUTOCONFIG_ABORTED' });
  });
});

describe('configuration and presets', () => {
  const setting = { host: inside.imap, port: 993, security: 'implicit' } as const;

  it('come first and are final', async () => {
    net.dns.zone({ ...hosts, ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv('imap2.operateur.test', 993)] });
    const found = await discoverMailbox(address, { ...net.options, configuration: { imap: setting } });
    expect([found.imap.source, found.imap.host, found.smtp.source]).toEqual(['configuration', inside.imap, 'srv']);
    const wrong = { imap: { ...setting, port: 994 } };
    expect(await failure({ configuration: wrong })).toMatchObject({
      code: 'ERR_MSS_AUTOCONFIG_UNREACHABLE',
      codes: ['ERR_MSS_TLS_UNREACHABLE'],
    });
  });

  it('may name a host of the operator outside the domain', async () => {
    net.dns.zone(hosts);
    const preset = {
      ...mailizMailboxPreset,
      domains: [domain],
      imap: { ...setting, host: 'imap.operateur.test' },
      smtp: { host: inside.smtp, port: 587, security: 'starttls' },
    } as const;
    expect(await discoverMailbox(address, { ...net.options, presets: [preset] })).toMatchObject({
      imap: { host: 'imap.operateur.test', servername: 'imap.operateur.test', source: 'preset' },
      source: 'preset',
    });
  });

  it('know the domains of Mailiz, and no host of it [ECO.1.1.8]', async () => {
    expect([mailizMailboxPreset.imap, mailizMailboxPreset.smtp]).toEqual([null, null]);
    net.dns.zone({});
    const { code, error } = await failure({}, 'claire@medecin.mssante.fr');
    expect(code).toBe('ERR_MSS_AUTOCONFIG_NOT_FOUND');
    expect(JSON.stringify(error)).not.toContain('claire');
  });

  it('of Mailiz let only entry points of IGC Santé be found [ECO.1.1.8]', async () => {
    const mailiz = 'medecin.mssante.fr';
    const stranger = await createTestIgc({ label: 'COMMERCIALE' });
    await stranger.startCrlServer();
    const trust = [
      createTrustStore({ name: 'IGC', anchors: [net.igc.caPem], igcSante: true }),
      createTrustStore({ name: 'autre', anchors: [stranger.caPem] }),
    ];
    const policy = createSecureChannelPolicy({ trust, dial: net.dial });
    const hostnames = [`imap.${mailiz}`, `autoconfig.${mailiz}`, `imap.${domain}`];
    await net.tls('203.0.113.40:993', hostnames, await stranger.issueServer({ hostnames }));
    await net.tls('203.0.113.41:993', hostnames);
    const zoneOf = (of: string, at: string): Record<string, ZoneAnswer> => ({
      [`_imaps._tcp.${of}`]: [srv(`imap.${of}`, 993)],
      [`_submissions._tcp.${of}`]: [srv(`imap.${of}`, 993)],
      [`imap.${of}`]: [a(at)],
    });
    net.dns.zone(zoneOf(mailiz, '203.0.113.41'));
    expect((await discoverMailbox(`claire@${mailiz}`, { ...net.options, policy })).imap.host).toBe(`imap.${mailiz}`);
    net.dns.zone(zoneOf(mailiz, '203.0.113.40'));
    expect(await failure({ policy }, `claire@${mailiz}`)).toMatchObject({
      codes: ['ERR_MSS_TLS_NOT_IGC_SANTE'],
      error: { requirement: 'ECO.1.1.8' },
    });
    net.dns.zone(zoneOf(domain, '203.0.113.40'));
    expect((await discoverMailbox(address, { ...net.options, policy })).imap.host).toBe(`imap.${domain}`);
    await policy.close();
    await stranger.close();
  });

  it('may leave names to the proxy', async () => {
    net.dns.zone({ ...smtpRecord, [`_imaps._tcp.${domain}`]: [srv(inside.imap, 993)] });
    const warmed: string[] = [];
    const policy = { ...net.policy, warm: async ({ host }: { host: string }) => (warmed.push(host), {}) as never };
    const found = await discoverMailbox(address, { ...net.options, policy, behindProxy: true });
    expect([warmed, found.imap.addresses]).toEqual([[inside.imap, inside.smtp], []]);
  });
});

describe('the address', () => {
  it.each([
    '',
    'claire',
    'claire@',
    'claire@localhost',
    '@cabinet.test',
    'a@b@c.test',
    'a b@cabinet.test',
    'claire@10.0.0.1',
    'x\r\n@cabinet.test',
  ])('%j has no domain to ask, and is not repeated', async (who) => {
    const { code, error } = await failure({}, who);
    expect(code).toBe('ERR_MSS_AUTOCONFIG_ADDRESS');
    expect((error as Error).message).toBe('not an e-mail address');
  });

  it('leaves no trace in what is asked or refused', async () => {
    const seen: string[] = [];
    page = (path) => (seen.push(path), {});
    net.dns.zone({ ...published });
    const { error } = await failure({}, `279037500000165@${domain}`);
    expect(JSON.stringify([error, seen, net.dns.asked])).not.toContain('279037500000165');
  });
});
