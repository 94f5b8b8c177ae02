import { setTimeout as delay } from 'node:timers/promises';

import { isMssError, type MssError } from '@mss/core';
import type { HandOver, HandOverResult, Inbox, InboxMailbox, ReceiveRequest, ReceiveSummary } from '@mss/ledger';
import type { FetchRequest, Mailbox } from '@mss/transport';

import type { CommandContext, CommandResult } from '../command.js';
import { openDurableFolder } from '../durable-files.js';
import { usageError } from '../errors.js';
import { exitStatusOf } from '../error-codes/index.js';
import { note } from '../note.js';
import { openWorkplace, type Workplace } from '../session/workplace.js';
import { untilStopped } from '../stop-signal.js';
import { writeReceived, type ReceivedMessageFiles } from './received-files.js';
import { createSubmitter, workerSettings } from './sending.js';

/** Options of `mss receive`. */
export interface ReceiveOptions {
  readonly config: string;
  readonly into: string;
  readonly folder: string;
  readonly limit?: number;
  readonly follow?: boolean;
  readonly mdn?: 'ask' | 'never' | 'always';
  readonly markSeen?: boolean;
  readonly moveTo?: string;
}

/** `mss receive`: each message once, acknowledged only after its files are on the disk. */
export async function receiveCommand(context: CommandContext, options: ReceiveOptions): Promise<CommandResult | undefined> {
  if (options.limit === 0) throw usageError('--limit is at least 1', '--limit vaut au moins 1');
  if (options.follow === true && options.limit !== undefined)
    throw usageError('--limit and --follow exclude each other', '--limit et --follow s’excluent');
  const folder = await openDurableFolder(options.into);
  await using place = await openWorkplace(context, { config: options.config });
  const received: ReceivedMessageFiles[] = [];
  let failure: MssError | null = null;
  const policy = options.mdn ?? place.config.receipts?.mdn ?? 'ask';
  const handOver: HandOver = async (delivery) => {
    try {
      const one = await writeReceived(folder, delivery);
      if (options.follow === true) tellOne(context, one);
      else received.push(one);
      return answerTo(options, policy);
    } catch (error) {
      if (isMssError(error)) failure = error;
      throw error;
    }
  };
  const request = {
    address: place.address,
    kind: place.kind,
    folder: options.folder,
    handOver,
    receipts: 'all',
    mdn: { policy, ...(place.config.mailbox.label === undefined ? {} : { name: place.config.mailbox.label }) },
  } as const;
  return await untilStopped(context.io, async (signal) => {
    const { inbox } = await place.ledger();
    if (options.follow === true) {
      await follow(place, inbox, { request: { ...request, signal }, policy });
      return undefined;
    }
    await using mailbox = await place.openTracedMailbox(signal);
    const summary = await inbox.receive({ ...request, mailbox: bounded(mailbox, options.limit), signal });
    if (policy === 'always') await sendReceipts(place, signal);
    return await describeReceived(place, { received, summary, failure });
  });
}

/** What a program that only writes files may say: that it processed the message, never that somebody saw it. */
function answerTo(options: ReceiveOptions, policy: 'ask' | 'never' | 'always'): HandOverResult {
  return {
    mdn: policy === 'always' ? 'processed' : policy === 'never' ? 'none' : 'later',
    ...(options.markSeen === true ? { flags: ['\\Seen'] } : {}),
    ...(options.moveTo === undefined ? {} : { moveTo: options.moveTo }),
  };
}

/** A mailbox that shows at most so many new messages. */
function bounded(mailbox: Mailbox, limit: number | undefined): InboxMailbox {
  if (limit === undefined) return mailbox;
  async function* fetchNew(
    request: FetchRequest = {},
  ): ReturnType<typeof mailbox.fetchNew> extends AsyncIterable<infer Message> ? AsyncGenerator<Message> : never {
    let left = limit ?? 0;
    for await (const message of mailbox.fetchNew(request)) {
      yield message;
      left -= 1;
      if (left === 0) return;
    }
  }
  return new Proxy(mailbox, { get: (target, key) => (key === 'fetchNew' ? fetchNew : Reflect.get(target, key)) });
}

function tellOne({ io, json, language }: CommandContext, one: ReceivedMessageFiles): void {
  if (json) io.stdout(`${JSON.stringify(one)}\n`);
  else io.stdout(language === 'fr' ? `reçu : ${one.description}\n` : `received: ${one.description}\n`);
}

/** Sends the read receipts that were queued; what does not leave now goes with the next run of the outbox. */
async function sendReceipts(place: Workplace, signal: AbortSignal): Promise<void> {
  const { outbox } = await place.ledger();
  const stop = AbortSignal.any([signal, AbortSignal.timeout(30_000)]);
  const submitter = createSubmitter(place);
  await outbox.run({ submit: submitter.submit, until: 'idle', signal: stop, ...workerSettings(place) });
  await submitter.fileSent();
}

async function describeReceived(
  place: Workplace,
  {
    received,
    summary,
    failure,
  }: { readonly received: readonly ReceivedMessageFiles[]; readonly summary: ReceiveSummary; readonly failure: MssError | null },
): Promise<CommandResult> {
  const { inbox } = await place.ledger();
  const quarantine = await inbox.list({ mailbox: place.address, state: 'quarantined', limit: 1000 });
  const result = {
    received: place.context.json ? received : received.map((one) => `${one.description} (${one.files.length})`),
    ...summary,
    quarantine: quarantine.map(({ id, folder, uid, reason, code, attempts, sizeBytes }) => ({
      id,
      folder,
      uid,
      reason,
      code,
      attempts,
      sizeBytes,
    })),
  };
  const verdict = (code: string, message: string, requirement: string | null = null): CommandResult => ({
    result,
    status: exitStatusOf(code),
    error: { code, message, requirement },
  });
  if (failure !== null) return verdict(failure.code, failure.message, failure.requirement ?? null);
  if (summary.quarantined > 0) return verdict('ERR_MSS_CLI_QUARANTINE', 'messages were put in quarantine: see mss inbox list');
  if (summary.postponed + summary.unfinished + summary.leaseLost > 0)
    return verdict('ERR_MSS_CLI_UNFINISHED', 'messages or steps are left to do: they are tried again at the next call');
  return { result };
}

/** Between connections that fail; from the first again after one that stood longer than the last. */
const reconnectMs = [1_000, 2_000, 5_000, 15_000, 60_000];

/** Passes and waits until stopped; a lost connection is made anew, a refused one ends the command. */
async function follow(
  place: Workplace,
  inbox: Inbox,
  how: { readonly request: Omit<ReceiveRequest, 'mailbox' | 'signal'> & { readonly signal: AbortSignal }; readonly policy: string },
): Promise<void> {
  const { request, policy } = how;
  const { signal } = request;
  let failures = 0;
  while (!signal.aborted) {
    const begun = performance.now();
    try {
      await using mailbox = await place.openTracedMailbox(signal);
      let receipts: Promise<void> = Promise.resolve();
      const onPass = (summary: ReceiveSummary): void => {
        if (summary.quarantined > 0)
          note(place.context, 'des messages sont en quarantaine (mss inbox list)', 'messages are in quarantine (mss inbox list)');
        if (policy !== 'always' || summary.handedOver === 0) return;
        // One after the other: each takes what is due by then.
        receipts = receipts
          .then(async () => sendReceipts(place, signal))
          .catch(() => {
            note(place.context, 'des accusés restent à envoyer (mss outbox run)', 'receipts are left to send (mss outbox run)');
          });
      };
      await inbox.watch({ ...request, mailbox, onPass });
      await receipts;
    } catch (error) {
      if (signal.aborted) return;
      if (!isMssError(error) || error.permanent) throw error;
      if (performance.now() - begun > (reconnectMs.at(-1) ?? 0)) failures = 0;
      const wait = reconnectMs[Math.min(failures, reconnectMs.length - 1)] ?? 0;
      failures += 1;
      note(
        place.context,
        `connexion perdue (${error.code}), nouvel essai dans ${wait / 1000} s`,
        `connection lost (${error.code}), next try in ${wait / 1000} s`,
      );
      await delay(wait, undefined, { signal }).catch(() => {});
    }
  }
}
