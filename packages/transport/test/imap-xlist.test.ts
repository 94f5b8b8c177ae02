import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Mailbox, SpecialUse } from '../src/index.js';
import { createImapKit, heard, type ImapKit } from './imap-kit.js';
import type { FakeImapServer } from './imap-server.js';

let kit: ImapKit;
let server: FakeImapServer;
beforeAll(async () => {
  kit = await createImapKit();
});
afterEach(async () => kit.closeAll());
afterAll(async () => kit.close());

const base = 'IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS';

/** A mailbox whose server lists these lines, each without `* LIST`; folder names in modified UTF-7, as on the wire. */
async function listing(extensions: string, lines: readonly string[], word: 'LIST' | 'XLIST' = 'LIST'): Promise<Mailbox> {
  server = await kit.start({ capabilities: `${base} ${extensions}` });
  server.behave((command) => {
    const asked = command.split(' ')[0]?.toUpperCase();
    if (asked === 'LSUB') return {};
    if (asked === 'XLIST' && word !== 'XLIST') return { tagged: 'BAD unknown command' };
    if (asked !== 'LIST' && asked !== 'XLIST') return undefined;
    // The separator, which imapflow asks for at login.
    if (command.endsWith('"" ""')) return { lines: [String.raw`* LIST (\Noselect) "/" ""`] };
    return { lines: (asked === word ? lines : []).map((line) => `* ${asked} ${line}`) };
  });
  return kit.open(server);
}

const pathOf = async (mailbox: Mailbox, use: SpecialUse): Promise<string | undefined> => (await mailbox.folderFor(use))?.path;
const uses = ['sent', 'drafts', 'trash', 'junk', 'archive'] as const;
const pathsOf = async (mailbox: Mailbox): Promise<readonly (string | undefined)[]> =>
  Promise.all(uses.map(async (use) => pathOf(mailbox, use)));

describe('special uses that the server names', () => {
  it('by SPECIAL-USE, whatever the folders are called [RFC 6154]', async () => {
    const mailbox = await listing('SPECIAL-USE', [
      String.raw`(\HasNoChildren) "/" INBOX`,
      String.raw`(\HasNoChildren \Sent) "/" "Parti"`,
      String.raw`(\HasNoChildren \Drafts) "/" "En cours"`,
      String.raw`(\HasNoChildren \Trash) "/" "Poubelle"`,
      String.raw`(\HasNoChildren \Junk) "/" "Ind&AOk-sirables"`,
      String.raw`(\HasNoChildren \Archive) "/" "Dossiers/2026"`,
      String.raw`(\HasNoChildren \All) "/" "Tout"`,
      String.raw`(\HasNoChildren \Flagged) "/" "Suivi"`,
    ]);
    expect(await pathsOf(mailbox)).toEqual(['Parti', 'En cours', 'Poubelle', 'Indésirables', 'Dossiers/2026']);
    expect([await pathOf(mailbox, 'all'), await pathOf(mailbox, 'flagged'), await pathOf(mailbox, 'inbox')]).toEqual([
      'Tout',
      'Suivi',
      'INBOX',
    ]);
    expect((await mailbox.list()).find((one) => one.path === 'Parti')).toMatchObject({ specialUse: 'sent', specialUseSource: 'server' });
    expect(heard(server).some((one) => one.startsWith('XLIST'))).toBe(false);
  });

  it('before a folder that only has the name, in any order', async () => {
    for (const order of [0, 1]) {
      const lines = [String.raw`(\Sent) "/" "Parti"`, String.raw`() "/" "Sent"`];
      const mailbox = await listing('SPECIAL-USE', order === 0 ? lines : lines.toReversed());
      expect(await pathOf(mailbox, 'sent')).toBe('Parti');
    }
  });

  it('by the names that XLIST alone has', async () => {
    const lines = [String.raw`(\HasNoChildren \Spam) "/" "Rebut"`, String.raw`(\AllMail) "/" "Tout"`, String.raw`(\Starred) "/" "Suivi"`];
    const mailbox = await listing('XLIST', [...lines, '() "/" "Junk"'], 'XLIST');
    expect([await pathOf(mailbox, 'junk'), await pathOf(mailbox, 'all'), await pathOf(mailbox, 'flagged')]).toEqual([
      'Rebut',
      'Tout',
      'Suivi',
    ]);
  });

  it('by the older XLIST, its name of the INBOX among them', async () => {
    const mailbox = await listing(
      'XLIST',
      [
        String.raw`(\HasNoChildren \Inbox) "/" "Bo&AO4-te de r&AOk-ception"`,
        String.raw`(\Noselect \HasChildren) "/" "[Op&AOk-rateur]"`,
        String.raw`(\HasNoChildren \Sent) "/" "[Op&AOk-rateur]/Partis"`,
        String.raw`(\HasNoChildren \Drafts) "/" "[Op&AOk-rateur]/En cours"`,
        String.raw`(\HasNoChildren \Trash) "/" "[Op&AOk-rateur]/Vieux"`,
        String.raw`(\HasNoChildren \Junk) "/" "[Op&AOk-rateur]/Rebut"`,
      ],
      'XLIST',
    );
    expect(await pathsOf(mailbox)).toEqual([
      '[Opérateur]/Partis',
      '[Opérateur]/En cours',
      '[Opérateur]/Vieux',
      '[Opérateur]/Rebut',
      undefined,
    ]);
    expect(await pathOf(mailbox, 'inbox')).toBe('Boîte de réception');
    expect((await mailbox.list()).filter((one) => one.specialUse !== null).every((one) => one.specialUseSource === 'server')).toBe(true);
    expect((await mailbox.list()).find((one) => one.path === '[Opérateur]')?.selectable).toBe(false);
    expect(heard(server).filter((one) => one.startsWith('XLIST')).length).toBeGreaterThan(0);
  });

  it('SPECIAL-USE is asked for where both are offered', async () => {
    const mailbox = await listing('XLIST SPECIAL-USE', [String.raw`(\Sent) "/" "Parti"`]);
    expect(await pathOf(mailbox, 'sent')).toBe('Parti');
    expect(heard(server).some((one) => one.startsWith('XLIST'))).toBe(false);
  });

  it('not one that cannot be opened', async () => {
    const mailbox = await listing('SPECIAL-USE', [
      String.raw`(\Sent \Noselect) "/" "Parti"`,
      String.raw`(\Drafts \NonExistent) "/" "En cours"`,
      String.raw`() "/" "Envoy&AOk-s"`,
    ]);
    expect(await pathOf(mailbox, 'drafts')).toBeUndefined();
    expect(await pathOf(mailbox, 'sent')).toBe('Envoyés');
  });
});

describe('special uses by usual names', () => {
  it.each([
    [
      'French, Outlook',
      ['&AMk-l&AOk-ments envoy&AOk-s', 'Brouillons', '&AMk-l&AOk-ments supprim&AOk-s', 'Courrier ind&AOk-sirable', 'Archive'],
    ],
    ['French, Thunderbird', ['Envoy&AOk-s', 'Brouillons', 'Corbeille', 'Pourriel', 'Archives']],
    ['French, Zimbra and webmails', ['Messages envoy&AOk-s', 'Brouillon', 'Messages supprim&AOk-s', 'Ind&AOk-sirables', 'Archives']],
    ['French, capitals', ['ENVOY&AMk-S', 'BROUILLONS', 'CORBEILLE', 'POURRIELS', 'ARCHIVES']],
    ['English', ['Sent', 'Drafts', 'Trash', 'Junk', 'Archive']],
    ['English, Exchange', ['Sent Items', 'Drafts', 'Deleted Items', 'Junk E-mail', 'Archive']],
    ['English, Apple', ['Sent Messages', 'Drafts', 'Deleted Messages', 'Junk', 'Archive']],
    ['German', ['Gesendete Elemente', 'Entw&APw-rfe', 'Papierkorb', 'Junk-E-Mail', 'Archiv']],
    ['Italian', ['Posta inviata', 'Bozze', 'Cestino', 'Posta indesiderata', 'Archivio']],
    ['Spanish', ['Enviados', 'Borradores', 'Papelera', 'Correo no deseado', 'Archivo']],
    ['Portuguese', ['Enviados', 'Rascunhos', 'Lixeira', 'Lixo eletr&APQ-nico', 'Arquivo']],
    ['Dutch', ['Verzonden items', 'Concepten', 'Prullenbak', 'Ongewenste e-mail', 'Archief']],
  ] as const)('%s', async (_, names) => {
    const mailbox = await listing('', ['() "/" INBOX', ...names.map((name) => `() "/" "${name}"`)]);
    const folders = await mailbox.list();
    const paths = folders.map((one) => one.path);
    const found = await pathsOf(mailbox);
    expect(new Set(found).size).toBe(uses.length);
    for (const [index, path] of found.entries()) {
      expect(paths).toContain(path);
      expect(path?.normalize('NFD').replaceAll(/[^A-Za-z -]/g, '')).toBe(
        Buffer.from(names[index] ?? '')
          .toString()
          .replaceAll(/&(AOk|AMk|APw|APQ)-/g, (__, code: string) => ({ AOk: 'e', AMk: 'E', APw: 'u', APQ: 'o' })[code] ?? ''),
      );
      expect(folders.find((one) => one.path === path)?.specialUseSource ?? 'name').toBe('name');
    }
  });

  it('at the top before deeper down, and never a folder that merely contains the word', async () => {
    const mailbox = await listing('', [
      '() "." INBOX',
      '() "." "INBOX.Clients.Envoy&AOk-s"',
      '() "." "INBOX.Envoy&AOk-s"',
      '() "." "INBOX.Envoy&AOk-s &AOA- relancer"',
      '() "." "INBOX.Archives des envoy&AOk-s"',
    ]);
    expect(await pathOf(mailbox, 'sent')).toBe('INBOX.Envoyés');
    expect(await pathOf(mailbox, 'archive')).toBeUndefined();
  });

  it('the configured one before all', async () => {
    const mailbox = await listing('SPECIAL-USE', [String.raw`(\Sent) "/" "Sent"`, '() "/" "Autre"']);
    expect((await mailbox.folderFor('sent', { configured: 'Autre' }))?.path).toBe('Autre');
    await expect(mailbox.folderFor('sent', { configured: 'Absent' })).rejects.toMatchObject({ code: 'ERR_MSS_IMAP_NO_FOLDER' });
  });
});
