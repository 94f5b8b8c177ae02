import { isMssError, MssError } from '@mss/core';
import { syncError } from '../errors.js';

/** An error as it crosses from the thread. */
export interface FaultRecord {
  readonly code: string;
  readonly message: string;
  readonly permanent: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  /** The reason of the caller's signal, which the caller has. */
  readonly aborted: boolean;
}

function systemCode(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What a failing disk or a damaged file is called here; everything else comes through unchanged. */
export function toFault(error: unknown): unknown {
  const code = systemCode(error);
  if (code === 'ERR_MSS_STORE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return syncError('ERR_MSS_ANNUAIRE_DISK_FULL', 'there is no room for the directory', { cause: error });
  }
  if (code === 'ERR_MSS_STORE_CORRUPT' || code === 'ERR_MSS_STORE_NOT_A_DATABASE') {
    return syncError('ERR_MSS_ANNUAIRE_DAMAGED', 'a file of the directory is damaged', { cause: error });
  }
  return error;
}

export function toFaultRecord(error: unknown, aborted: boolean): FaultRecord {
  const fault = toFault(error);
  if (isMssError(fault)) return { code: fault.code, message: fault.message, permanent: fault.permanent, details: fault.details, aborted };
  const code = systemCode(fault) ?? 'unknown';
  return { code: 'ERR_MSS_ANNUAIRE_WORKER', message: `the load failed (${code})`, permanent: false, details: { code }, aborted };
}

export function fromFaultRecord({ code, message, permanent, details }: FaultRecord): MssError {
  return new MssError(code, message, { permanent, details });
}
