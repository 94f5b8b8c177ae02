import { describe, expect, it } from 'vitest';
import {
  checkMailboxKind,
  chooseFolder,
  mailboxKindRules,
  openMailbox,
  type MailFolder,
  type MailboxUse,
  type SpecialUse,
} from '../src/index.js';

const codes = (use: MailboxUse): string[] => checkMailboxKind(use).map(({ code }) => code);

describe('kinds of mailbox [§2.1.3, ECO.1.2.1]', () => {
  it.each([
    ['ref2-0.1', 'personal', ['certificate', 'token', 'password']],
    ['ref2-0.1', 'organisational', ['certificate', 'token', 'password']],
    ['ref2-0.1', 'applicative', ['certificate']],
    ['ref2-1.0.1', 'personal', ['token']],
    ['ref2-1.0.1', 'organisational', ['token']],
    ['ref2-1.0.1', 'applicative', ['certificate']],
  ] as const)('%s, %s: %j and no other', (profile, kind, allowed) => {
    for (const type of ['certificate', 'token', 'password'] as const) {
      const refused = (allowed as readonly string[]).includes(type) ? [] : ['ERR_MSS_MAILBOX_AUTHENTICATION'];
      expect(codes({ profile, kind, auth: { type } })).toEqual(refused);
      expect(codes({ profile, kind, auth: { type }, operatorAllows: [type] })).toEqual([]);
    }
  });

  it('names the requirement where there is one', () => {
    expect(checkMailboxKind({ profile: 'ref2-1.0.1', kind: 'personal', auth: { type: 'password' } })[0]).toMatchObject({
      requirement: 'ECO.1.2.1',
    });
    expect(checkMailboxKind({ kind: 'applicative', auth: { type: 'token' } })[0]?.requirement).toBeUndefined();
  });

  it('an applicative mailbox never asks a person, a personal one is never opened without', () => {
    expect(codes({ kind: 'applicative', auth: { type: 'certificate' }, interactive: true })).toEqual(['ERR_MSS_MAILBOX_INTERACTIVE']);
    expect(codes({ kind: 'applicative', auth: { type: 'certificate' }, interactive: false })).toEqual([]);
    expect(codes({ kind: 'personal', auth: { type: 'certificate' }, interactive: false })).toEqual(['ERR_MSS_MAILBOX_NOBODY']);
    expect(codes({ kind: 'organisational', auth: { type: 'token' }, interactive: false })).toEqual([]);
  });

  it('tells all that is wrong at once, the number of connections among it', () => {
    const { max } = mailboxKindRules['ref2-0.1'].applicative.connections;
    const use = { kind: 'applicative', auth: { type: 'password' }, interactive: true, connections: max + 1 } as const;
    expect(codes(use)).toEqual(['ERR_MSS_MAILBOX_AUTHENTICATION', 'ERR_MSS_MAILBOX_INTERACTIVE', 'ERR_MSS_MAILBOX_CONNECTIONS']);
    expect(codes({ ...use, auth: { type: 'certificate' }, interactive: false, connections: max })).toEqual([]);
  });

  it('is kept when a mailbox is opened: nothing is connected', async () => {
    const policy = {
      connect: () => Promise.reject(new Error('connected')),
      connectStartTls: () => Promise.reject(new Error('connected')),
    };
    const given = {
      policy,
      host: 'x',
      port: 1,
      security: 'implicit',
      auth: { type: 'password', user: 'a', password: 'b' },
      kind: 'applicative',
    } as const;
    await expect(openMailbox(given)).rejects.toMatchObject({ code: 'ERR_MSS_MAILBOX_AUTHENTICATION' });
    await expect(openMailbox({ ...given, operatorAllows: ['password'] })).rejects.toThrow('connected');
  });
});

describe('folders by use [RFC 6154]', () => {
  const folder = (path: string, given: Partial<MailFolder> = {}): MailFolder => ({
    path,
    delimiter: '/',
    specialUse: null,
    specialUseSource: null,
    selectable: true,
    subscribed: true,
    ...given,
  });
  const server = (path: string, specialUse: SpecialUse): MailFolder => folder(path, { specialUse, specialUseSource: 'server' });

  it('configured, then named by the server, then by a usual name, and the top before deeper down', () => {
    const folders = [
      folder('INBOX/Sent'),
      folder('Sent', { specialUse: 'sent', specialUseSource: 'name' }),
      server('INBOX/Envois', 'sent'),
      folder('Mes envois'),
      folder('Niveau', { selectable: false }),
    ];
    const paths = (list: readonly MailFolder[], configured?: string): string | undefined =>
      chooseFolder(list, 'sent', configured ?? null)?.path;
    expect(paths(folders, 'Mes envois')).toBe('Mes envois');
    expect(paths(folders)).toBe('INBOX/Envois');
    expect(paths(folders.filter(({ specialUseSource }) => specialUseSource !== 'server'))).toBe('Sent');
    expect(paths([folder('INBOX/Sent'), folder('A/B/Sent')])).toBe('INBOX/Sent');
    expect(chooseFolder([folder('INBOX')], 'sent')).toBeNull();
    for (const gone of ['Disparu', 'Niveau'])
      expect(() => paths(folders, gone)).toThrow(expect.objectContaining({ code: 'ERR_MSS_IMAP_NO_FOLDER' }));
  });

  it.each([
    ['sent', 'Éléments envoyés'],
    ['sent', 'E\u0301le\u0301ments envoye\u0301s'],
    ['sent', 'Messages envoyés'],
    ['sent', 'Sent Items'],
    ['drafts', 'Brouillons'],
    ['trash', 'Corbeille'],
    ['trash', 'Éléments supprimés'],
    ['junk', 'Courrier indésirable'],
    ['archive', 'Archives'],
  ] as const)('%s is found as %s', (use, name) => {
    expect(chooseFolder([folder('INBOX'), folder('Clients envoyés'), folder(`INBOX/${name}`)], use)?.path).toBe(`INBOX/${name}`);
  });

  it('a folder the server gave another use is not taken for its name', () => {
    expect(chooseFolder([server('Sent', 'archive')], 'sent')).toBeNull();
  });
});
