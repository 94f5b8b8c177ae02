import { describe, expect, it } from 'vitest';
import { createLdapDirectory, formatLdapFilter } from '../../src/ldap/index.js';
import { entry, fakeServer, options, reference, result, type Script } from './fake-server.js';

const nothing: Script = ({ id }, peer) => peer.send(result(id, 0));

/** Gives `total` entries, honouring pages. */
const pagesOf =
  (total: number): Script =>
  ({ id, pageSize, cookie }, peer) => {
    const from = Number(cookie || '0');
    const to = Math.min(from + pageSize, total);
    for (let each = from; each < to; each++) peer.send(entry(id, `cn=${each}`, { nom: [`NOM${each}`] }));
    peer.send(result(id, 0, { cookie: to < total ? String(to) : '' }));
  };

describe('search by criteria [§3.4.1, RFC 4511 §4.5]', () => {
  it('asks for the mapped attributes only, under the configured base and filter', async () => {
    const { policy, seen } = fakeServer(nothing);
    const directory = createLdapDirectory(options(policy, { filter: '(objectClass=boite)' }));
    await directory.find({ familyName: { startsWith: 'mart' }, city: { contains: 'yon' }, rpps: '10000000001', address: 'a@b.fr' });
    expect(seen[0]).toMatchObject({
      filter: '(&(objectclass=boite)(nom=mart*)(ville=*yon*)(rpps=10000000001)(|(mel=a@b.fr)(melsecours=a@b.fr)))',
      attributes: ['mel', 'melsecours', 'nom', 'ville', 'rpps'],
      sizeLimit: 1001,
    });
    await directory.close();
  });

  it('gives every value of every mapped attribute, whatever the case and the options of its name', async () => {
    const { policy } = fakeServer(({ id }, peer) => {
      peer.send(
        entry(id, 'cn=1', { MEL: ['a@b.fr', 'c@d.fr'], 'nom;lang-fr': ['LE GOFF'], melSecours: ['a@b.fr'], inconnu: ['x'] }),
        result(id, 0),
      );
    });
    const { entries, partial, warnings } = await createLdapDirectory(options(policy)).find({ familyName: 'le goff' });
    expect(entries).toEqual([{ dn: 'cn=1', values: { address: ['a@b.fr', 'c@d.fr'], familyName: ['LE GOFF'], city: [], rpps: [] } }]);
    expect([partial, warnings]).toEqual([null, []]);
  });

  it('says which values are no text instead of inventing one', async () => {
    const { policy } = fakeServer(({ id }, peer) =>
      peer.send(entry(id, 'cn=1', { nom: [Uint8Array.of(0xff, 0xfe), 'OK'] }), result(id, 0)),
    );
    const { entries, warnings } = await createLdapDirectory(options(policy)).find({ familyName: 'x' });
    expect(entries[0]?.values.familyName).toEqual(['OK']);
    expect(warnings).toMatchObject([{ code: 'LDAP_VALUE_NOT_TEXT', where: 'nom' }]);
  });

  it.each([
    ['nothing', {}],
    ['blank', { city: ' ' }],
    ['a control character', { city: 'a\u0000b' }],
    ['half a character', { city: '\ud800' }],
    ['too long', { city: 'x'.repeat(257) }],
    ['an empty beginning', { city: { startsWith: '' } }],
  ])('refuses %s as criteria, before it connects', async (_, criteria) => {
    const { policy, connections } = fakeServer(nothing);
    await expect(createLdapDirectory(options(policy)).find(criteria)).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_CRITERIA' });
    expect(connections).toHaveLength(0);
  });

  it('refuses a criterion for which no attribute is configured', async () => {
    const { policy } = fakeServer(nothing);
    await expect(createLdapDirectory(options(policy)).find({ finess: '1' })).rejects.toMatchObject({
      code: 'ERR_MSS_ANNUAIRE_LDAP_UNMAPPED',
      details: { field: 'finess' },
    });
  });

  it('refuses a configuration that cannot be', () => {
    const { policy } = fakeServer(nothing);
    const make = (given: object) => (): unknown => createLdapDirectory(options(policy, given));
    for (const given of [
      { attributes: {} },
      { attributes: { city: 'a)(b' } },
      { attributes: { town: 'l' } },
      { filter: '(objectClass=' },
      { pageSize: 0 },
    ]) {
      expect(make(given)).toThrow(TypeError);
    }
  });
});

describe('injection [RFC 4515 §3]', () => {
  it.each(['*', '*)(uid=*', ')(|(objectClass=*', '\\2a', 'a*b', '(', 'x)(&)'])('looks for %s as it stands', async (value) => {
    const { policy, seen } = fakeServer(nothing);
    const directory = createLdapDirectory(options(policy));
    for (const criterion of [value, { startsWith: value }, { contains: value }]) await directory.find({ familyName: criterion });
    for (const { filter, bytes } of seen) {
      // Its own octet string, bytes unchanged: no shape of a filter comes from it.
      expect(bytes.includes(Buffer.from(value))).toBe(true);
      expect(filter.replace(/\\[0-9a-f]{2}/g, '').match(/\(/g)).toHaveLength(3);
    }
    const written = formatLdapFilter({ familyName: value }, options(policy));
    expect(written.replace(/\\[0-9a-f]{2}/g, '').match(/[()]/g)).toHaveLength(6);
  });

  it('writes a filter as text for other tools', () => {
    const { policy } = fakeServer(nothing);
    expect(formatLdapFilter({ familyName: { startsWith: 'L(e' }, address: 'a*' }, options(policy, { filter: '(objectClass=b)' }))).toBe(
      '(&(objectClass=b)(nom=L\\28e*)(|(mel=a\\2a)(melSecours=a\\2a)))',
    );
  });
});

describe('pages and limits [RFC 2696]', () => {
  it('goes through all pages', async () => {
    const { policy, seen } = fakeServer(pagesOf(250));
    const directory = createLdapDirectory(options(policy));
    const sizes: number[] = [];
    for await (const { entries } of directory.pages({ city: 'x' })) sizes.push(entries.length);
    expect(sizes).toEqual([100, 100, 50]);
    expect(seen.map(({ cookie }) => cookie)).toEqual(['', '100', '200']);
  });

  it('asks for no further page when the loop is left, and uses the connection again', async () => {
    const { policy, seen, connections } = fakeServer(pagesOf(250));
    const directory = createLdapDirectory(options(policy));
    for await (const _ of directory.pages({ city: 'x' })) break;
    await directory.find({ city: 'x' }, { sizeLimit: 1 });
    expect([seen.length, connections.length]).toEqual([2, 1]);
  });

  it('tells that there is more than the size limit, and never gives more', async () => {
    const { policy } = fakeServer(pagesOf(250));
    const directory = createLdapDirectory(options(policy, { sizeLimit: 120 }));
    const { entries, partial } = await directory.find({ city: 'x' });
    expect([entries.length, partial]).toEqual([120, 'size-limit']);
    expect(await directory.find({ city: 'x' }, { sizeLimit: 5 })).toMatchObject({ entries: { length: 5 }, partial: 'size-limit' });
    expect(await createLdapDirectory(options(fakeServer(pagesOf(120)).policy, { sizeLimit: 120 })).find({ city: 'x' })).toMatchObject({
      entries: { length: 120 },
      partial: null,
    });
  });

  it.each([
    [3, 'time-limit'],
    [4, 'size-limit'],
    [11, 'admin-limit'],
  ])('keeps the entries before result code %i and tells %s', async (code, partial) => {
    const { policy } = fakeServer(({ id }, peer) => peer.send(entry(id, 'cn=1'), result(id, code)));
    expect(await createLdapDirectory(options(policy)).find({ city: 'x' })).toMatchObject({ entries: [{ dn: 'cn=1' }], partial });
  });

  it('does not follow references, and tells that parts are missing', async () => {
    const { policy, connections } = fakeServer(({ id }, peer) => {
      peer.send(entry(id, 'cn=1'), reference(id, 'ldap://ailleurs.exemple/dc=x'), result(id, 0));
    });
    expect(await createLdapDirectory(options(policy)).find({ city: 'x' })).toMatchObject({ entries: { length: 1 }, partial: 'reference' });
    expect(connections).toHaveLength(1);
  });

  it('stops a server that heeds neither page nor limit', async () => {
    const { policy } = fakeServer(({ id }, peer) => {
      for (let each = 0; each < 5000; each++) peer.send(entry(id, `cn=${each}`));
    });
    const answer = await createLdapDirectory(options(policy, { sizeLimit: 50 })).find({ city: 'x' });
    expect([answer.entries.length, answer.partial]).toEqual([50, 'size-limit']);
  });
});
