import { caseNumber, serviceStart } from '@mss/cda';
import { disambiguateNames, formatPdfName, formatSubject, parseSubject } from '@mss/subject';

import type { CommandContext, CommandResult } from '../command.js';
import { readText } from '../io.js';
import { readDocumentSet } from './documents.js';

/** `mss subject parse`. */
export async function parseSubjectCommand(context: CommandContext, text: string): Promise<CommandResult> {
  // A raw header may be piped in, folding and encoded words included.
  const subject = text === '-' ? (await readText('-', context.io)).trimEnd() : text;
  const { ok, label, documentCount, familyName, givenName, birthDate, tolerated, candidates, prefixes } = parseSubject(subject, {
    profile: context.profile,
  });
  const result = { ok, label, documentCount, familyName, givenName, birthDate, tolerated, candidates, prefixes };
  if (ok) return { result };
  return {
    result,
    status: 1,
    error: {
      code: 'ERR_MSS_SUBJECT_NOT_CONFORMANT',
      message: 'the subject does not announce health documents as the format asks',
      requirement: 'ECO.2.1.3',
    },
  };
}

/** `mss subject format`. */
export async function formatSubjectCommand(context: CommandContext, files: readonly string[]): Promise<CommandResult> {
  const set = await readDocumentSet(context, files);
  const options = { profile: context.profile };
  const [first] = set.documents;
  const subject = formatSubject(
    { label: first.header.code.displayName, documentCount: set.documents.length, patient: set.patient },
    options,
  );
  const pdfNames = set.documents.map(({ header }) =>
    formatPdfName(
      { actDate: serviceStart(header), label: header.code.displayName, patient: set.patient, caseNumber: caseNumber(header) },
      options,
    ),
  );
  return { result: { subject, pdfNames: disambiguateNames(pdfNames) } };
}
