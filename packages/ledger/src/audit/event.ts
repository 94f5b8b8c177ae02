import { createHash } from 'node:crypto';

import { MssError, type AuditEvent } from '@mss/core';
import { patientDomain } from '@mss/ins-address';

import type { AuditErrorCode } from '../outbox/errors.js';
import type { Privacy } from '../privacy.js';

/** An event as it stands in the trail. */
export interface RecordedAuditEvent {
  readonly mailbox: string;
  /** 1, 2, 3 … per mailbox, without gaps. */
  readonly seq: number;
  readonly at: Date;
  readonly author: string;
  readonly action: string;
  readonly request: string | null;
  readonly response: string | null;
  readonly outcome: AuditEvent['outcome'];
  /** {@link hashEvent} of all this and of the hash before. */
  readonly hash: string;
}

/** The hash before the first event. */
export const firstHash: string = '0'.repeat(64);

/** The mailbox that events without mailbox are filed under. */
export const noMailbox = '-';

/**
 * SHA-256 over the JSON array, without spaces, of
 * `["mss-audit-1", mailbox, seq, at in ms, author, action, request, response, outcome, hash of the event before]`, in UTF-8.
 */
export function hashEvent(event: Omit<RecordedAuditEvent, 'hash'>, previous: string): string {
  const { mailbox, seq, at, author, action, request, response, outcome } = event;
  const canonical = JSON.stringify(['mss-audit-1', mailbox, seq, at.getTime(), author, action, request, response, outcome, previous]);
  return createHash('sha256').update(canonical).digest('hex');
}

const mostCharacters = 2_000;
const addressLike = /("(?:[^"\\]|\\.)*"|[^\s"<>()[\],;:@]+)@([\p{L}\p{N}.-]+)/gu;
/** 13 characters of a matricule, with or without its key, also grouped by spaces or points. */
const matriculeLike =
  /(?<![0-9A-Za-z])[1-478][ .]?[0-9]{2}[ .]?[0-9]{2}[ .]?(?:[0-9]{2}|2[AB])[ .]?[0-9]{3}[ .]?[0-9]{3}(?:[ .]?[0-9]{2})?(?![0-9A-Za-z])/giu;

/**
 * The event as it may be kept: on one line, without what identifies a patient. A patient's address becomes a pseudonym that is the
 * same in every event; what is shaped like a matricule becomes an ellipsis. Callers pass neither subjects nor contents (see `AuditEvent`).
 *
 * @throws MssError `ERR_MSS_LEDGER_AUDIT_EVENT` without author or action, or with an instant that is none
 */
export function cleanEvent(event: AuditEvent, privacy: Privacy): AuditEvent & { readonly mailbox: string } {
  if (event.author.trim() === '' || event.action.trim() === '' || Number.isNaN(event.at.getTime())) {
    throw new MssError<AuditErrorCode>('ERR_MSS_LEDGER_AUDIT_EVENT', 'an audit event needs an author, an action and a time', {
      requirement: 'ECO.4.1.2',
    });
  }
  const clean = (text: string): string => {
    // UTF-8 and back: what is hashed is what is stored, half surrogate pairs included.
    const line = Buffer.from(text)
      .toString()
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .replaceAll(addressLike, (whole: string, local: string, domain: string) =>
        domain.toLowerCase() === patientDomain
          ? `patient-${privacy.addressPseudonym(`${local}@${domain}`).slice(0, 16)}@${domain.toLowerCase()}`
          : whole,
      )
      .replaceAll(matriculeLike, '…')
      .trim();
    return line.length > mostCharacters ? `${line.slice(0, mostCharacters - 1)}…` : line;
  };
  return {
    author: clean(event.author),
    at: event.at,
    action: clean(event.action),
    mailbox: event.mailbox === undefined ? noMailbox : clean(event.mailbox).toLowerCase(),
    outcome: event.outcome,
    ...(event.request === undefined ? {} : { request: clean(event.request) }),
    ...(event.response === undefined ? {} : { response: clean(event.response) }),
  };
}
