import { describeMatricule, patientAddress, qualifyIns, type InsProblemCode } from '@mss/ins-address';

import type { CommandContext, CommandResult } from '../command.js';

/** What spoils a matricule, as against what is only tolerated. */
const untolerated: readonly InsProblemCode[] = [
  'INS_LENGTH',
  'INS_CHARACTERS',
  'INS_SEX',
  'INS_MONTH',
  'INS_DEPARTMENT',
  'INS_KEY_MISSING',
  'INS_KEY',
  'INS_OID_NOT_INS',
];

/** `mss ins check`. */
export function checkIns(_context: CommandContext, matricule: string, options: { readonly oid?: string }): Promise<CommandResult> {
  const { ok, ...rest } = describeMatricule(matricule, options.oid === undefined ? {} : { oid: options.oid });
  const result = { ok, ...rest };
  if (ok) return Promise.resolve({ result });
  const found = new Set(rest.problems.map((problem) => problem.code));
  const only = (code: InsProblemCode): boolean => found.has(code) && !untolerated.some((other) => other !== code && found.has(other));
  const [code, message] = only('INS_KEY')
    ? (['ERR_MSS_INS_KEY', 'the key of the matricule is wrong'] as const)
    : only('INS_OID_NOT_INS')
      ? (['ERR_MSS_INS_NOT_AN_INS', 'the OID is not one of an INS matricule'] as const)
      : (['ERR_MSS_INS_MALFORMED', 'the matricule is not a valid INS matricule'] as const);
  return Promise.resolve({ result, status: 1, error: { code, message, requirement: 'ECO.2.2.6' } });
}

/** `mss ins address`: the status is the caller's word, given on the command line. */
export function addressIns(
  context: CommandContext,
  matricule: string,
  options: { readonly oid?: string; readonly status: string },
): Promise<CommandResult> {
  const ins = qualifyIns({
    matricule,
    status: options.status,
    assertedBy: { kind: 'person', name: 'mss command line' },
    environment: context.environment,
    ...(options.oid === undefined ? {} : { oid: options.oid }),
  });
  return Promise.resolve({ result: { address: patientAddress(ins) } });
}
