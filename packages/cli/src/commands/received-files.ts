import { isMssError } from '@mss/core';
import type { InboxDelivery } from '@mss/ledger';
import { describeMessage, type ReceivedMessage } from '@mss/message';

import type { DurableFolder } from '../durable-files.js';

/** A file of a received message. The name tells nothing of a patient; `name` is the sender's. */
export interface ReceivedFile {
  readonly file: string;
  readonly role: 'message' | 'attachment' | 'document';
  readonly name: string | null;
  readonly mediaType: string;
  readonly bytes: number;
}

/** What `receive` tells of a message; everything else stands in the description. */
export interface ReceivedMessageFiles {
  readonly id: string;
  /** The JSON file; written last: when it is there, the others are. */
  readonly description: string;
  readonly files: readonly ReceivedFile[];
}

const idPattern = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Writes a message durably: the mail itself, its attachments, the documents of its archives, and a description in JSON with the
 * original names and the keys of `mss message inspect`. Written again after a crash, it gives the same files.
 *
 * @throws MssError `ERR_MSS_CLI_FILE`
 */
export async function writeReceived(folder: DurableFolder, delivery: InboxDelivery): Promise<ReceivedMessageFiles> {
  const { id } = delivery;
  if (!idPattern.test(id)) throw new TypeError('an id of the ledger must do as the name of a file');
  const files: ReceivedFile[] = [];
  const write = async (file: string, content: Uint8Array, about: Omit<ReceivedFile, 'file' | 'bytes'>): Promise<void> => {
    await folder.write(file, content);
    files.push({ file, bytes: content.length, ...about });
  };
  await folder.write(`${id}.eml`, delivery.stream());
  files.push({ file: `${id}.eml`, role: 'message', name: null, mediaType: 'message/rfc822', bytes: delivery.sizeBytes });
  const read = await readOf(delivery);
  for (const attachment of read.message === null ? [] : attachmentsOf(delivery, read.message)) {
    const { name, mediaType } = attachment;
    await write(`${id}-${attachment.storageName}`, attachment.bytes(), { role: 'attachment', name, mediaType });
  }
  for (const [index, archive] of (read.message?.archives ?? []).entries()) {
    for (const [position, document] of (archive.xdm?.documents ?? []).entries()) {
      if (document.bytes === null) continue;
      const about = { role: 'document', name: document.uri, mediaType: 'text/xml' } as const;
      await write(`${id}-archive-${index + 1}-document-${position + 1}.xml`, document.bytes, about);
    }
  }
  const description = `${id}.json`;
  await folder.sync();
  await folder.write(description, Buffer.from(`${JSON.stringify(describeDelivery(delivery, { ...read, files }), bytesAsCount, 2)}\n`));
  await folder.sync();
  return { id, description, files };
}

const bytesAsCount = (_key: string, item: unknown): unknown => (item instanceof Uint8Array ? `${item.length} bytes` : item);

interface Read {
  readonly message: ReceivedMessage | null;
  readonly warnings: InboxDelivery['warnings'];
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** A message too long for the ledger to have read it is read here, within the limits; what cannot be read is kept as it came. */
async function readOf(delivery: InboxDelivery): Promise<Read> {
  if (delivery.message !== null) return { message: delivery.message, warnings: delivery.warnings, problem: null };
  try {
    const { value, warnings } = await delivery.read();
    return { message: value, warnings, problem: null };
  } catch (error) {
    if (!isMssError(error) || !/^ERR_MSS_(?:MIME|MESSAGE)_/.test(error.code)) throw error;
    return { message: null, warnings: [], problem: { code: error.code, message: error.message } };
  }
}

interface Attachment {
  readonly storageName: string;
  readonly name: string | null;
  readonly mediaType: string;
  bytes(): Uint8Array;
}

function attachmentsOf(delivery: InboxDelivery, message: ReceivedMessage): readonly Attachment[] {
  if (delivery.message !== null) return delivery.attachments;
  return message.attachments.map((one, index) => ({
    storageName: `attachment-${index + 1}${/\.[A-Za-z0-9]{1,8}$/.exec(one.name ?? '')?.[0].toLowerCase() ?? ''}`,
    name: one.name,
    mediaType: one.mediaType,
    bytes: () => one.bytes(),
  }));
}

function describeDelivery(
  delivery: InboxDelivery,
  read: Read & { readonly files: readonly ReceivedFile[] },
): Readonly<Record<string, unknown>> {
  const { id, mailbox, folder, uidValidity, uid, flags, internalDate, sizeBytes, attempt, perhapsBefore, sharesMessageId, mdnRequested } =
    delivery;
  const error = read.message?.xdmError ?? null;
  return {
    id,
    mailbox,
    folder,
    uidValidity,
    uid,
    flags,
    internalDate,
    sizeBytes,
    attempt,
    perhapsBefore,
    sharesMessageId,
    files: read.files,
    ...(read.message === null ? {} : describeMessage(read.message)),
    tolerated: read.warnings,
    problem: read.problem ?? (error === null ? null : { code: error.code, message: error.message, requirement: error.requirement ?? null }),
    documents: delivery.documents,
    receiptOutcome: delivery.receipt,
    conversation: delivery.conversation,
    mdnRequested,
  };
}
