import { createHash } from 'node:crypto';

import type { DocumentSet } from '@mss/cda';
import { isMssError, MssError } from '@mss/core';
import type { Ledger, OutboxStory } from '@mss/ledger';

import type { CommandContext, CommandResult } from '../command.js';
import { usageError } from '../errors.js';
import { note } from '../note.js';
import { openWorkplace, type Workplace } from '../session/workplace.js';
import { untilStopped } from '../stop-signal.js';
import { checkMessageOptions, composeOf, readDocuments, type MessageOptions } from './compose.js';
import { describeSend, runUntilVerdict, type SendRun } from './sending.js';

/** Options of `mss send`: those of `mss message build`, with the sender's from the configuration. */
export interface SendOptions extends Omit<MessageOptions, 'from' | 'mailboxKind'> {
  readonly config: string;
  readonly from?: string;
  readonly mailboxKind?: MessageOptions['mailboxKind'];
  readonly documentId?: string;
  /** Milliseconds. */
  readonly deadline: number;
  readonly queueOnly?: boolean;
  readonly selfCopy?: boolean;
  readonly replaces?: string;
}

/**
 * `mss send`: composes, queues durably, sends, and says what became of each recipient.
 *
 * The document id is the idempotency key: the same id to the same recipients goes on with the send that is there, composing nothing,
 * whatever became of the process that began it.
 */
export async function sendCommand(context: CommandContext, options: SendOptions): Promise<CommandResult> {
  const { documentId } = options;
  if (documentId !== undefined && !/^[\x20-\x7e]{1,200}$/.test(documentId))
    throw usageError(
      '--document-id is 1 to 200 printable ASCII characters',
      '--document-id compte de 1 à 200 caractères ASCII imprimables',
    );
  const place = await openWorkplace(context, { config: options.config, selfCopy: options.selfCopy });
  // Not `using`, which Node 22 cannot parse: this file also runs from its sources, in a process that a test kills.
  try {
    return await sendFrom(place, context, options);
  } finally {
    await place[Symbol.asyncDispose]();
  }
}

async function sendFrom(place: Workplace, context: CommandContext, options: SendOptions): Promise<CommandResult> {
  const { documentId } = options;
  const message = messageOptions(place, options);
  checkMessageOptions(message);
  const at: CommandContext = { ...context, profile: place.profile, environment: place.environment };
  const documents = await readDocuments(at, message);
  const ledger = await place.ledger();
  const id = documentId ?? (documents === undefined ? null : documentIdOf(documents));
  const known = id === null ? null : await lookUp(ledger, id);
  if (known !== null) return await goOn(place, known, options);
  const queued = await queue(place, { at, message, documents, id, options });
  return await untilStopped(context.io, (signal) => finish(place, queued.entryId, { options, signal, resumed: !queued.isNew }));
}

function messageOptions(place: Workplace, options: SendOptions): MessageOptions {
  const { address, label, kind } = place.config.mailbox;
  if (options.from === undefined && label === undefined)
    throw usageError(
      '--from, or "mailbox.label" in the configuration, is needed',
      '--from, ou « mailbox.label » dans la configuration, est nécessaire',
    );
  const nil = options.nil ?? place.config.nil;
  return {
    ...options,
    from: options.from ?? `${JSON.stringify(label)} <${address}>`,
    mailboxKind: options.mailboxKind ?? kind,
    ...(nil === undefined ? {} : { nil }),
  };
}

/** The ids of the documents, joined; their hash when that is no document id of the ledger's. */
export function documentIdOf({ documents }: DocumentSet): string {
  const ids = documents.map(({ header: { id } }) => [id.root, id.extension].filter((part) => part !== null).join('^'));
  const joined = ids.join('+');
  return /^[\x21-\x7e]{1,200}$/.test(joined) ? joined : `sha256:${createHash('sha256').update(JSON.stringify(ids)).digest('hex')}`;
}

async function lookUp(ledger: Ledger, id: string): Promise<OutboxStory | null> {
  try {
    return await ledger.outbox.show(id);
  } catch (error) {
    if (isMssError(error, 'ERR_MSS_LEDGER_NOT_FOUND')) return null;
    throw error;
  }
}

/** A send of this document id is there: the same recipients, and it goes on; others, and it is refused. */
async function goOn(place: Workplace, story: OutboxStory, options: SendOptions): Promise<CommandResult> {
  const before = story.recipients.map((one) => one.address.toLowerCase()).toSorted();
  const now = [...new Set(options.to.map((one) => one.toLowerCase()))].toSorted();
  if (before.length !== now.length || before.some((one, index) => one !== now[index])) {
    throw new MssError('ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN', 'this document was queued for other recipients: give another --document-id');
  }
  note(
    place.context,
    'ce document est déjà dans la file : rien n’est composé de nouveau',
    'this document is in the outbox already: nothing is composed anew',
  );
  return await untilStopped(place.context.io, (signal) => finish(place, story.entryId, { options, signal, resumed: true }));
}

async function queue(
  place: Workplace,
  request: {
    readonly at: CommandContext;
    readonly message: MessageOptions;
    readonly documents: DocumentSet | undefined;
    readonly id: string | null;
    readonly options: SendOptions;
  },
): Promise<{ readonly entryId: string; readonly isNew: boolean }> {
  const { at, message, documents, id, options } = request;
  const { trustSpaceOf } = await import('../session/trust-space.js');
  const composed = await composeOf(at, message, {
    documents,
    compose: {
      ...(await trustSpaceOf(place)),
      ...(place.config.dangerouslyAllowOutsideTrustSpace === true ? { dangerouslyAllowOutsideTrustSpace: true } : {}),
    },
  });
  const { outbox } = await place.ledger();
  const notify = composed.dsn?.notify;
  const ins = documents?.patient.ins;
  try {
    return await outbox.queue({
      documentId: id ?? composed.messageId.slice(1, -1),
      message: composed.bytes,
      mailbox: place.address,
      from: composed.envelope.from,
      recipients: composed.envelope.to.map((address) => ({ address, ...(notify === undefined ? {} : { notify }) })),
      author: place.author,
      ...(composed.dsn === null ? {} : { envid: composed.dsn.envid }),
      ...(ins === undefined || ins === null ? {} : { patientKey: `${ins.oid}^${ins.value}` }),
      ...(options.replaces === undefined ? {} : { replaces: options.replaces }),
    });
  } catch (error) {
    // Another process queued the same document in between.
    const other = id !== null && isMssError(error, 'ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN') ? await lookUp(await place.ledger(), id) : null;
    if (other === null) throw error;
    return { entryId: other.entryId, isNew: false };
  }
}

async function finish(
  place: Workplace,
  entryId: string,
  how: { readonly options: SendOptions; readonly signal: AbortSignal; readonly resumed: boolean },
): Promise<CommandResult> {
  const { options, signal, resumed } = how;
  const { outbox } = await place.ledger();
  const run: SendRun =
    options.queueOnly === true
      ? { story: await outbox.show(entryId), answer: null, failure: null, sent: null }
      : await runUntilVerdict(place, entryId, { deadlineMs: options.deadline, signal });
  return describeSend(run, { resumed, queueOnly: options.queueOnly === true });
}
