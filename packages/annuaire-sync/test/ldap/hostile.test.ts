import { der } from '@mss/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMssError } from '@mss/core';
import { readAnswer } from '../../src/ldap/answer.js';
import { createLdapDirectory, type LdapDirectoryOptions } from '../../src/ldap/index.js';
import { entry, fakeServer, options, result, type Script } from './fake-server.js';

/** Code of the error that a search ends with. */
async function endOf(script: Script, given: Partial<LdapDirectoryOptions> = {}): Promise<string> {
  const { policy } = fakeServer(script);
  const directory = createLdapDirectory(options(policy, { timeLimitMs: 2000, ...given }));
  try {
    await directory.find({ city: 'x' });
    return 'none';
  } catch (error) {
    return isMssError(error) ? error.code : String(error);
  } finally {
    await directory.close();
  }
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a hostile server', () => {
  it.each([
    ['a web page', Buffer.from('HTTP/1.1 200 OK\r\n\r\n<html>')],
    ['the indefinite form', hex('3080 0201')],
    ['a length of nine octets', hex('3089 ffffffffffffffffff')],
    ['a message without operation', hex('3003 020101')],
    ['an entry that declares more than it holds', hex('300a 020101 6405 0400 3001 04')],
    ['attributes that are no sequences', hex('300c 020101 6407 0400 3003 040130')],
    ['a result without code', hex('3005 020101 6500')],
    ['a negative message number', hex('3007 0201ff 65020a00')],
    [
      'a page control that is cut',
      Buffer.from(
        der.sequence(
          der.integer(1),
          der.tlv(0x65, [der.enumerated(0), der.octetString([]), der.octetString([])]),
          der.context(0, der.sequence(der.octetString(Buffer.from('1.2.840.113556.1.4.319')), der.octetString(hex('300a0201')))),
        ),
      ),
    ],
  ])('%s is no LDAP', async (_, bytes) => {
    expect(await endOf((__, peer) => peer.send(bytes))).toBe('ERR_MSS_ANNUAIRE_LDAP_PROTOCOL');
  });

  it('refuses a message over the limit when it has seen its head', async () => {
    expect(await endOf((_, peer) => peer.send(hex('3084 7fffffff 020101')))).toBe('ERR_MSS_ANNUAIRE_LDAP_TOO_LARGE');
  });

  it('bounds an answer that never ends: entries of a limit, anything else by its bytes', async () => {
    const flood =
      (message: Uint8Array): Script =>
      async (_, peer) => {
        const block = Buffer.concat(Array.from({ length: 200 }, () => message));
        while (!peer.socket.destroyed && peer.connection < 3) {
          if (!peer.socket.write(block)) await new Promise<void>((resolve) => peer.socket.once('drain', resolve).once('close', resolve));
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
    const limits = { answerBytes: 1_000_000 };
    const otherId = entry(77, 'cn=1', { nom: ['x'.repeat(100)] });
    expect(await endOf(flood(otherId), { limits })).toBe('ERR_MSS_ANNUAIRE_LDAP_TOO_LARGE');
    const reference = der.sequence(der.integer(1), der.tlv(0x73, [der.octetString(Buffer.from(`ldap://${'x'.repeat(100)}`))]));
    expect(await endOf(flood(reference), { limits })).toBe('ERR_MSS_ANNUAIRE_LDAP_TOO_LARGE');
  });

  it('leaves pages that never end', async () => {
    expect(await endOf(({ id }, peer) => peer.send(result(id, 0, { cookie: 'encore' })))).toBe('ERR_MSS_ANNUAIRE_LDAP_PROTOCOL');
    expect(await endOf(({ id }, peer) => peer.send(entry(id, 'cn=1'), result(id, 0, { cookie: 'encore' })))).toBe(
      'ERR_MSS_ANNUAIRE_LDAP_PROTOCOL',
    );
  });

  it('reads messages cut anywhere, and several in one piece', async () => {
    const { policy } = fakeServer(async ({ id }, peer) => {
      const bytes = Buffer.concat([entry(id, 'cn=1', { nom: ['A'] }), entry(id, 'cn=2', { nom: ['é'.repeat(300)] }), result(id, 0)]);
      for (const byte of bytes) {
        peer.send(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const directory = createLdapDirectory(options(policy));
    expect((await directory.find({ city: 'x' })).entries.map(({ values }) => values.familyName)).toEqual([['A'], ['é'.repeat(300)]]);
    await directory.close();
  });

  it('reads any bytes to an answer or to a protocol error, and soon', () => {
    const base = entry(5, 'cn=1,dc=x', { nom: ['A', 'B'], mel: ['a@b.fr'] }).subarray(2);
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 4 })),
        (given) => {
          const bytes = given instanceof Uint8Array ? given : Uint8Array.from(base);
          if (!(given instanceof Uint8Array)) for (const [at, value] of given) bytes[at] = value;
          try {
            expect(['entry', 'reference', 'search-result', 'bind-result', 'extended-result', 'other']).toContain(readAnswer(bytes).kind);
          } catch (error) {
            expect(error).toMatchObject({ code: 'ERR_MSS_ANNUAIRE_LDAP_PROTOCOL' });
          }
        },
      ),
      { seed: 20260101, numRuns: 3000 },
    );
  });
});
