import type { CommandContext, CommandResult } from '../command.js';
import { ensureOutputFile, writeOutput } from '../io.js';
import { checkMessageOptions, composeOf, readDocuments, type MessageOptions } from './compose.js';

/** Options of `mss message build`. */
export interface BuildOptions extends MessageOptions {
  readonly output: string;
}

/** `mss message build`. */
export async function buildMessage(context: CommandContext, options: BuildOptions): Promise<CommandResult> {
  checkMessageOptions(options);
  ensureOutputFile(options.output);
  const composed = await composeOf(context, options, { documents: await readDocuments(context, options) });
  await writeOutput(options.output, composed.bytes);
  return {
    result: {
      file: options.output,
      messageId: composed.messageId,
      subject: composed.subject,
      attachments: composed.attachments.map((file) => ({ name: file.name, mediaType: file.mediaType, bytes: file.bytes.length })),
      envelope: composed.envelope,
      missing: composed.missingMetadata,
      unrendered: composed.unrendered,
    },
  };
}
