import { createHash } from 'node:crypto';

import { documentIdentifier, type CdaHeader, type CdaId } from '@mss/cda';
import type { ReceivedMessage } from '@mss/message';
import type { StoreReader, StoreRow, StoreTransaction } from '@mss/store';

import type { Privacy } from '../privacy.js';
import type { DeliveredAttachment, DeliveredDocument, EarlierDocument } from './types.js';

/** Documents of one mail whose history is looked up; the others are handed over without it. */
const maxDocuments = 200;

interface EarlierRow extends StoreRow {
  readonly delivery: string;
  readonly received_at: number;
}

/** The attachments of a mail, each with a name of its own. */
export function attachmentsOf(message: ReceivedMessage): readonly DeliveredAttachment[] {
  const names = message.attachments.map((one) => one.name?.normalize('NFC').toLocaleLowerCase('fr') ?? null);
  return message.attachments.map((one, index) => ({
    index,
    name: one.name,
    storageName: `attachment-${index + 1}${extensionOf(one.name)}`,
    mediaType: one.mediaType,
    sameNameAs: names.flatMap((name, other) => (other !== index && name !== null && name === names[index] ? [other] : [])),
    bytes: () => one.bytes(),
  }));
}

/** Only extensions that tell a kind of file: a patient's name could stand behind a dot too. */
function extensionOf(name: string | null): string {
  const extension = /\.(pdf|zip|xml|txt|rtf|jpe?g|png|tiff?|dcm|eml|html?|docx?|xlsx?|odt|csv|gif|hpr|hl7)$/i.exec(name?.trim() ?? '')?.[1];
  return extension === undefined ? '' : `.${extension.toLowerCase()}`;
}

/** A document of a mail, before its history is known. */
interface FoundDocument {
  readonly attachment: number;
  readonly position: number;
  readonly documentId: string;
  readonly setId: string | null;
  readonly versionNumber: number | null;
  readonly sha256: string;
  /** UUID of its entry in METADATA.XML, by which the archive of a later document may name it. */
  readonly entryUuid: string | null;
  readonly parents: readonly string[];
}

type Archive = NonNullable<ReceivedMessage['archives'][number]['xdm']>;

const uuidPattern = /^urn:uuid:[0-9a-f-]{36}$/;
const oidPattern = /^[0-2](?:\.\d+)+(?:\^.+)?$/;

const idOf = (id: CdaId | null): string | null => (id === null || id.root === null ? null : documentIdentifier({ id }));

/** Identifier of a set of versions; a document that says none is a set of its own. */
const setOf = (header: CdaHeader): string | null => idOf(header.setId);

function documentsOf(message: ReceivedMessage): readonly FoundDocument[] {
  const found: FoundDocument[] = [];
  for (const archive of message.archives) {
    if (archive.xdm === null) continue;
    archive.xdm.documents.forEach((document, position) => {
      const header = document.cdaHeader?.header;
      const documentId = header === undefined ? null : idOf(header.id);
      if (header === undefined || documentId === null || document.bytes === null || found.length >= maxDocuments) return;
      const parents = header.relatedDocuments
        .filter((one) => one.typeCode === 'RPLC')
        .flatMap((one) => one.ids.map(idOf))
        .filter((id) => id !== null);
      const { entryUUID } = document.entry;
      // Once in clear is enough: the association names the same document by the UUID of an entry that is not here.
      const told = replacedBy(archive.xdm as Archive, entryUUID).filter((id) => parents.length === 0 || !uuidPattern.test(id));
      found.push({
        attachment: archive.attachment,
        position,
        documentId,
        setId: setOf(header),
        versionNumber: header.versionNumber,
        sha256: createHash('sha256').update(document.bytes).digest('hex'),
        entryUuid: uuidPattern.test(entryUUID) ? entryUUID : null,
        parents: [...new Set([...parents, ...told])],
      });
    });
  }
  return found;
}

/**
 * What the RPLC associations of METADATA.XML say that an entry takes the place of: the identifier of the document where the archive
 * holds its entry, else what stands there: the UUID of an entry of an earlier archive, or the identifier itself (QUIRK: XDS asks for
 * the UUID; a sender without registry knows only the identifier).
 */
function replacedBy(xdm: Archive, entryUuid: string): readonly string[] {
  return xdm.associations
    .filter((one) => one.associationType === 'RPLC' && one.sourceObject === entryUuid && one.targetObject !== entryUuid)
    .map(({ targetObject }) => xdm.documents.find((one) => one.entry.entryUUID === targetObject)?.entry.uniqueId ?? targetObject)
    .filter((id) => uuidPattern.test(id) || oidPattern.test(id));
}

/** What the history of documents is kept under. */
export interface DocumentHistory {
  /** What is known of the documents of a mail before it is handed over. */
  lookUp(reader: StoreReader, delivery: { readonly id: string; readonly message: ReceivedMessage }): Promise<readonly DeliveredDocument[]>;
  /** Once the host has the mail: from now on its documents were received. */
  remember(
    transaction: StoreTransaction,
    delivery: { readonly id: string; readonly documents: readonly DeliveredDocument[]; readonly at: Date },
  ): Promise<void>;
}

/** Documents by their own identifiers, in all mailboxes of the ledger; identifiers and contents are HMACs. */
export function createDocumentHistory(privacy: Pick<Privacy, 'pseudonym'>): DocumentHistory {
  const documentKey = (id: string): string => privacy.pseudonym('document', id);
  const setKey = (id: string): string => privacy.pseudonym('document-set', id);
  const contentKey = (sha256: string): string => privacy.pseudonym('document-content', sha256);

  async function earlier(reader: StoreReader, sql: string, parameters: readonly (string | number)[]): Promise<EarlierDocument | null> {
    const row = await reader.get<EarlierRow>(`${sql} ORDER BY received_at, delivery LIMIT 1`, parameters);
    return row === null ? null : { delivery: row.delivery, at: new Date(row.received_at) };
  }

  const insert = (transaction: StoreTransaction, row: readonly (string | number | null)[]): Promise<number> =>
    transaction.run(
      `INSERT INTO inbox_documents (document, version_set, version, content, delivery, received_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (document, content, delivery) DO NOTHING`,
      row,
    );

  return {
    async lookUp(reader, { id, message }): Promise<readonly DeliveredDocument[]> {
      const result: DeliveredDocument[] = [];
      for (const { parents, ...document } of documentsOf(message)) {
        const key = documentKey(document.documentId);
        const content = contentKey(document.sha256);
        const select = 'SELECT delivery, received_at FROM inbox_documents WHERE delivery <> ?';
        const already = await earlier(reader, `${select} AND document = ? AND content = ?`, [id, key, content]);
        const differsFrom = await earlier(reader, `${select} AND document = ? AND content <> ?`, [id, key, content]);
        const replaces: { readonly documentId: string; readonly received: EarlierDocument | null }[] = [];
        for (const parent of parents)
          replaces.push({ documentId: parent, received: await earlier(reader, `${select} AND document = ?`, [id, documentKey(parent)]) });
        const replacement = await earlier(
          reader,
          'SELECT delivery, received_at FROM inbox_replacements WHERE delivery <> ? AND replaced IN (?, ?)',
          [id, key, document.entryUuid === null ? key : documentKey(document.entryUuid)],
        );
        const newer =
          replacement === null && document.setId !== null && document.versionNumber !== null
            ? await earlier(reader, `${select} AND version_set = ? AND version > ?`, [id, setKey(document.setId), document.versionNumber])
            : null;
        result.push({ ...document, already, differsFrom, replaces, replacedBy: replacement ?? newer });
      }
      return result;
    },

    async remember(transaction, { id, documents, at }): Promise<void> {
      for (const document of documents) {
        const { setId, entryUuid } = document;
        const content = contentKey(document.sha256);
        await insert(transaction, [
          documentKey(document.documentId),
          setId === null ? null : setKey(setId),
          document.versionNumber,
          content,
          id,
          at.getTime(),
        ]);
        // A second name of the same document.
        if (entryUuid !== null) await insert(transaction, [documentKey(entryUuid), null, null, content, id, at.getTime()]);
        for (const { documentId } of document.replaces)
          await transaction.run(
            `INSERT INTO inbox_replacements (replaced, document, delivery, received_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (replaced, document, delivery) DO NOTHING`,
            [documentKey(documentId), documentKey(document.documentId), id, at.getTime()],
          );
      }
    },
  };
}
