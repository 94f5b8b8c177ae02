import type { OutboxContext } from './context.js';
import { entryIdOf } from './decide.js';
import { readEntry, type AttemptRow, type HistoryRow } from './rows.js';
import type { OutboxAttempt, OutboxStory, StoryEvent, StoryLine } from './types.js';
import { dateOrNull, viewEntry } from './view.js';

const most = 10_000;

/** The whole story of a document, from its rows. @throws MssError `ERR_MSS_LEDGER_NOT_FOUND` */
export async function tellStory(context: OutboxContext, id: string): Promise<OutboxStory> {
  const { store, privacy } = context;
  const entryId = await entryIdOf(store, id);
  const loaded = await readEntry(store, entryId);
  if (loaded === null) throw new TypeError('an entry that was just found is not there');
  const [attempts, lines, replacedBy] = await Promise.all([
    store.all<AttemptRow>(`SELECT * FROM outbox_attempts WHERE entry_id = ? ORDER BY attempt LIMIT ${most}`, [entryId]),
    store.all<HistoryRow>(`SELECT * FROM outbox_history WHERE entry_id = ? ORDER BY id LIMIT ${most}`, [entryId]),
    store.all<{ document_id: string }>(`SELECT document_id FROM outbox_entries WHERE replaces = ? ORDER BY queued_at LIMIT ${most}`, [
      loaded.entry.document_id,
    ]),
  ]);
  const history = attempts.map(viewAttempt);
  const told: StoryLine[] = lines.map((row) => ({
    at: new Date(row.at),
    what: row.what as StoryEvent,
    recipient: row.idx,
    attempt: row.attempt,
    evidence: row.evidence,
    detail: row.detail,
    author: row.author,
  }));
  // A stable sort: of one instant, the stages of an attempt come before what came of it, and the queueing before all.
  const [first, ...rest] = told;
  const all = [...(first === undefined ? [] : [first]), ...history.flatMap(stageLines), ...rest];
  return {
    ...viewEntry(loaded, privacy),
    replacedBy: replacedBy.map((row) => row.document_id),
    history,
    lines: all.toSorted((a, b) => a.at.getTime() - b.at.getTime()),
  };
}

function viewAttempt(row: AttemptRow): OutboxAttempt {
  return {
    attempt: row.attempt,
    worker: row.worker,
    recipients: row.recipients === '' ? [] : row.recipients.split(',').map(Number),
    selfCopy: row.self_copy === 1,
    startedAt: new Date(row.started_at),
    mailAt: dateOrNull(row.mail_at),
    dataStartedAt: dateOrNull(row.data_started_at),
    dataEndedAt: dateOrNull(row.data_ended_at),
    endedAt: dateOrNull(row.ended_at),
    outcome: row.outcome,
    server: row.server,
    queueId: row.queue_id,
    response: row.response,
  };
}

function stageLines(one: OutboxAttempt): readonly StoryLine[] {
  const line = (what: StoryEvent, at: Date | null): readonly StoryLine[] =>
    at === null ? [] : [{ at, what, recipient: null, attempt: one.attempt, evidence: null, detail: null, author: one.worker }];
  return [
    ...line('claimed', one.startedAt),
    ...line('mail', one.mailAt),
    ...line('data-started', one.dataStartedAt),
    ...line('data-ended', one.dataEndedAt),
  ];
}
