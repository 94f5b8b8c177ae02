import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { defaultLimits, MssError, systemClock } from '@mss/core';
import { buildXdm, describeXdm, readXdm, type XdmArchive } from '@mss/xdm';

import type { CommandContext, CommandResult } from '../command.js';
import type { CliErrorCode } from '../errors.js';
import { readInput } from '../io.js';
import { writeOutput } from './cda.js';
import { readDocumentSet } from './documents.js';

/** Options of `mss xdm pack`. */
export interface PackOptions {
  readonly output: string;
  readonly authorInstitution?: string;
  readonly submissionTime?: string;
  readonly classCode?: string;
}

/** `mss xdm pack`. */
export async function packXdm(context: CommandContext, files: readonly string[], options: PackOptions): Promise<CommandResult> {
  if (options.submissionTime !== undefined && !/^\d{14}$/.test(options.submissionTime)) {
    throw new MssError<CliErrorCode>('ERR_MSS_CLI_USAGE', '--submission-time is YYYYMMDDhhmmss');
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
  if (archive.ok) return { result };
  const [problem] = archive.problems;
  return {
    result,
    status: 1,
    error: { code: problem?.code ?? 'ERR_MSS_CLI_NEGATIVE', message: problem?.message ?? 'the archive cannot be trusted', requirement: 'ECO.2.1.2' },
  };
}

async function extractDocuments(archive: XdmArchive, folder: string): Promise<{ file: string; uri: string }[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
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
