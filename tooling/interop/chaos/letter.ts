import type { Letter } from './protocol.js';

/** Message-IDs tell the document, so that what the servers hold can be counted by document. */
export function messageIdOf(documentId: string): string {
  return `<${documentId}@chaos.mssante.test>`;
}

/** The same bytes for the same letter, in every life of the process. */
export function letterBytes(letter: Letter, from: string): Uint8Array {
  const lines = [
    `From: ${from}`,
    `To: ${letter.to}`,
    'Date: Sun, 1 Mar 2026 08:00:00 +0000',
    `Message-ID: ${messageIdOf(letter.documentId)}`,
    `Subject: Avis ${letter.documentId}`,
    `Disposition-Notification-To: ${from}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    letter.text,
    '',
  ];
  return new Uint8Array(Buffer.from(lines.join('\r\n')));
}
