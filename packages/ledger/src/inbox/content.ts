import { concatBytes, isMssError } from '@mss/core';
import type { FetchedMessage } from '@mss/transport';

import { Fingerprinter, fingerprintOf, type Fingerprint } from './fingerprint.js';
import type { Pass } from './pass.js';
import type { ServerPlace } from './keyword-claim.js';

/** What the spool is sealed as. */
export const spoolPurpose = 'inbox';

/** Where the bytes of a message lie in the spool. */
export function spoolName(privacy: Pass['inbox']['ledger']['privacy'], id: string): string {
  return privacy.pseudonym('inbox-spool', id);
}

/** The bytes of one message, in memory or in the sealed spool. */
export interface Content {
  /** `null`: in the spool. */
  readonly bytes: Uint8Array | null;
  stream(): AsyncIterable<Uint8Array>;
  /** Takes the spool away. */
  erase(): Promise<void>;
}

/** A message known by its fingerprint, its bytes perhaps still on the server. */
export interface Identified {
  readonly id: string;
  readonly fingerprint: Fingerprint;
  /** `null`: longer than `inMemoryBytes`. */
  readonly bytes: Uint8Array | null;
  readonly tooLarge: boolean;
}

export function serverPlace(pass: Pass, uid: number): ServerPlace {
  const { folder, uidValidity, request } = pass;
  return { folder, uidValidity, uid, ...(request.signal === undefined ? {} : { signal: request.signal }) };
}

/**
 * The name of a message in this ledger: an HMAC of mailbox, Message-ID and content. The same message in another folder, under another
 * UID, or after a change of UIDVALIDITY has the same; the same Message-ID with other content is another message; without
 * Message-ID the content alone tells, so that two mails equal to the last byte are one.
 */
function nameOf(pass: Pass, fingerprint: Fingerprint, more = ''): string {
  const { privacy } = pass.inbox.ledger;
  return privacy.pseudonym('inbox-message', JSON.stringify([pass.mailboxKey, fingerprint.messageId ?? '', fingerprint.content, more]));
}

/**
 * Identifies a message that was fetched. One that is too long for the memory is read once from the server for its fingerprint, and once
 * more when it is handed over; one that is over the limit is known by its header and its size.
 */
export async function identify(pass: Pass, fetched: FetchedMessage): Promise<Identified> {
  const { limits } = pass.inbox;
  if (fetched.bytes !== null && fetched.bytes.length <= limits.messageBytes) {
    const fingerprint = fingerprintOf(fetched.bytes, limits);
    return { id: nameOf(pass, fingerprint), fingerprint, bytes: fetched.bytes, tooLarge: false };
  }
  const fingerprinter = new Fingerprinter(limits);
  const tooLarge = fetched.sizeBytes > limits.messageBytes;
  const headerOnly: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of pass.request.mailbox.readMessage(serverPlace(pass, fetched.uid))) {
    read += chunk.length;
    if (!tooLarge) fingerprinter.update(chunk);
    // What is longer than the server said is over the limit all the same.
    if (read > limits.messageBytes && !tooLarge) return identifyLarge(pass, fetched, headerOnly);
    if (headerOnly.length * 64 * 1024 <= limits.headerBytes) headerOnly.push(chunk.subarray(0, limits.headerBytes + 1));
    if (tooLarge && read > limits.headerBytes) break;
  }
  if (tooLarge) return identifyLarge(pass, fetched, headerOnly);
  const fingerprint = fingerprinter.digest();
  return { id: nameOf(pass, fingerprint), fingerprint, bytes: null, tooLarge: false };
}

function identifyLarge(pass: Pass, fetched: FetchedMessage, start: readonly Uint8Array[]): Identified {
  const { limits } = pass.inbox;
  const header = concatBytes(start).subarray(0, limits.headerBytes + 1);
  const view = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const end = view.indexOf('\r\n\r\n');
  const fingerprint = fingerprintOf(end < 0 ? header : header.subarray(0, end + 4), limits);
  return { id: nameOf(pass, fingerprint, `oversize ${fetched.sizeBytes}`), fingerprint, bytes: null, tooLarge: true };
}

/**
 * The content of a claimed message: from memory, or from the server, into memory or the spool.
 *
 * @returns `null` when the message is no longer in the folder.
 */
export async function contentOf(
  pass: Pass,
  message: { readonly id: string; readonly uid: number; readonly bytes: Uint8Array | null; readonly sizeBytes: number },
): Promise<Content | null> {
  if (message.bytes !== null) return inMemory(message.bytes);
  const { inbox, request } = pass;
  try {
    const stream = request.mailbox.readMessage(serverPlace(pass, message.uid));
    if (message.sizeBytes <= inbox.inMemoryBytes) return inMemory(await collect(stream, inbox.limits.messageBytes));
    return await inSpool(pass, message.id, stream);
  } catch (error) {
    if (isMssError(error, 'ERR_MSS_IMAP_NO_MESSAGE')) return null;
    throw error;
  }
}

function inMemory(bytes: Uint8Array): Content {
  return {
    bytes,
    stream: async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    },
    erase: () => Promise.resolve(),
  };
}

/** Under the name of the message: what a crash left there is replaced by the next try. */
async function inSpool(pass: Pass, id: string, stream: AsyncIterable<Uint8Array>): Promise<Content> {
  const { contents, privacy } = pass.inbox.ledger;
  const name = spoolName(privacy, id);
  await contents.erase(name, spoolPurpose);
  await contents.write(name, spoolPurpose, stream);
  return { bytes: null, stream: () => contents.stream(name, spoolPurpose), erase: () => contents.erase(name, spoolPurpose) };
}

async function collect(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxBytes) break;
  }
  return concatBytes(chunks);
}

/** A whole stream as one array. */
export async function collectAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return concatBytes(chunks);
}
