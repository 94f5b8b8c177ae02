import { describeMatricule, patientAddress, qualifyIns } from '@mss/ins-address';

import type { CommandContext, CommandResult } from '../command.js';

/** `mss ins check`. */
export function checkIns(_context: CommandContext, matricule: string, options: { readonly oid?: string }): Promise<CommandResult> {
  const { ok, ...rest } = describeMatricule(matricule, options.oid === undefined ? {} : { oid: options.oid });
  const result = { ok, ...rest };
  if (ok) return Promise.resolve({ result });
  return Promise.resolve({
    result,
    status: 1,
    error: { code: 'ERR_MSS_INS_MALFORMED', message: 'the matricule is not a valid INS matricule', requirement: 'ECO.2.2.6' },
  });
}

/** `mss ins address`: the status is the caller's word, given on the command line. */
export function addressIns(context: CommandContext, matricule: string, options: { readonly oid?: string; readonly status: string }): Promise<CommandResult> {
  const ins = qualifyIns({
    matricule,
    status: options.status,
    assertedBy: { kind: 'person', name: 'mss command line' },
    environment: context.environment,
    ...(options.oid === undefined ? {} : { oid: options.oid }),
  });
  return Promise.resolve({ result: { address: patientAddress(ins) } });
}
