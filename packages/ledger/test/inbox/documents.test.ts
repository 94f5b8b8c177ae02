import { readFileSync } from 'node:fs';

import { createDocumentSet, readCda } from '@mss/cda';
import { readZip, writeZip } from '@mss/formats/zip';
import { openSqliteStore, type Store } from '@mss/store';
import { buildXdm, readXdm } from '@mss/xdm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Inbox, InboxDelivery } from '../../src/inbox/index.js';
import { ImapDouble } from '../support/imap-double.js';
import { createWorld, emptyStore, type World } from '../support/ledger-double.js';
import { mail } from '../support/mails.js';

const address = 'claire.moreau@cabinet.mssante.fr';
const source = readFileSync(new URL('../../../../tooling/testdata/cda/001-biologie-hemogramme.xml', import.meta.url), 'utf8');
const originalId = '2.25.72329909196365351834159336376864794379';
let store: Store;
let world: World;
let server: ImapDouble;
let inbox: Inbox;
const got: InboxDelivery[] = [];

beforeAll(async () => {
  store = await openSqliteStore({ file: ':memory:' });
});
afterAll(() => store.close());
beforeEach(async () => {
  got.length = 0;
  server = new ImapDouble();
  world = await createWorld({ store });
  inbox = await world.inbox();
  await emptyStore(store);
});

/** A document: its id, and what else differs. */
function document(
  id: string,
  options: { readonly version?: number; readonly replaces?: string; readonly title?: string } = {},
): Uint8Array {
  const related =
    options.replaces === undefined
      ? ''
      : `<relatedDocument typeCode="RPLC"><parentDocument><id root="${options.replaces}"/></parentDocument></relatedDocument>`;
  const text = source
    .replace(originalId, id)
    .replace('<versionNumber value="1"/>', `<versionNumber value="${options.version ?? 1}"/>`)
    .replace('<componentOf>', `${related}<componentOf>`)
    .replace(/<title>[^<]*<\/title>/, (title) => (options.title === undefined ? title : `<title>${options.title}</title>`));
  return new Uint8Array(Buffer.from(text));
}

function archiveOf(documents: readonly Uint8Array[]): Uint8Array {
  return buildXdm(createDocumentSet(documents.map((bytes) => readCda(bytes).value) as never), {
    submissionTime: new Date('2026-03-01T08:00:00Z'),
  }).bytes;
}

/** UUIDs of the entries of an archive. */
const entriesOf = (archive: Uint8Array): readonly string[] => readXdm(archive).value.documents.map((one) => one.entry.entryUUID);

/** The archive with an association that says: its first document takes the place of another. */
function replacing(archive: Uint8Array, target: string): Uint8Array {
  const association = `<Association xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" id="urn:uuid:5d2d4a4e-0000-4000-8000-000000000001"
    associationType="urn:ihe:iti:2007:AssociationType:RPLC" sourceObject="${entriesOf(archive)[0]}" targetObject="${target}"/>`;
  const entries = readZip(archive).value.entries.map((entry) => {
    const bytes = entry.read();
    if (!entry.name.endsWith('METADATA.XML')) return { name: entry.name, bytes };
    const text = Buffer.from(bytes).toString();
    return { name: entry.name, bytes: Buffer.from(text.replace(/(?=<\/(?:\w+:)?RegistryObjectList>)/, association)) };
  });
  return writeZip(entries, { modifiedAt: new Date('2026-03-01T08:00:00Z') });
}

/** A mail with an archive of documents, and attachments that have the same name. */
function withArchive(id: string, given: readonly Uint8Array[] | Uint8Array): string {
  const archive = given instanceof Uint8Array ? given : archiveOf(given);
  const part = (name: string, type: string, bytes: Uint8Array): string =>
    [
      `--b`,
      `Content-Type: ${type}; name="${name}"`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(bytes).toString('base64'),
      '',
    ].join('\r\n');
  const pdf = (text: string): Uint8Array => new Uint8Array(Buffer.from(`%PDF-1.4 ${text}`));
  return mail(id, {
    subject: 'XDM/1.0/DDM+CR ROCHEBRUNE JEANNE 12/03/1958',
    headers: ['Content-Type: multipart/mixed; boundary=b'],
    body: [
      '--b\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n',
      part('IHE_XDM.ZIP', 'application/zip', archive),
      part('CR.PDF', 'application/pdf', pdf('1')),
      part('cr.pdf', 'application/pdf', pdf('2')),
      '--b--\r\n',
    ].join(''),
  });
}

async function receive(text: string): Promise<InboxDelivery> {
  server.deliver(text);
  await inbox.receive({ mailbox: server.connect(), address, kind: 'personal', handOver: async (delivery) => void got.push(delivery) });
  return got.at(-1) as InboxDelivery;
}

describe('documents by their own identifiers', () => {
  it('the same document in a second mail is told as already received, and handed over all the same', async () => {
    const first = await receive(withArchive('a', [document('1.2.3.1')]));
    expect(first.documents).toMatchObject([
      { documentId: '1.2.3.1', versionNumber: 1, attachment: 0, already: null, differsFrom: null, replaces: [], replacedBy: null },
    ]);
    const second = await receive(withArchive('b', [document('1.2.3.1'), document('1.2.3.2')]));
    expect(second.documents).toMatchObject([
      { already: { delivery: first.id, at: expect.any(Date) } },
      { documentId: '1.2.3.2', already: null },
    ]);
    expect(second.message?.xdm?.documents).toHaveLength(2);
  });

  it('the same identifier with other bytes is told apart', async () => {
    const first = await receive(withArchive('a', [document('1.2.3.1')]));
    const second = await receive(withArchive('b', [document('1.2.3.1', { title: 'Autre contenu' })]));
    expect(second.documents).toMatchObject([{ already: null, differsFrom: { delivery: first.id } }]);
  });

  it('annule et remplace: linked whichever comes first', async () => {
    const first = await receive(withArchive('a', [document('1.2.3.1')]));
    const second = await receive(withArchive('b', [document('1.2.3.2', { version: 2, replaces: '1.2.3.1' })]));
    expect(second.documents).toMatchObject([{ replaces: [{ documentId: '1.2.3.1', received: { delivery: first.id } }], replacedBy: null }]);

    const later = await receive(withArchive('c', [document('1.2.3.4', { version: 4, replaces: '1.2.3.3' })]));
    expect(later.documents).toMatchObject([{ replaces: [{ documentId: '1.2.3.3', received: null }] }]);
    const old = await receive(withArchive('d', [document('1.2.3.3', { version: 3 })]));
    expect(old.documents).toMatchObject([{ replacedBy: { delivery: later.id } }]);
    // An older version of the same set, without a word of replacement.
    const older = await receive(withArchive('e', [document('1.2.3.9', { version: 3 })]));
    expect(older.documents).toMatchObject([{ replacedBy: { delivery: later.id } }]);
  });

  it('annule et remplace by an RPLC association of METADATA.XML alone: linked whichever comes first [ITI TF-3 4.2.2.2]', async () => {
    const original = archiveOf([document('1.2.3.1')]);
    const [uuid = ''] = entriesOf(original);
    const first = await receive(withArchive('a', original));
    const second = await receive(withArchive('b', replacing(archiveOf([document('1.2.3.2')]), uuid)));
    expect(second.documents).toMatchObject([{ documentId: '1.2.3.2', replaces: [{ documentId: uuid, received: { delivery: first.id } }] }]);
    // The former one, late: its entry is known to be replaced, and nothing else is.
    const third = archiveOf([document('1.2.3.3')]);
    const later = await receive(withArchive('c', replacing(archiveOf([document('1.2.3.4')]), entriesOf(third)[0]?.toUpperCase() ?? '')));
    expect(later.documents).toMatchObject([{ replaces: [{ received: null }], replacedBy: null }]);
    expect((await receive(withArchive('d', third))).documents).toMatchObject([
      { documentId: '1.2.3.3', replacedBy: { delivery: later.id } },
    ]);
    expect((await receive(withArchive('e', archiveOf([document('1.2.3.3')])))).documents).toMatchObject([
      { already: { delivery: expect.any(String) as string }, replacedBy: null },
    ]);
  });

  it('an RPLC association that names the identifier, another entry of the archive, itself or nonsense', async () => {
    const replaces = async (id: string, target: string, documents = [document('1.2.3.2')]): Promise<readonly unknown[]> => {
      const archive = archiveOf(documents);
      const at = target.replace('#1', entriesOf(archive)[1] ?? '').replace('#0', entriesOf(archive)[0] ?? '');
      return (await receive(withArchive(id, replacing(archive, at)))).documents[0]?.replaces.map((one) => one.documentId) ?? [];
    };
    expect(await replaces('a', '1.2.3.1')).toEqual(['1.2.3.1']);
    expect(await replaces('b', '#1', [document('1.2.3.5'), document('1.2.3.6')])).toEqual(['1.2.3.6']);
    expect(await replaces('c', '#0')).toEqual([]);
    expect(await replaces('d', 'Dupont Jeanne 12/03/1958')).toEqual([]);
    // What the document itself says is not said twice.
    expect(await replaces('e', 'urn:uuid:5d2d4a4e-0000-4000-8000-0000000000ff', [document('1.2.3.7', { replaces: '1.2.3.1' })])).toEqual([
      '1.2.3.1',
    ]);
  });

  it('what was not handed over was not received', async () => {
    server.deliver(withArchive('a', [document('1.2.3.1')]));
    await inbox.receive({ mailbox: server.connect(), address, kind: 'personal', handOver: () => Promise.reject(new Error('full')) });
    expect((await receive(withArchive('b', [document('1.2.3.1')]))).documents).toMatchObject([{ already: null }]);
  });

  it('two attachments of the same name are two, under names that tell nothing', async () => {
    const { attachments } = await receive(withArchive('a', [document('1.2.3.1')]));
    expect(attachments.map(({ index, name, storageName, sameNameAs }) => [index, name, storageName, sameNameAs])).toEqual([
      [0, 'IHE_XDM.ZIP', 'attachment-1.zip', []],
      [1, 'CR.PDF', 'attachment-2.pdf', [2]],
      [2, 'cr.pdf', 'attachment-3.pdf', [1]],
    ]);
    expect(attachments.map((one) => Buffer.from(one.bytes()).toString('latin1').slice(0, 10))).toEqual([
      expect.stringMatching(/^PK/),
      '%PDF-1.4 1',
      '%PDF-1.4 2',
    ]);
  });

  it('the conversation is that of the patient, and no table names documents or patients', async () => {
    const delivery = await receive(withArchive('a', [document('1.2.3.1')]));
    expect(delivery.conversation).toMatchObject({ hasPatient: true });
    const rows = await Promise.all(
      ['inbox_documents', 'inbox_replacements', 'inbox_messages', 'conversation_messages'].map((table) =>
        store.all(`SELECT * FROM ${table} LIMIT 9`),
      ),
    );
    expect(JSON.stringify(rows)).not.toMatch(/1\.2\.3\.1|258038|rochebrune/i);
  });
});
