import type { DeliveryState, MdnChoice } from '@mss/ledger';

import type { CommandContext, CommandResult } from '../command.js';
import { openWorkplace } from '../session/workplace.js';
import { untilStopped } from '../stop-signal.js';
import { createSubmitter, workerSettings } from './sending.js';

/** Options of `mss inbox …`. */
export interface InboxOptions {
  readonly config: string;
  readonly state?: DeliveryState;
  readonly limit?: number;
  readonly unread?: boolean;
  readonly anySize?: boolean;
  readonly as?: MdnChoice;
  readonly consent?: boolean;
}

/** `mss inbox list`. */
export async function listInbox(context: CommandContext, options: InboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  const { inbox } = await place.ledger();
  const { state, limit = 100 } = options;
  const messages = await inbox.list({ mailbox: place.address, limit, ...(state === undefined ? {} : { state }) });
  return { result: { messages } };
}

/** `mss inbox release`: the next `receive` tries again. */
export async function releaseInbox(context: CommandContext, id: string, options: InboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  const { inbox } = await place.ledger();
  await inbox.release(id, { unread: options.unread === true, anySize: options.anySize === true });
  return { result: { id, state: 'waiting' } };
}

/** `mss inbox acknowledge`: sends the read receipt that the sender asked for, at most once. */
export async function acknowledgeInbox(context: CommandContext, id: string, options: InboxOptions): Promise<CommandResult> {
  await using place = await openWorkplace(context, options);
  return await untilStopped(context.io, async (signal) => {
    const { inbox, outbox } = await place.ledger();
    await using mailbox = await place.openTracedMailbox(signal);
    const { label } = place.config.mailbox;
    const mdn = await inbox.acknowledge({
      id,
      type: options.as ?? 'displayed',
      kind: place.kind,
      address: place.address,
      mailbox,
      mdn: { policy: place.config.receipts?.mdn ?? 'ask', ...(label === undefined ? {} : { name: label }) },
      consent: options.consent === true,
    });
    if (mdn === 'queued') {
      const { submit } = createSubmitter(place);
      await outbox.run({ submit, until: 'idle', signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]), ...workerSettings(place) });
    }
    if (mdn !== 'ask') return { result: { id, mdn } };
    return {
      result: { id, mdn },
      status: 1,
      error: {
        code: 'ERR_MSS_CLI_CONSENT',
        message: 'the person has to be asked first: call again with --consent',
        requirement: null,
      },
    };
  });
}
