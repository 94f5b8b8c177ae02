import { defaultLimits } from '@mss/core';
import { describeMessage, readMessage } from '@mss/message';

import type { CommandContext, CommandResult } from '../command.js';
import { exitStatusOf } from '../exit-status.js';
import { readInput } from '../io.js';

/** `mss message inspect`: negative when the archive of the mail is unreadable or not to be trusted. */
export async function inspectMessage(context: CommandContext, file: string): Promise<CommandResult> {
  const { value: message, warnings } = readMessage(await readInput(file, { io: context.io, maxBytes: defaultLimits.messageBytes }));
  const result = { ...describeMessage(message), tolerated: warnings };
  if (message.xdmError !== null) {
    const { code, message: sentence, requirement } = message.xdmError;
    return { result, status: exitStatusOf(code), error: { code, message: sentence, requirement: requirement ?? null } };
  }
  const problem = message.xdm?.problems[0];
  if (problem !== undefined) return { result, status: 1, error: { code: problem.code, message: problem.message, requirement: 'ECO.2.1.2' } };
  return { result };
}
