import { createHash } from 'node:crypto';

import type { ReceivedMessage } from '@mss/message';

import type { Output } from './output.ts';

/** What the receiving software files of one message. */
export interface FiledMessage {
  /** Opaque: made of the matricule, and no more readable than a hash. */
  readonly record: string;
  readonly documents: number;
  readonly pdfs: number;
}

/**
 * Files a message in the record of its patient: CDA and PDF under opaque names, the original names in `contents.json`.
 *
 * The patient comes from METADATA.XML and from nothing else (ECO.2.1.2); an archive with problems is not filed.
 */
export function fileInRecord(message: ReceivedMessage, output: Output): FiledMessage {
  const { xdm } = message;
  const ins = message.patient?.ins ?? null;
  if (xdm === null || !xdm.ok || ins === null)
    throw new Error('a message without a trustworthy archive and INS is not filed by itself: a person decides');
  const record = createHash('sha256').update(`${ins.oid} ${ins.value}`).digest('hex').slice(0, 16);
  const contents: { file: string; name: string | null; sha1: string | null }[] = [];
  const keep = (
    bytes: Uint8Array,
    extension: string,
    details: { readonly name: string | null; readonly sha1: string | null; readonly caption: string },
  ): void => {
    const file = `dossier-${record}/${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.${extension}`;
    output.keep(file, details.caption, bytes);
    contents.push({ file, name: details.name, sha1: details.sha1 });
  };
  for (const document of xdm.documents) {
    if (document.bytes !== null)
      keep(document.bytes, 'xml', {
        name: document.uri,
        sha1: document.sha1,
        caption: 'CDA classé dans le dossier du confrère, empreinte vérifiée',
      });
  }
  const pdfs = message.attachments.filter((file) => file.mediaType === 'application/pdf');
  for (const pdf of pdfs)
    keep(pdf.bytes(), 'pdf', { name: pdf.name, sha1: null, caption: 'PDF/A-1 reçu avec le document, lisible sans logiciel métier' });
  output.keep(
    `dossier-${record}/contents-${contents.length}-${xdm.documents.length}-${(message.messageId ?? '').slice(1, 9)}.json`,
    'Noms d’origine des fichiers classés',
    JSON.stringify(contents, null, 2),
  );
  return { record, documents: xdm.documents.length, pdfs: pdfs.length };
}
