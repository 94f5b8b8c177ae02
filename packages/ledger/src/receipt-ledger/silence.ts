import { setTimeout as delay } from 'node:timers/promises';

import { isMssError } from '@mss/core';
import type { StoreRow, StoreTransaction } from '@mss/store';

import type { LedgerContextWithOutbox } from '../context.js';
import type { RecipientKnowledge, Silence, SilenceRequest, SilenceSummary, SilenceWatch } from './types.js';
import { endOfDelivery, endOfReading, type ReceiptDeadlines } from './what-is-known.js';

/** For so long nobody else tells a silence that is being told. */
const leaseMs = 5 * 60_000;
const firstRetryMs = 60_000;
const maxRetryMs = 6 * 60 * 60_000;
const dayMs = 24 * 60 * 60_000;
/** Clocks of several machines differ, and transactions take their time. */
const overlapMs = 60 * 60_000;
/** Accepted recipients that one statement looks at. */
const page = 2_000;
/** Those accepted within the same millisecond are in one span, so it may hold more. */
const mostInSpan = 100_000;

interface OverdueRow extends StoreRow {
  readonly entry_id: string;
  readonly recipient: number;
  readonly document_id: string;
  readonly mailbox: string;
  readonly accepted_at: number;
}

/** What a ledger looks for silences with. */
export interface SilenceContext {
  readonly ledger: LedgerContextWithOutbox;
  readonly deadlines: ReceiptDeadlines;
  /** Deadlines that passed longer ago are not told any more. */
  readonly horizonMs: number;
  /** What is known of one recipient now. */
  readonly know: (documentId: string, recipient: number) => Promise<RecipientKnowledge | null>;
  /** How far this process has looked already; kept between looks. */
  readonly looked: Map<Awaited, { readonly upTo: number; readonly fromStartAt: number }>;
}

type Awaited = Silence['awaited'];

/**
 * Tells the silences that are due, each once. Taken up under a lease of five minutes, noted once the callback has resolved:
 * what a crash leaves in between is told again, marked as such.
 */
export async function tellSilences(context: SilenceContext, request: SilenceRequest): Promise<SilenceSummary> {
  const { deliveryMs, readingMs } = context.deadlines;
  const delivery = await tellAll(context, { request, awaited: 'delivery', afterMs: deliveryMs });
  if (readingMs === null) return delivery;
  const reading = await tellAll(context, { request, awaited: 'reading', afterMs: readingMs });
  return { told: delivery.told + reading.told, postponed: delivery.postponed + reading.postponed };
}

/** Looks, waits, looks again; also after an error that may pass. */
export async function watchSilences(context: SilenceContext, request: SilenceWatch): Promise<void> {
  const { signal, everyMs = 5 * 60_000, onLook } = request;
  const wait = request.wait ?? ((ms, until) => delay(ms, undefined, { signal: until }));
  while (!signal.aborted) {
    try {
      const summary = await tellSilences(context, request);
      onLook?.(summary);
    } catch (error) {
      if (signal.aborted) return;
      if (!isMssError(error) || error.permanent) throw error;
      context.ledger.logger.warn({ code: error.code }, 'the silences could not be looked for: tried again');
    }
    await wait(everyMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

interface Look {
  readonly request: SilenceRequest;
  readonly awaited: Awaited;
  readonly afterMs: number;
}

async function tellAll(context: SilenceContext, look: Look): Promise<SilenceSummary> {
  const { signal } = look.request;
  const summary = { told: 0, postponed: 0 };
  const tell = async (rows: readonly OverdueRow[]): Promise<void> => {
    for (const row of rows) {
      signal?.throwIfAborted();
      const ended = await tellOne(context, look, row);
      if (ended !== null) summary[ended] += 1;
    }
  };
  await tell(await toTellAgain(context, look));
  const { store, clock } = context.ledger;
  const now = clock.now().getTime();
  const end = now - look.afterMs;
  const looked = context.looked.get(look.awaited);
  // Evidence that comes late may set an acceptance in the past: the whole is looked at again once a day.
  const isShort = looked !== undefined && now >= looked.fromStartAt && now - looked.fromStartAt < dayMs;
  for (let from = Math.max(end - context.horizonMs, isShort ? looked.upTo - overlapMs : 0); from < end;) {
    const last = await store.get<{ readonly accepted_at: number }>(
      'SELECT accepted_at FROM outbox_recipients WHERE accepted_at > ? AND accepted_at <= ? ORDER BY accepted_at LIMIT 1 OFFSET ?',
      [from, end, page],
    );
    const to = last?.accepted_at ?? end;
    await tell(await overdue(context, look, { from, to }));
    from = to;
  }
  context.looked.set(look.awaited, { upTo: end, fromStartAt: isShort ? looked.fromStartAt : now });
  return summary;
}

const columns = 'r.entry_id, r.idx AS recipient, r.accepted_at, e.document_id, e.mailbox';

/** Silences whose callback rejected, or whose teller never came back. */
async function toTellAgain({ ledger: { store, clock } }: SilenceContext, look: Look): Promise<readonly OverdueRow[]> {
  return store.all<OverdueRow>(
    `SELECT ${columns} FROM receipt_silences s
     JOIN outbox_recipients r ON r.entry_id = s.entry_id AND r.idx = s.recipient
     JOIN outbox_entries e ON e.entry_id = s.entry_id
     WHERE s.told_at IS NULL AND s.due_at <= ? AND s.awaited = ? AND r.accepted_at IS NOT NULL ORDER BY s.due_at LIMIT ?`,
    [clock.now().getTime(), look.awaited, page],
  );
}

/**
 * Recipients accepted within a span, without believed news and not taken up yet, oldest first. The tables of the outbox stand in the
 * same store, and are read here: otherwise everything that was accepted would have to be looked at one by one. A span holds so many
 * that no statement keeps the database busy for long.
 */
async function overdue(
  { ledger: { store } }: SilenceContext,
  look: Look,
  span: { readonly from: number; readonly to: number },
): Promise<readonly OverdueRow[]> {
  const news = [...(look.awaited === 'delivery' ? endOfDelivery : endOfReading)];
  const asked = look.awaited === 'delivery' ? "AND r.notify LIKE '%success%'" : '';
  return store.all<OverdueRow>(
    `SELECT ${columns} FROM outbox_recipients r JOIN outbox_entries e ON e.entry_id = r.entry_id
     WHERE r.accepted_at > ? AND r.accepted_at <= ? AND e.kind = 'document' ${asked}
     AND NOT EXISTS (SELECT 1 FROM receipt_evidence v WHERE v.entry_id = r.entry_id AND v.recipient = r.idx
       AND v.trust IN ('strong', 'fair') AND v.fact IN (${news.map(() => '?').join(', ')}))
     AND NOT EXISTS (SELECT 1 FROM receipt_silences s WHERE s.entry_id = r.entry_id AND s.recipient = r.idx AND s.awaited = ?)
     ORDER BY r.accepted_at, r.entry_id, r.idx LIMIT ?`,
    [span.from, span.to, ...news, look.awaited, mostInSpan],
  );
}

async function tellOne(context: SilenceContext, look: Look, row: OverdueRow): Promise<keyof SilenceSummary | null> {
  const { store, clock, logger, telemetry } = context.ledger;
  const { awaited } = look;
  const key: Key = [row.entry_id, row.recipient, awaited];
  const taken = await store.transaction((transaction) =>
    takeUp(transaction, key, { now: clock.now().getTime(), claimClause: store.claimClause }),
  );
  if (taken === null) return null;
  const note = (change: string, ...values: readonly number[]): Promise<number> =>
    store.transaction((transaction) => transaction.run(`${change} WHERE ${ofKey} AND told_at IS NULL`, [...values, ...key]));
  const known = await context.know(row.document_id, row.recipient);
  // Heard of since it was looked for.
  if (known === null || known.overdue === null || (awaited === 'delivery' && known.overdue !== 'delivery')) {
    await note('DELETE FROM receipt_silences');
    return null;
  }
  try {
    await look.request.onSilence({
      documentId: row.document_id,
      entryId: row.entry_id,
      mailbox: row.mailbox,
      recipient: row.recipient,
      address: known.address,
      awaited,
      acceptedAt: new Date(row.accepted_at),
      since: new Date(row.accepted_at + look.afterMs),
      verdict: known.verdict,
      ...taken,
    });
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error;
    logger.warn({ entryId: row.entry_id, name }, 'the host could not be told of a silence');
    const again = clock.now().getTime() + Math.min(maxRetryMs, firstRetryMs * 2 ** (taken.attempt - 1));
    await note('UPDATE receipt_silences SET is_open = 0, due_at = ?', again);
    telemetry.count('mss.ledger.silences', 1, { awaited, told: false });
    return 'postponed';
  }
  await note('UPDATE receipt_silences SET is_open = 0, told_at = ?', clock.now().getTime());
  telemetry.count('mss.ledger.silences', 1, { awaited, told: true });
  return 'told';
}

type Key = readonly [entry: string, recipient: number, awaited: Awaited];
const ofKey = 'entry_id = ? AND recipient = ? AND awaited = ?';

/** The lease of one silence; `null`: it was told, or somebody else has it. */
async function takeUp(
  transaction: StoreTransaction,
  key: Key,
  at: { readonly now: number; readonly claimClause: string },
): Promise<{ readonly attempt: number; readonly perhapsBefore: boolean } | null> {
  const until = at.now + leaseMs;
  const isNew = await transaction.run(
    `INSERT INTO receipt_silences (entry_id, recipient, awaited, attempts, due_at, is_open) VALUES (?, ?, ?, 1, ?, 1)
     ON CONFLICT (entry_id, recipient, awaited) DO NOTHING`,
    [...key, until],
  );
  if (isNew === 1) return { attempt: 1, perhapsBefore: false };
  const row = await transaction.get<{ readonly attempts: number; readonly is_open: number }>(
    `SELECT attempts, is_open FROM receipt_silences WHERE ${ofKey} AND told_at IS NULL AND due_at <= ? ${at.claimClause}`,
    [...key, at.now],
  );
  if (row === null) return null;
  await transaction.run(`UPDATE receipt_silences SET attempts = attempts + 1, due_at = ?, is_open = 1 WHERE ${ofKey}`, [until, ...key]);
  return { attempt: row.attempts + 1, perhapsBefore: row.is_open === 1 };
}
