import { createDocumentSet, readCda, type CdaDocument, type DocumentSet } from '@mss/cda';
import { defaultLimits } from '@mss/core';

import type { CommandContext } from '../command.js';
import { readInput } from '../io.js';

/** Reads one CDA file. */
export async function readDocument(context: CommandContext, file: string): Promise<CdaDocument> {
  return readCda(await readInput(file, { io: context.io, maxBytes: defaultLimits.xmlBytes })).value;
}

/** Reads CDA files of one patient. */
export async function readDocumentSet(context: CommandContext, files: readonly string[]): Promise<DocumentSet> {
  const documents: CdaDocument[] = [];
  for (const file of files) documents.push(await readDocument(context, file));
  return createDocumentSet(documents);
}
