import { defaultLimits } from '@mss/core';
import { parseMime } from '@mss/formats/mime';
import { inspectReceipt } from '@mss/receipts';

import type { CommandContext, CommandResult } from '../command.js';
import { readInput } from '../io.js';

/** `mss receipt inspect`: a mail that is no receipt is a negative verdict. */
export async function inspectReceiptCommand(context: CommandContext, file: string): Promise<CommandResult> {
  const message = parseMime(await readInput(file, { io: context.io, maxBytes: defaultLimits.messageBytes })).value;
  const result = { ...inspectReceipt(message) };
  if (result.kind !== 'none') return { result };
  return {
    result,
    status: 1,
    error: { code: 'ERR_MSS_RECEIPT_NONE', message: 'the mail is neither a delivery nor a read receipt', requirement: null },
  };
}
