import { equalAddresses, isMssAddress, parseAddressList, type MailAddress, type MimeMessage } from '@mss/formats/mime';

import { inspectReceipt } from './inspect.js';

/** Keyword that every client sets on a message whose read receipt was sent, or refused (RFC 3503). */
export const mdnSentKeyword = '$MDNSent';

/** What the host's user or its configuration wants. */
export type MdnPolicy = 'ask' | 'always' | 'never';

/** The circumstances of a request for a read receipt. */
export interface MdnCircumstances {
  readonly message: MimeMessage;
  readonly policy: MdnPolicy;
  /** IMAP flags of the message; {@link mdnSentKeyword} among them ends the matter. */
  readonly flags?: readonly string[];
  /** The user was asked for this very message and agreed. */
  readonly consent?: boolean;
}

/**
 * Why a read receipt is sent or not.
 *
 * - `not-requested` – no Disposition-Notification-To.
 * - `already-sent` – the message has the keyword.
 * - `is-receipt` – a receipt or bounce is never answered with a receipt.
 * - `null-return-path` – the message itself must not be answered.
 * - `no-valid-address` – the field names nobody who can be written to.
 * - `unknown-required-option` – Disposition-Notification-Options asks for something unknown and calls it required.
 * - `policy` – as configured.
 * - `several-addresses`, `differs-from-return-path`, `return-path-unknown` – the answer might go to somebody else: only with consent.
 * - `consent` – the user agreed.
 */
export type MdnReason =
  | 'not-requested'
  | 'already-sent'
  | 'is-receipt'
  | 'null-return-path'
  | 'no-valid-address'
  | 'unknown-required-option'
  | 'policy'
  | 'several-addresses'
  | 'differs-from-return-path'
  | 'return-path-unknown'
  | 'consent';

/** Whether to send a read receipt, and to whom. */
export interface MdnDecision {
  /** `ask`: show the question to the user, then decide again with `consent`. */
  readonly send: 'yes' | 'no' | 'ask';
  readonly reason: MdnReason;
  /** Empty when nothing may be sent. */
  readonly addresses: readonly MailAddress[];
}

/**
 * Decides whether a received message may be answered with a read receipt.
 *
 * `yes` is an answer to a request that names exactly the return path of the message, or one that the user allowed.
 * Whoever sends it sets {@link mdnSentKeyword} before, so that two workstations on one mailbox do not both send.
 *
 * @see RFC 8098 §2.1, §2.2, §3 and §6; RFC 3503
 */
export function decideMdn(circumstances: MdnCircumstances): MdnDecision {
  const { message, policy, flags = [], consent = false } = circumstances;
  const fields = message.headersNamed('Disposition-Notification-To');
  if (fields.length === 0) return no('not-requested');
  if (flags.some((flag) => flag.toLowerCase() === mdnSentKeyword.toLowerCase())) return no('already-sent');
  if (inspectReceipt(message).kind !== 'none') return no('is-receipt');
  const returnPath = readReturnPath(message);
  if (returnPath === '') return no('null-return-path');
  if (hasUnknownRequiredOption(message.header('Disposition-Notification-Options'))) return no('unknown-required-option');
  const addresses = distinct(fields.flatMap((field) => parseAddressList(field.raw).value)).filter((one) => isMssAddress(one.address));
  if (addresses.length === 0) return no('no-valid-address');
  if (policy === 'never') return no('policy');
  const doubt = doubtOf(addresses, returnPath);
  if (consent) return { send: 'yes', reason: 'consent', addresses };
  if (doubt !== null) return { send: 'ask', reason: doubt, addresses };
  return { send: policy === 'always' ? 'yes' : 'ask', reason: 'policy', addresses };
}

const no = (reason: MdnReason): MdnDecision => ({ send: 'no', reason, addresses: [] });

function doubtOf(addresses: readonly MailAddress[], returnPath: string | null): MdnReason | null {
  if (addresses.length > 1) return 'several-addresses';
  if (returnPath === null) return 'return-path-unknown';
  return equalAddresses(addresses[0]?.address ?? '', returnPath, { ignoreLocalCase: true }) ? null : 'differs-from-return-path';
}

/** The address of the Return-Path that the own operator wrote on top; `''` for `<>`, `null` without one. */
function readReturnPath(message: MimeMessage): string | null {
  const raw = message.headersNamed('Return-Path')[0]?.raw.trim();
  if (raw === undefined) return null;
  return /<([^<>]*)>/.exec(raw)?.[1]?.trim() ?? raw;
}

function distinct(addresses: readonly MailAddress[]): readonly MailAddress[] {
  return addresses.filter(
    (one, place) => addresses.findIndex((other) => equalAddresses(one.address, other.address, { ignoreLocalCase: true })) === place,
  );
}

/** `parameter=importance,value;…`: this package knows no parameter, so any required one is unknown. */
function hasUnknownRequiredOption(options: string | null): boolean {
  return options !== null && /=\s*required\s*,/i.test(options);
}
