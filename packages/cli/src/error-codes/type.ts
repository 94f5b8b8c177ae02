import type { ExitStatus } from '../exit-status.js';

/** For each error code its exit status, decided one by one, and a French sentence: short, for a person at a help desk, with nothing about a patient. */
export type ErrorCodes = Readonly<Record<string, readonly [status: ExitStatus, french: string]>>;
