import { readFile, writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createLdapDirectory,
  formatLdapFilter,
  type LdapCriteria,
  type LdapDirectory,
  type LdapDirectoryOptions,
} from '@mss/annuaire-sync';
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity, type SecureChannelPolicy } from '@mss/pki';
import { createTempDirectory, createTestIgc, startTcpProxy, type TestIgc } from '@mss/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../servers/process.js';
import { startSlapd, type Slapd } from '../servers/slapd.js';

const data = (name: string): string => fileURLToPath(new URL(`../testdata/annuaire/ldap/${name}`, import.meta.url));
const base = 'ou=boites,o=Annuaire fictif';
const attributes = {
  address: 'exMel',
  mailboxType: 'exTypeBal',
  familyName: 'exNom',
  givenName: 'exPrenom',
  profession: 'exProfession',
  specialty: 'exSpecialite',
  organisation: ['exStructure', 'exEnseigne'],
  rpps: 'exRpps',
  finess: 'exFiness',
  street: 'exVoie',
  postalCode: 'exCodePostal',
  city: 'exCommune',
};

let igc: TestIgc;
let slapd: Slapd;
let policy: SecureChannelPolicy;
const open: LdapDirectory[] = [];

/** Entries of a great hospital, for pages. */
const crowd = Array.from(
  { length: 350 },
  (_, each) => `
dn: cn=foule${each},${base}
objectClass: exBoite
cn: foule${each}
exMel: boite${each}@foule.mssante.exemple
exTypeBal: ORG
exCommune: MARSEILLE
`,
).join('');

const account = `
dn: cn=lps,o=Annuaire fictif
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: lps
userPassword: mot de passe
`;

beforeAll(async () => {
  igc = await createTestIgc();
  await igc.startCrlServer();
  slapd = await startSlapd({
    identity: await igc.issueServer({ hostnames: ['ldap.exemple', '127.0.0.1'] }),
    clientCaPem: igc.caPem + igc.intermediate.certPem,
    schemas: [data('annuaire-fictif.schema')],
    suffix: 'o=Annuaire fictif',
    ldif: (await readFile(data('annuaire-fictif.ldif'), 'utf8')) + account + crowd,
    globalSettings: ['authz-regexp "^cn=([^,]+)(,.*)?$" "cn=lps,o=Annuaire fictif"'],
    settings: [
      'limits users size.soft=unlimited size.hard=unlimited size.prtotal=unlimited',
      'limits anonymous size=3',
      'access to attrs=userPassword by anonymous auth by * none',
      `access to dn.subtree="${base}" attrs=exRpps by users read by * none`,
      'access to * by * read',
    ],
  });
  const client = await igc.issueClient({ commonName: 'LPS de test' });
  policy = createSecureChannelPolicy({
    trust: createTrustStore({ name: 'test', anchors: [igc.caPem] }),
    clientIdentity: loadClientIdentity({ cert: client.chainPem, key: client.keyPem }),
  });
});
afterEach(async () => {
  for (const directory of open.splice(0)) await directory.close();
});
afterAll(async () => {
  await policy?.close();
  await slapd?.stop();
  await igc?.close();
});

function directoryOf(given: Partial<LdapDirectoryOptions> = {}): LdapDirectory {
  const directory = createLdapDirectory({
    policy,
    host: '127.0.0.1',
    servername: 'ldap.exemple',
    port: given.security === 'starttls' ? slapd.startTlsPort : slapd.implicitPort,
    security: 'implicit',
    base,
    attributes,
    filter: '(objectClass=exBoite)',
    bind: { kind: 'simple', dn: 'cn=lps,o=Annuaire fictif', password: 'mot de passe' },
    clientIdentity: null,
    ...given,
  });
  open.push(directory);
  return directory;
}

const cnOf = ({ dn }: { readonly dn: string }): string => /^cn=([^,]+)/.exec(dn)?.[1] ?? '';

describe('OpenLDAP over ldaps and StartTLS [§3.4.1, RFC 4511]', () => {
  it.each(['implicit', 'starttls'] as const)('%s: finds a person and reads every mapped field', async (security) => {
    const { entries, partial, warnings } = await directoryOf({ security }).find({ familyName: 'martin', rpps: '10000000001' });
    expect([partial, warnings, entries.length]).toEqual([null, [], 1]);
    expect(entries[0]).toMatchObject({
      dn: `cn=1,${base}`,
      values: {
        address: ['marie.martin@medecin.mssante.exemple', 'marie.martin@cabinet.mssante.exemple'],
        mailboxType: ['PER'],
        specialty: ['Qualifié en médecine générale'],
        organisation: ['CABINET DES LILAS'],
        city: ['LYON'],
      },
    });
  });

  it.each([
    [{ address: 'JEAN.DALES@medecin.mssante.exemple' }, ['2']],
    [{ familyName: { startsWith: 'mart' } }, ['1', '4']],
    [{ familyName: 'MART*' }, ['4']],
    [{ familyName: { startsWith: "D'A" }, givenName: 'jean' }, ['2']],
    [{ organisation: { contains: 'PONT' } }, ['2']],
    [{ organisation: { contains: '(SITE' } }, ['3']],
    [{ organisation: { contains: '\\ FILS' } }, ['5']],
    [{ profession: 'médecin', city: 'lyon' }, ['1']],
    [{ specialty: { contains: 'cardio' } }, ['2']],
    [{ finess: '690000003' }, ['3']],
    [{ postalCode: { startsWith: '6900' } }, ['1', '3']],
    [{ city: '*' }, []],
    [{ city: ')(objectClass=*' }, []],
    [{ city: { contains: '*' } }, []],
  ] as const satisfies readonly (readonly [LdapCriteria, readonly string[]])[])(
    '%o finds what ldapsearch finds with the filter as text',
    async (criteria, expected) => {
      const found = (await directoryOf().find(criteria)).entries.map(cnOf).sort();
      expect(found).toEqual(expected);
      const filter = formatLdapFilter(criteria, { attributes, filter: '(objectClass=exBoite)' });
      await using folder = await createTempDirectory();
      const [ca, password] = [join(folder.path, 'ca.pem'), join(folder.path, 'password')];
      await writeFile(ca, igc.caPem);
      await writeFile(password, slapd.adminPassword);
      const connect = ['-H', `ldaps://127.0.0.1:${slapd.implicitPort}`, '-x', '-D', slapd.adminDn, '-y', password];
      const text = await run(
        'env',
        `LDAPTLS_CACERT=${ca}`,
        'ldapsearch',
        '-LLL',
        '-o',
        'ldif_wrap=no',
        ...connect,
        '-b',
        base,
        filter,
        'cn',
      );
      expect([...text.matchAll(/^cn: (.+)$/gm)].map(([, cn]) => cn ?? '').sort()).toEqual(expected);
      await rm(password);
    },
  );

  it('goes through pages, and tells when there is more', async () => {
    const directory = directoryOf({ pageSize: 100 });
    const sizes: number[] = [];
    const seen = new Set<string>();
    for await (const { entries } of directory.pages({ city: 'marseille' })) {
      sizes.push(entries.length);
      for (const { dn } of entries) seen.add(dn);
    }
    expect([sizes.slice(0, 4), seen.size]).toEqual([[100, 100, 100, 50], 350]);
    expect(await directory.find({ city: 'marseille' }, { sizeLimit: 120 })).toMatchObject({
      entries: { length: 120 },
      partial: 'size-limit',
    });
    expect(await directory.find({ city: 'marseille' }, { sizeLimit: 350 })).toMatchObject({ entries: { length: 350 }, partial: null });
  });

  it('gives what the server allows, and tells that it is not all', async () => {
    const anonymous = createLdapDirectory({
      policy,
      host: '127.0.0.1',
      servername: 'ldap.exemple',
      port: slapd.implicitPort,
      security: 'implicit',
      base,
      attributes,
      clientIdentity: null,
    });
    open.push(anonymous);
    const { entries, partial } = await anonymous.find({ city: 'marseille' });
    expect([entries.length, partial]).toEqual([3, 'size-limit']);
  });

  it('runs searches side by side, each with its pages', async () => {
    const directory = directoryOf({ pageSize: 50, maxConnections: 3 });
    const answers = await Promise.all(Array.from({ length: 6 }, () => directory.find({ city: 'marseille' })));
    expect(answers.map(({ entries }) => new Set(entries.map(({ dn }) => dn)).size)).toEqual([350, 350, 350, 350, 350, 350]);
  });
});

describe('authentication [RFC 4513]', () => {
  it.each(['implicit', 'starttls'] as const)('%s: SASL EXTERNAL with the client certificate sees what users see', async (security) => {
    const directory = createLdapDirectory({
      policy,
      host: '127.0.0.1',
      servername: 'ldap.exemple',
      port: security === 'starttls' ? slapd.startTlsPort : slapd.implicitPort,
      security,
      base,
      attributes,
      bind: { kind: 'external' },
    });
    open.push(directory);
    const { entries } = await directory.find({ familyName: 'martin' });
    expect(entries[0]?.values.rpps).toEqual(['10000000001']);
  });

  it('is refused with a wrong password, and without a certificate', async () => {
    const wrong = directoryOf({ bind: { kind: 'simple', dn: 'cn=lps,o=Annuaire fictif', password: 'autre' } });
    await expect(wrong.find({ city: 'lyon' })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS' });
    const without = directoryOf({ bind: { kind: 'external' } });
    await expect(without.find({ city: 'lyon' })).rejects.toMatchObject({ permanent: true });
  });
});

describe('faults', () => {
  it('a base that is not there', async () => {
    await expect(directoryOf({ base: 'ou=ailleurs,o=Annuaire fictif' }).find({ city: 'lyon' })).rejects.toMatchObject({
      code: 'ERR_MSS_ANNUAIRE_LDAP_BASE',
    });
  });

  it('a server that restarts between two pages: the search goes on, nothing twice', async () => {
    const directory = directoryOf({ pageSize: 100, reconnectDelayMs: 1 });
    const seen: string[] = [];
    let restarts = 0;
    for await (const { entries } of directory.pages({ city: 'marseille' })) {
      seen.push(...entries.map(cnOf));
      if (seen.length === 200 && restarts === 0) {
        restarts += 1;
        await slapd.restart();
      }
    }
    expect([seen.length, new Set(seen).size, restarts]).toEqual([350, 350, 1]);
  });

  it('a link that is cut again and again ends with a code', async () => {
    await using proxy = await startTcpProxy({ target: { port: slapd.implicitPort } });
    const directory = directoryOf({ port: proxy.port, reconnectDelayMs: 1 });
    await directory.find({ city: 'lyon' });
    await proxy.close();
    await expect(directory.find({ city: 'lyon' })).rejects.toMatchObject({ permanent: false });
  });

  it('a revoked server gets no name and no search', async () => {
    const revoked = await igc.issueServer({ hostnames: ['ldap.exemple'] });
    igc.revoke(revoked);
    const other = await startSlapd({
      identity: revoked,
      clientCaPem: igc.caPem,
      schemas: [],
      suffix: 'o=Autre',
      ldif: 'dn: o=Autre\nobjectClass: organization\no: Autre\n',
    });
    try {
      await using fresh = createSecureChannelPolicy({ trust: createTrustStore({ name: 'test', anchors: [igc.caPem] }) });
      for (const [security, port] of [
        ['implicit', other.implicitPort],
        ['starttls', other.startTlsPort],
      ] as const) {
        await expect(directoryOf({ policy: fresh, security, port }).find({ city: 'lyon' })).rejects.toMatchObject({
          code: 'ERR_MSS_TLS_REVOKED',
        });
      }
    } finally {
      await other.stop();
    }
  });
});
