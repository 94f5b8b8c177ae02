import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseUidSet } from '../src/imap/uid-set.js';
import { createImapKit, heard, type ImapKit } from './imap-kit.js';
import type { FakeImapServer } from './imap-server.js';

let kit: ImapKit;
beforeAll(async () => {
  kit = await createImapKit();
});
afterEach(async () => kit.closeAll());
afterAll(async () => kit.close());

const known = { folder: 'INBOX', uidValidity: 7 };
const selected = (...more: string[]): { lines: string[]; tagged: string } => ({
  lines: [
    '* 3 EXISTS',
    '* FLAGS (\\Seen $Pris)',
    '* OK [PERMANENTFLAGS (\\Seen \\Deleted $Pris \\*)]',
    '* OK [UIDVALIDITY 7]',
    '* OK [UIDNEXT 12]',
    ...more,
  ],
  tagged: 'OK [READ-WRITE]',
});

async function condstore(answer: (command: string) => ReturnType<Parameters<FakeImapServer['behave']>[0]>): Promise<FakeImapServer> {
  const server = await kit.start({ capabilities: 'IMAP4rev1 SASL-IR AUTH=PLAIN CONDSTORE UIDPLUS' });
  server.behave((command) => (command.startsWith('SELECT') ? selected('* OK [HIGHESTMODSEQ 90]') : answer(command)));
  return server;
}

describe('flags with mod-sequences [RFC 7162 §3.1]', () => {
  it('tells which messages somebody else changed first, and which are gone', async () => {
    const server = await condstore((command) =>
      command.startsWith('UID STORE')
        ? {
            lines: ['* 1 FETCH (UID 9 MODSEQ (91))', '* 3 FETCH (UID 77 MODSEQ (92))'],
            tagged: 'OK [MODIFIED 10] Conditional STORE failed',
          }
        : undefined,
    );
    const mailbox = await kit.open(server);
    const result = await mailbox.setFlags({ ...known, uids: [9, 10, 11], add: ['$Pris'], unchangedSince: 88n });
    expect(result).toEqual({ modified: [10], modseqs: new Map([[9, 91n]]) });
    expect(heard(server).at(-1)).toBe('UID STORE 9:11 (UNCHANGEDSINCE 88) +FLAGS.SILENT ($Pris)');
  });

  it('reads MODIFIED also from a NO, which some servers send when other messages are gone', async () => {
    const server = await condstore((command) => (command.startsWith('UID STORE') ? { tagged: 'NO [MODIFIED 9:10] gone' } : undefined));
    const mailbox = await kit.open(server);
    const change = { ...known, uids: [9, 10, 11], remove: ['$Pris'] };
    expect(await mailbox.setFlags({ ...change, unchangedSince: 88n })).toEqual({ modified: [9, 10], modseqs: new Map() });
    await expect(mailbox.setFlags(change)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_REFUSED' });
  });

  it('believes no UID it did not ask about, and takes no set that would fill the memory', async () => {
    const server = await condstore((command) => (command.startsWith('UID STORE') ? { tagged: 'OK [MODIFIED 1:4294967295] x' } : undefined));
    const mailbox = await kit.open(server);
    expect((await mailbox.setFlags({ ...known, uids: [2], add: ['$Pris'], unchangedSince: 1n })).modified.length).toBeLessThan(2);
    expect(parseUidSet('7,x,3:1,1:4294967295', 6)).toEqual([7, 1, 2, 3, 1, 2]);
  });

  it('is refused where the server keeps no mod-sequences, and with both add and remove', async () => {
    const server = await kit.start();
    const mailbox = await kit.open(server);
    const change = { ...known, uids: [1], add: ['\\Seen'], unchangedSince: 1n };
    await expect(mailbox.setFlags(change)).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_UNSUPPORTED' });
    await expect(mailbox.setFlags({ ...change, remove: ['\\Deleted'] })).rejects.toThrow(TypeError);
    expect(heard(server).some((line) => line.startsWith('UID STORE'))).toBe(false);
  });

  it('gives the present flags with their mod-sequences, as far as there are any', async () => {
    const server = await condstore((command) =>
      command.startsWith('UID FETCH')
        ? {
            lines: [
              '* 2 FETCH (MODSEQ (12) UID 10 FLAGS (\\Seen $Pris))',
              '* 1 FETCH (UID 9 FLAGS () MODSEQ (3))',
              '* 3 FETCH (UID 99 FLAGS ())',
            ],
          }
        : undefined,
    );
    const mailbox = await kit.open(server);
    expect(await mailbox.fetchFlags({ ...known, uids: [9, 10, 11] })).toEqual([
      { uid: 9, flags: [], modseq: 3n },
      { uid: 10, flags: ['\\Seen', '$Pris'], modseq: 12n },
    ]);
    expect(heard(server).slice(-2)).toEqual(['NOOP', 'UID FETCH 9:11 (UID FLAGS MODSEQ)']);
  });

  it('opening a folder tells whether it keeps keywords and mod-sequences', async () => {
    const mailbox = await kit.open(await condstore(() => undefined));
    expect(await mailbox.openFolder('INBOX')).toMatchObject({
      uidValidity: 7,
      uidNext: 12,
      messages: 3,
      highestModseq: 90n,
      newKeywords: true,
    });
    const plain = await kit.open(await kit.start());
    expect(await plain.openFolder('INBOX')).toEqual({
      uidValidity: 7,
      uidNext: 1,
      messages: 0,
      highestModseq: null,
      readOnly: false,
      permanentFlags: ['\\Seen', '\\Deleted'],
      newKeywords: false,
    });
  });
});
