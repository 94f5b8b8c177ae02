import { MssError, systemRandom, type RandomSource } from '@mss/core';
import { addressHeader, isMssAddress, type MimeHeaderDraft } from '@mss/formats/mime';

import type { ReceiptErrorCode } from './errors.js';

/** When a mail system shall report: RFC 3461 §4.1. `never` excludes the others. */
export type DsnNotify = 'success' | 'failure' | 'delay';

/** What {@link requestDsn} needs to know. */
export interface DsnRequestContent {
  /** The sending mailbox, not its Reply-To. */
  readonly mailbox: string;
  /** Default: on success, failure and delay. */
  readonly notify?: readonly DsnNotify[] | 'never';
  /** An opaque identifier that comes back as Original-Envelope-Id; default a random UUID. Nothing of a patient. */
  readonly envelopeId?: string;
  readonly random?: RandomSource;
}

/** A delivery receipt asked for: header fields for the message, values for the submission. */
export interface DsnRequest {
  /** `Return-Receipt-To`. */
  readonly headers: readonly MimeHeaderDraft[];
  /** ENVID, not yet xtext. Keep it with the message: the report names it. */
  readonly envid: string;
  /** RET=HDRS: a report never sends the documents back. */
  readonly ret: 'headers';
  /** NOTIFY, for every recipient; ORCPT is the recipient's own address. */
  readonly notify: readonly DsnNotify[] | 'never';
}

/**
 * Asks for delivery receipts: the header field of ECO.2.3.1, and the parameters of RFC 3461 for servers that offer DSN.
 *
 * The values fit `@mss/transport`, which writes xtext and ORCPT and tells for each recipient whether the server took them.
 *
 * @throws MssError `ERR_MSS_RECEIPT_ADDRESS`
 * @throws MssError `ERR_MSS_RECEIPT_ENVELOPE_ID`
 * @throws MssError `ERR_MSS_RECEIPT_NOTIFY`
 * @see Référentiel #2 v0.1, 3.6.1, ECO.2.3.1; RFC 3461 §4
 */
export function requestDsn(content: DsnRequestContent): DsnRequest {
  const envid = content.envelopeId ?? (content.random ?? systemRandom).uuid();
  checkEnvelopeId(envid);
  const notify = content.notify ?? ['success', 'failure', 'delay'];
  checkNotify(notify);
  return { headers: [mailboxHeader('Return-Receipt-To', content.mailbox, 'ECO.2.3.1')], envid, ret: 'headers', notify };
}

/** A read receipt asked for. */
export interface MdnRequest {
  /** `Disposition-Notification-To`. */
  readonly headers: readonly MimeHeaderDraft[];
}

/**
 * Asks for read receipts. Mon espace santé answers as soon as the patient opened the mail; a professional may refuse.
 *
 * @throws MssError `ERR_MSS_RECEIPT_ADDRESS`
 * @see Référentiel #2 v0.1, 3.6.2, ECO.2.3.2; RFC 8098 §2.1
 */
export function requestMdn(content: { readonly mailbox: string }): MdnRequest {
  return { headers: [mailboxHeader('Disposition-Notification-To', content.mailbox, 'ECO.2.3.2')] };
}

function mailboxHeader(name: string, mailbox: string, requirement: string): MimeHeaderDraft {
  if (!isMssAddress(mailbox)) {
    throw new MssError<ReceiptErrorCode>('ERR_MSS_RECEIPT_ADDRESS', 'a receipt is asked for the sending mailbox, and this is no address', {
      requirement,
    });
  }
  return addressHeader(name, [{ name: null, address: mailbox }]);
}

/** RFC 3461 §4.4 and §5.4: printable, at most 100 characters once written as xtext (`+` and `=` and space take three). */
function checkEnvelopeId(envid: string): void {
  const encoded = envid.replaceAll(/[+= ]/g, '+00');
  if (!/^[\x20-\x7e]+$/.test(envid) || encoded.length > 100) {
    throw new MssError<ReceiptErrorCode>(
      'ERR_MSS_RECEIPT_ENVELOPE_ID',
      'the envelope id must be printable ASCII of at most 100 characters as xtext',
    );
  }
}

function checkNotify(notify: readonly DsnNotify[] | 'never'): void {
  const known = ['success', 'failure', 'delay'];
  if (notify === 'never' || (notify.length > 0 && notify.every((one) => known.includes(one)) && new Set(notify).size === notify.length))
    return;
  throw new MssError<ReceiptErrorCode>(
    'ERR_MSS_RECEIPT_NOTIFY',
    'NOTIFY is "never", or one or more of success, failure and delay, each once',
  );
}
