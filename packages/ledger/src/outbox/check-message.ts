import { MssError } from '@mss/core';
import { findBareNewline } from '@mss/formats/mime';

import type { OutboxErrorCode } from './errors.js';

/** A Message-ID stands near the top; a header section beyond this is none. */
const mostHeaderBytes = 256 * 1024;

export function refuseEntry(what: string, message: string, requirement?: string): MssError<OutboxErrorCode> {
  return new MssError<OutboxErrorCode>('ERR_MSS_LEDGER_ENTRY', message, {
    details: { what },
    ...(requirement === undefined ? {} : { requirement }),
  });
}

/** What the outbox needs to know of a message. */
export interface MessageFacts {
  /** With angle brackets. */
  readonly messageId: string;
  /** The header section is ASCII: the message may be streamed. */
  readonly plainHeader: boolean;
}

/**
 * Checks what would be refused at every attempt, and finds the Message-ID that makes every attempt the same message.
 *
 * @throws MssError `ERR_MSS_LEDGER_ENTRY` without exactly one Message-ID (ECO.2.2.1), or with a bare CR or LF
 */
export function checkMessage(bytes: Uint8Array): MessageFacts {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (findBareNewline(buffer) !== -1) throw refuseEntry('message', 'the lines of the message do not all end with CRLF');
  const end = buffer.subarray(0, mostHeaderBytes).indexOf('\r\n\r\n');
  if (end === -1) throw refuseEntry('message', 'the message has no end of its header section');
  const header = buffer.toString('latin1', 0, end + 2);
  const found = [...header.replaceAll(/\r\n(?=[ \t])/g, '').matchAll(/^Message-ID[ \t]*:[ \t]*(<[^<>\s]{1,900}>)[ \t]*\r$/gim)];
  const messageId = found[0]?.[1];
  if (messageId === undefined || found.length > 1) throw refuseEntry('message', 'the message needs one Message-ID', 'ECO.2.2.1');
  return { messageId, plainHeader: /^[\x00-\x7f]*$/.test(header) };
}
