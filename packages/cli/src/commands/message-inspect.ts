import { defaultLimits } from '@mss/core';
import { describeMessage, readMessage } from '@mss/message';

import type { CommandContext, CommandResult } from '../command.js';
import { exitStatusOf } from '../error-codes/index.js';
import { readInput } from '../io.js';
import { archiveVerdict } from './verdict.js';

/** `mss message inspect`: negative when the archive of the mail is unreadable or not to be trusted. */
export async function inspectMessage(context: CommandContext, file: string): Promise<CommandResult> {
  const { value: message, warnings } = readMessage(await readInput(file, { io: context.io, maxBytes: defaultLimits.messageBytes }));
  const { messageId, inReplyTo, references, from, ...rest } = describeMessage(message);
  const [sender = null, ...others] = from;
  // A mail of several authors is rare (RFC 5322 §3.6.2): the first is `from`, the others are not lost.
  const result = {
    messageId,
    inReplyTo,
    references,
    from: sender,
    ...(others.length === 0 ? {} : { otherAuthors: others }),
    ...rest,
    tolerated: warnings,
  };
  if (message.xdmError !== null) {
    const { code, message: sentence, requirement } = message.xdmError;
    return { result, status: exitStatusOf(code), error: { code, message: sentence, requirement: requirement ?? null } };
  }
  return { result, ...(message.xdm === null ? {} : archiveVerdict(message.xdm)) };
}
