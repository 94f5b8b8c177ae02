import type { StoreRow, StoreTransaction } from '@mss/store';
import { displaySubject } from '@mss/subject';

import type { LedgerContext } from '../context.js';
import { groupThreads, type Grouped, type ThreadNode } from './group.js';
import { conversationMigrations, conversationSchemaOwner } from './schema.js';
import type { Conversation, ConversationMessage, ConversationPlace } from './types.js';

/** What conversations are opened with besides the context. */
export interface ConversationsOptions {
  /** How long after a letter an answer without references may still be joined to it. Default 30 days. */
  readonly guessWindowMs?: number;
}

/** Which conversations to list. */
export interface ConversationQuery {
  readonly mailbox: string;
  /** {@link patientKeyOf}: those of one patient. */
  readonly patient?: string;
  /** Only those whose latest message is older: page on with `latestAt` of the last one. */
  readonly before?: Date;
  /** Default 50. */
  readonly limit?: number;
}

/** Conversations, kept up to date message by message. */
export interface Conversations {
  /** Files a message. Idempotent by mailbox and Message-ID (`source` where there is none); any order gives the same groups. */
  add(message: ConversationMessage, options?: { readonly transaction?: StoreTransaction }): Promise<ConversationPlace>;
  /** Where the message with this `source` stands now; `null` when it was never filed. */
  placeOf(source: string): Promise<ConversationPlace | null>;
  /** A conversation by its present or a former name; at most 1,000 messages, the latest. */
  get(conversation: string): Promise<Conversation | null>;
  /** The latest first, without messages that belong to others. */
  list(query: ConversationQuery): Promise<readonly Conversation[]>;
}

const day = 24 * 60 * 60 * 1000;
/** Messages that are grouped anew for a new one. A larger thread takes further messages in without being looked at again. */
const maxTogether = 200;
/** Messages of the same subject and correspondents that are looked at, on each side. */
const maxAlike = 50;
/** Messages of one conversation that are given, the latest. */
const maxShown = 1000;
/** A References field that names more is cut: the first ones and the latest. */
const maxReferences = 60;

interface MessageRow extends StoreRow {
  readonly id: string;
  readonly mailbox: string;
  readonly source: string;
  readonly direction: string;
  readonly own: string | null;
  readonly parent: string | null;
  readonly sent_at: number;
  readonly subject: string;
  readonly is_answer: number;
  readonly correspondents: string;
  readonly patient: string | null;
  readonly ends: number;
  readonly thread: string;
  readonly conversation: string;
  readonly about: string | null;
  readonly guessed: number;
}

const marks =
  /^(?:\s*(?:(?:re|r[ée]p?|r[ée]ponse|aw|sv|antw|tr|fwd?|wg|transf[ée]r[ée]?)\s{0,3}(?:[[(]\d{1,3}[\])])?\s{0,3}:|\[\s?annule\s+et\s+remplace\s?\]))+/iu;

/** Opens the conversations; their tables belong to `ledger-conversations`. */
export async function openConversations(context: LedgerContext, options: ConversationsOptions = {}): Promise<Conversations> {
  await context.store.migrate(conversationSchemaOwner, conversationMigrations);
  const { store, privacy } = context;
  const windowMs = options.guessWindowMs ?? 30 * day;
  const filing = new WeakMap<StoreTransaction, Promise<unknown>>();
  const referenceOf = (messageId: string): string => privacy.pseudonym('message-id', messageId);

  function toRow(message: ConversationMessage): { readonly row: MessageRow; readonly references: readonly string[] } {
    const mailbox = privacy.addressPseudonym(message.mailbox);
    const own = message.messageId === null ? null : referenceOf(message.messageId);
    const parent = message.inReplyTo === null ? null : referenceOf(message.inReplyTo);
    const all = [...new Set([...message.references.map(referenceOf), ...(parent === null ? [] : [parent])])].filter((one) => one !== own);
    const references = all.length <= maxReferences ? all : [...all.slice(0, 10), ...all.slice(10 - maxReferences)];
    const people = [...message.from, ...message.to, ...message.cc].map((one) => privacy.addressPseudonym(one.address));
    const correspondents = [...new Set(people)].filter((one) => one !== mailbox).sort();
    const shown = displaySubject(message.subject);
    const words = displaySubject(shown.replace(marks, '')).replaceAll(/\s+/gu, ' ').trim().normalize('NFC').toLocaleLowerCase('fr');
    const id = privacy.pseudonym('conversation-message', `${mailbox} ${own ?? `source ${message.source}`}`);
    const row: MessageRow = {
      id,
      mailbox,
      source: message.source,
      direction: message.direction,
      own,
      parent,
      sent_at: message.at.getTime(),
      subject: privacy.pseudonym('subject', words),
      is_answer: marks.test(shown) ? 1 : 0,
      correspondents: privacy.pseudonym('correspondents', correspondents.join(' ')),
      patient: message.patient,
      ends: message.ends ? 1 : 0,
      thread: id,
      conversation: id,
      about: message.patient,
      guessed: 0,
    };
    return { row, references };
  }

  async function add(transaction: StoreTransaction, message: ConversationMessage): Promise<ConversationPlace> {
    const { row, references } = toRow(message);
    // Two workers that file two related messages at once would not see each other's: one after the other for each mailbox.
    // Statements that wait for no answer go together: each turn to the database costs more than the statement.
    const first = transaction.run(
      'INSERT INTO conversation_mailboxes (mailbox, messages) VALUES (?, 1) ON CONFLICT (mailbox) DO UPDATE SET messages = conversation_mailboxes.messages + 1',
      [row.mailbox],
    );
    const second = transaction.run(
      `INSERT INTO conversation_messages (id, mailbox, source, direction, own, parent, sent_at, subject, is_answer, correspondents, patient, ends, thread, conversation, about, guessed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      [
        row.id,
        row.mailbox,
        row.source,
        row.direction,
        row.own,
        row.parent,
        row.sent_at,
        row.subject,
        row.is_answer,
        row.correspondents,
        row.patient,
        row.ends,
        row.thread,
        row.conversation,
        row.about,
        row.guessed,
      ],
    );
    const [, inserted] = await Promise.all([first, second]);
    if (inserted === 0) {
      const known = await transaction.get<MessageRow>('SELECT * FROM conversation_messages WHERE id = ?', [row.id]);
      return place(known ?? row);
    }
    const keys = [...(row.own === null ? [] : [row.own]), ...references];
    const referring = keys.map((reference) =>
      transaction.run(
        'INSERT INTO conversation_references (mailbox, reference, message) VALUES (?, ?, ?) ON CONFLICT (mailbox, reference, message) DO NOTHING',
        [row.mailbox, reference, row.id],
      ),
    );
    const [rows] = await Promise.all([touchedBy(transaction, row, references), ...referring]);
    if (rows === null) return place(await joinLargest(transaction, row, references));
    const grouped = groupThreads(await nodesOf(transaction, rows, { row, keys }), { windowMs });
    const placed = await settle(transaction, rows, grouped);
    return place(placed.get(row.id) ?? row);
  }

  /** Every message of every thread that the new one may change; `null` when they are too many. */
  async function touchedBy(
    transaction: StoreTransaction,
    row: MessageRow,
    references: readonly string[],
  ): Promise<readonly MessageRow[] | null> {
    const keys = [...(row.own === null ? [] : [row.own]), ...references];
    const marksOf = (values: readonly unknown[]): string => values.map(() => '?').join(', ');
    const linking =
      keys.length === 0
        ? []
        : transaction.all<{ readonly thread: string }>(
            `SELECT DISTINCT m.thread AS thread FROM conversation_references r JOIN conversation_messages m ON m.id = r.message
             WHERE r.mailbox = ? AND r.reference IN (${marksOf(keys)}) LIMIT ?`,
            [row.mailbox, ...keys, maxTogether + 1],
          );
    // Letters that this one may answer, and answers that may belong to this one.
    const alikeBefore = `SELECT thread FROM conversation_messages WHERE mailbox = ? AND subject = ? AND correspondents = ? AND sent_at >= ? AND sent_at < ?
      ORDER BY sent_at DESC LIMIT ?`;
    const alikeAfter = `SELECT thread FROM conversation_messages WHERE mailbox = ? AND subject = ? AND correspondents = ? AND sent_at > ? AND sent_at <= ? AND is_answer = 1
      ORDER BY sent_at LIMIT ?`;
    const key = [row.mailbox, row.subject, row.correspondents] as const;
    const [linked, before, after] = await Promise.all([
      linking,
      row.is_answer === 1
        ? transaction.all<{ readonly thread: string }>(alikeBefore, [...key, row.sent_at - windowMs, row.sent_at, maxAlike])
        : [],
      transaction.all<{ readonly thread: string }>(alikeAfter, [...key, row.sent_at, row.sent_at + windowMs, maxAlike]),
    ]);
    const threads = [...new Set([row, ...linked, ...before, ...after].map((one) => one.thread))];
    // The usual letter has nothing to do with another; nobody else can be in a thread of its name.
    if (threads.length === 1 && row.thread === row.id) return [row];
    if (threads.length > maxTogether) return null;
    const rows: MessageRow[] = [];
    for (let at = 0; at < threads.length && rows.length <= maxTogether; at += 200) {
      const some = threads.slice(at, at + 200);
      rows.push(
        ...(await transaction.all<MessageRow>(
          `SELECT * FROM conversation_messages WHERE mailbox = ? AND thread IN (${marksOf(some)}) LIMIT ?`,
          [row.mailbox, ...some, maxTogether + 1],
        )),
      );
    }
    return rows.length > maxTogether ? null : rows;
  }

  /** A thread that is too large to be looked at again: the message goes where what it refers to is. */
  async function joinLargest(transaction: StoreTransaction, row: MessageRow, references: readonly string[]): Promise<MessageRow> {
    for (const reference of references.toReversed()) {
      const found = await transaction.get<MessageRow>(
        `SELECT m.* FROM conversation_references r JOIN conversation_messages m ON m.id = r.message
         WHERE r.mailbox = ? AND r.reference = ? AND m.id <> ? AND (m.about = ? OR CAST(? AS TEXT) IS NULL) ORDER BY m.sent_at DESC LIMIT 1`,
        [row.mailbox, reference, row.id, row.patient, row.patient],
      );
      if (found === null) continue;
      const moved = { ...row, thread: found.thread, conversation: found.conversation, about: found.about };
      await update(transaction, moved);
      return moved;
    }
    return row;
  }

  async function nodesOf(
    transaction: StoreTransaction,
    rows: readonly MessageRow[],
    newest: { readonly row: MessageRow; readonly keys: readonly string[] },
  ): Promise<readonly ThreadNode[]> {
    const references = new Map<string, string[]>([[newest.row.id, [...newest.keys]]]);
    const others = rows.filter((one) => one.id !== newest.row.id);
    for (let at = 0; at < others.length; at += 200) {
      const some = others.slice(at, at + 200);
      const found = await transaction.all<{ readonly message: string; readonly reference: string }>(
        `SELECT message, reference FROM conversation_references WHERE message IN (${some.map(() => '?').join(', ')})`,
        some.map((one) => one.id),
      );
      for (const { message, reference } of found) references.set(message, [...(references.get(message) ?? []), reference]);
    }
    return rows.map((row) => ({
      id: row.id,
      own: row.own,
      parent: row.parent,
      references: (references.get(row.id) ?? []).filter((one) => one !== row.own),
      at: row.sent_at,
      subject: row.subject,
      isAnswer: row.is_answer === 1,
      correspondents: row.correspondents,
      patient: row.patient,
    }));
  }

  /** Writes the new groups. A thread keeps the name it had; of several names it keeps one, and the others go on leading to it. */
  async function settle(
    transaction: StoreTransaction,
    rows: readonly MessageRow[],
    grouped: ReadonlyMap<string, Grouped>,
  ): Promise<ReadonlyMap<string, MessageRow>> {
    const names = new Map<string, string>();
    const taken = new Set<string>();
    const known = new Set(rows.map((row) => row.id));
    for (const row of [...rows].sort((a, b) => a.sent_at - b.sent_at || (a.id < b.id ? -1 : 1))) {
      const thread = grouped.get(row.id)?.thread ?? row.id;
      // A name is the id of a message; where its thread was taken apart it stays with that message.
      const owner = known.has(row.thread) ? grouped.get(row.thread)?.thread : thread;
      if (owner !== thread || taken.has(row.thread)) continue;
      if (names.has(thread)) continue;
      names.set(thread, row.thread);
      taken.add(row.thread);
    }
    const placed = new Map<string, MessageRow>();
    for (const row of rows) {
      const group = grouped.get(row.id);
      if (group === undefined) continue;
      const thread = names.get(group.thread) ?? group.thread;
      const conversation =
        group.patient === null
          ? privacy.pseudonym('conversation', `thread ${row.mailbox} ${thread}`)
          : privacy.pseudonym('conversation', `patient ${row.mailbox} ${group.patient} ${group.correspondents}`);
      const moved: MessageRow = { ...row, thread, conversation, about: group.patient, guessed: group.guessed ? 1 : 0 };
      placed.set(row.id, moved);
      if (
        moved.thread !== row.thread ||
        moved.conversation !== row.conversation ||
        moved.about !== row.about ||
        moved.guessed !== row.guessed
      ) {
        await update(transaction, moved);
        if (moved.conversation !== row.conversation && row.conversation !== row.id) {
          await transaction.run(
            'INSERT INTO conversation_aliases (former, present) VALUES (?, ?) ON CONFLICT (former) DO UPDATE SET present = excluded.present',
            [row.conversation, moved.conversation],
          );
        }
      }
    }
    return placed;
  }

  async function update(transaction: StoreTransaction, row: MessageRow): Promise<void> {
    await transaction.run('UPDATE conversation_messages SET thread = ?, conversation = ?, about = ?, guessed = ? WHERE id = ?', [
      row.thread,
      row.conversation,
      row.about,
      row.guessed,
      row.id,
    ]);
  }

  async function get(conversation: string): Promise<Conversation | null> {
    let id = conversation;
    for (let hops = 0; hops < 100; hops += 1) {
      const rows = await store.all<MessageRow>(
        'SELECT * FROM conversation_messages WHERE conversation = ? ORDER BY sent_at DESC, id DESC LIMIT ?',
        [id, maxShown],
      );
      if (rows.length > 0) return describe(id, rows.toReversed());
      const alias = await store.get<{ readonly present: string }>('SELECT present FROM conversation_aliases WHERE former = ?', [id]);
      if (alias === null) return null;
      id = alias.present;
    }
    return null;
  }

  return {
    add: async (message, given = {}) => {
      const { transaction } = given;
      if (transaction === undefined) return store.transaction((own) => add(own, message));
      // Two that are filed in one transaction would see half of each other's.
      const before = filing.get(transaction);
      const done = before === undefined ? add(transaction, message) : before.then(() => add(transaction, message));
      filing.set(
        transaction,
        done.catch(() => {}),
      );
      return done;
    },
    placeOf: async (source) => {
      const row = await store.get<MessageRow>('SELECT * FROM conversation_messages WHERE source = ? LIMIT 1', [source]);
      return row === null ? null : place(row);
    },
    get,
    list: async ({ mailbox, patient, before, limit = 50 }) => {
      const latest = await store.all<{ readonly conversation: string }>(
        `SELECT conversation, max(sent_at) AS latest FROM conversation_messages WHERE mailbox = ? ${patient === undefined ? '' : 'AND about = ?'}
         GROUP BY conversation ${before === undefined ? '' : 'HAVING max(sent_at) < ?'} ORDER BY latest DESC, conversation LIMIT ?`,
        [
          privacy.addressPseudonym(mailbox),
          ...(patient === undefined ? [] : [patient]),
          ...(before === undefined ? [] : [before.getTime()]),
          limit,
        ],
      );
      const found: Conversation[] = [];
      for (const { conversation } of latest) {
        const one = await get(conversation);
        if (one !== null) found.push(one);
      }
      return found;
    },
  };
}

function place(row: MessageRow): ConversationPlace {
  return { conversation: row.conversation, thread: row.thread, guessed: row.guessed === 1, hasPatient: row.about !== null };
}

function describe(id: string, rows: readonly MessageRow[]): Conversation {
  const last = rows.findLast((row) => row.direction === 'out');
  return {
    id,
    hasPatient: rows.some((row) => row.about !== null),
    messages: rows.map((row) => ({
      source: row.source,
      direction: row.direction as 'in' | 'out',
      at: new Date(row.sent_at),
      thread: row.thread,
      guessed: row.guessed === 1,
      ends: row.ends === 1,
    })),
    ended: last?.ends === 1,
    latestAt: new Date(rows.at(-1)?.sent_at ?? 0),
  };
}
