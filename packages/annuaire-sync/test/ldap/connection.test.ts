import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLdapDirectory, type LdapDirectoryOptions } from '../../src/ldap/index.js';
import { entry, fakeServer, options, result, type Script } from './fake-server.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function directoryOf(script: Script, given: Partial<LdapDirectoryOptions> = {}) {
  const server = fakeServer(script);
  const directory = createLdapDirectory(options(server.policy, given));
  open.push(directory);
  return { ...server, directory };
}

const bound =
  (script: Script): Script =>
  (request, peer) =>
    request.kind === 'bind' ? peer.send(result(request.id, 0, { tag: 0x61 })) : script(request, peer);

describe('authentication [RFC 4513]', () => {
  it('sends name and password, or SASL EXTERNAL, before the first search', async () => {
    const simple = directoryOf(
      bound(({ id }, peer) => peer.send(result(id, 0))),
      { bind: { kind: 'simple', dn: 'cn=lps', password: async () => 'sésame' } },
    );
    await simple.directory.find({ city: 'x' });
    expect(simple.seen.map(({ kind }) => kind)).toEqual(['bind', 'search']);
    expect(simple.seen[0]?.bytes.includes(Buffer.from('sésame'))).toBe(true);
    const external = directoryOf(
      bound(({ id }, peer) => peer.send(result(id, 0))),
      { bind: { kind: 'external' } },
    );
    await external.directory.find({ city: 'x' });
    expect(external.seen[0]?.bytes.includes(Buffer.from('EXTERNAL'))).toBe(true);
  });

  it.each([
    [49, 'ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS'],
    [48, 'ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS'],
    [7, 'ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS'],
    [53, 'ERR_MSS_ANNUAIRE_LDAP_REFUSED'],
  ])('tries credentials once when the server answers %i', async (code, expected) => {
    const { directory, seen } = directoryOf(({ id }, peer) => peer.send(result(id, code, { tag: 0x61, message: 'cn=lps secret' })), {
      bind: { kind: 'simple', dn: 'cn=lps', password: 'secret' },
    });
    const error: unknown = await directory.find({ city: 'x' }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: expected, permanent: true });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    expect(seen.filter(({ kind }) => kind === 'bind')).toHaveLength(1);
  });

  it('does not take an empty password for somebody [RFC 4513 §5.1.2]', async () => {
    const { directory, seen } = directoryOf(() => {}, { bind: { kind: 'simple', dn: 'cn=lps', password: '' } });
    await expect(directory.find({ city: 'x' })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_CREDENTIALS' });
    expect(seen.filter(({ kind }) => kind === 'bind')).toHaveLength(0);
  });
});

describe('refusals', () => {
  it.each([
    [10, 'ERR_MSS_ANNUAIRE_LDAP_REFERRAL'],
    [32, 'ERR_MSS_ANNUAIRE_LDAP_BASE'],
    [50, 'ERR_MSS_ANNUAIRE_LDAP_ACCESS'],
    [12, 'ERR_MSS_ANNUAIRE_LDAP_REFUSED'],
  ])('result code %i is %s, and the connection stays', async (resultCode, code) => {
    let first = true;
    const { directory, connections } = directoryOf(({ id }, peer) => {
      peer.send(result(id, first ? resultCode : 0));
      first = false;
    });
    await expect(directory.find({ city: 'x' })).rejects.toMatchObject({ code, details: { resultCode } });
    await directory.find({ city: 'x' });
    expect(connections).toHaveLength(1);
  });

  it('asks a busy server once more, after a delay', async () => {
    const wait = vi.fn(async () => {});
    const { directory, seen } = directoryOf(({ id }, peer) => peer.send(result(id, 51)), { wait });
    await expect(directory.find({ city: 'x' })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_BUSY', permanent: false });
    expect([seen.length, wait.mock.calls]).toEqual([2, [[500, undefined]]]);
  });
});

describe('a connection that breaks', () => {
  it('between pages: connects again, begins again, and gives nothing twice', async () => {
    const { directory, connections } = directoryOf(({ id, cookie, pageSize }, peer) => {
      const from = Number(cookie || '0');
      if (peer.connection === 1 && from === 200) return peer.close();
      for (let each = from; each < Math.min(from + pageSize, 350); each++) peer.send(entry(id, `cn=${each}`));
      peer.send(result(id, 0, { cookie: from + pageSize < 350 ? String(from + pageSize) : '' }));
    });
    const { entries, partial } = await directory.find({ city: 'x' });
    expect(entries.map(({ dn }) => dn)).toEqual(Array.from({ length: 350 }, (_, each) => `cn=${each}`));
    expect([connections.length, partial]).toEqual([2, null]);
  });

  it('again and again: gives up with a code', async () => {
    const { directory, connections } = directoryOf((_, peer) => peer.close());
    await expect(directory.find({ city: 'x' })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_CLOSED', permanent: false });
    expect(connections).toHaveLength(2);
  });

  it('while it was kept: is replaced without a delay', async () => {
    const wait = vi.fn(async () => {});
    const { directory, connections } = directoryOf(({ id }, peer) => peer.send(result(id, 0)), { wait });
    await directory.find({ city: 'x' });
    connections[0]?.destroy();
    await directory.find({ city: 'x' });
    expect([connections.length, wait.mock.calls.length]).toEqual([2, 0]);
  });

  it('by notice of disconnection [RFC 4511 §4.4.1]', async () => {
    const { directory } = directoryOf((_, peer) => peer.send(result(0, 52, { tag: 0x78 })));
    await expect(directory.find({ city: 'x' })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_CLOSED' });
  });
});

describe('deadlines and signals', () => {
  it('ends a silent search in time; with entries it is partial', async () => {
    const silent = directoryOf(() => {}, { timeLimitMs: 20 });
    await expect(silent.directory.find({ city: 'x' })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_TIMEOUT', permanent: false });
    expect(silent.connections).toHaveLength(1);
    const slow = directoryOf(({ id }, peer) => peer.send(entry(id, 'cn=1')), { timeLimitMs: 20 });
    expect(await slow.directory.find({ city: 'x' })).toMatchObject({ entries: [{ dn: 'cn=1' }], partial: 'time-limit' });
  });

  it('ends by the signal, before, during and while it waits for a connection', async () => {
    const { directory, seen } = directoryOf(() => {}, { maxConnections: 1 });
    const aborted = { code: 'ERR_MSS_ANNUAIRE_LDAP_ABORTED' };
    await expect(directory.find({ city: 'x' }, { signal: AbortSignal.abort() })).rejects.toMatchObject(aborted);
    expect(seen).toHaveLength(0);
    const first = new AbortController();
    const second = new AbortController();
    const running = directory.find({ city: 'x' }, { signal: first.signal });
    const waiting = directory.find({ city: 'y' }, { signal: second.signal });
    second.abort();
    await expect(waiting).rejects.toMatchObject(aborted);
    first.abort();
    await expect(running).rejects.toMatchObject(aborted);
  });

  it('has as many connections as allowed, and lends them in turn', async () => {
    let answers: (() => void)[] = [];
    const { directory, connections, seen } = directoryOf(({ id }, peer) => void answers.push(() => peer.send(result(id, 0))), {
      maxConnections: 2,
    });
    const searches = ['a', 'b', 'c', 'd'].map((city) => directory.find({ city }));
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers.splice(0).forEach((answer) => answer());
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers.forEach((answer) => answer());
    answers = [];
    await Promise.all(searches);
    expect([connections.length, seen.length]).toEqual([2, 4]);
  });

  it('close ends what runs and refuses what comes', async () => {
    const { directory } = directoryOf(() => {});
    const running = directory.find({ city: 'x' });
    await vi.waitFor(async () => expect(directory).toBeDefined());
    await directory.close();
    await expect(running).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_CLOSED' });
    await expect(directory.find({ city: 'x' })).rejects.toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_CLOSED' });
  });
});
