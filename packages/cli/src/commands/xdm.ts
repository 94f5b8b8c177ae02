import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { defaultLimits, systemClock } from '@mss/core';
import { buildXdm, describeXdm, readXdm, type XdmArchive } from '@mss/xdm';

import type { CommandContext, CommandResult } from '../command.js';
import { fileError, usageError } from '../errors.js';
import { ensureOutputFile, readInput, writeOutput } from '../io.js';
import { readDocumentSet } from './documents.js';
import { archiveVerdict } from './verdict.js';

/** Options of `mss xdm pack`. */
export interface PackOptions {
  readonly output: string;
  readonly authorInstitution?: string;
  readonly submissionTime?: string;
  readonly classCode?: string;
}

/** `mss xdm pack`. */
export async function packXdm(context: CommandContext, files: readonly string[], options: PackOptions): Promise<CommandResult> {
  ensureOutputFile(options.output);
  if (options.submissionTime !== undefined && !/^\d{14}$/.test(options.submissionTime)) {
    throw usageError('--submission-time is YYYYMMDDhhmmss (UTC)', '--submission-time attend AAAAMMJJhhmmss, en temps universel');
  }
  const set = await readDocumentSet(context, files);
  const { classCode } = options;
  const archive = buildXdm(set, {
    submissionTime: options.submissionTime ?? systemClock.now(),
    unknownClass: 'omit',
    ...(options.authorInstitution === undefined ? {} : { authorInstitution: options.authorInstitution }),
    ...(classCode === undefined ? {} : { documents: set.documents.map(() => ({ classCode })) }),
  });
  await writeOutput(options.output, archive.bytes);
  const described = describeXdm(readXdm(archive.bytes).value);
  return {
    result: {
      file: options.output,
      bytes: archive.bytes.length,
      documents: described.documents.map(({ uri, size, sha1, entry }) => ({ uri, size, sha1, entry })),
      missing: archive.missing,
    },
  };
}

/** `mss xdm inspect`; with `--extract`, documents are written under opaque names, the original ones in `documents.json`. */
export async function inspectXdm(context: CommandContext, file: string, options: { readonly extract?: string }): Promise<CommandResult> {
  const archive = readXdm(await readInput(file, { io: context.io, maxBytes: defaultLimits.archiveBytes })).value;
  const result: Record<string, unknown> = { ...describeXdm(archive) };
  if (options.extract !== undefined) result['extracted'] = await extractDocuments(archive, options.extract);
  return { result, ...archiveVerdict(archive) };
}

async function extractDocuments(archive: XdmArchive, folder: string): Promise<{ file: string; uri: string }[]> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError('the folder of --extract could not be made', error);
  }
  const written: { file: string; uri: string; sha1: string }[] = [];
  for (const document of archive.documents) {
    if (document.bytes === null) continue;
    // The hash is opaque and the same on every run; a name from the archive could be the patient's.
    const name = `${createHash('sha256').update(document.bytes).digest('hex').slice(0, 32)}.xml`;
    await writeOutput(join(folder, name), document.bytes);
    written.push({ file: name, uri: document.uri ?? '', sha1: document.sha1 ?? '' });
  }
  await writeOutput(join(folder, 'documents.json'), Buffer.from(`${JSON.stringify(written, null, 2)}\n`));
  return written.map(({ file, uri }) => ({ file, uri }));
}
