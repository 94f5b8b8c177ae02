/**
 * Where diagnostics go. A host passes its own; pino and console fit as they are.
 *
 * The toolkit hands over codes, counts, durations, host names and opaque ids; never a name, a matricule,
 * a subject, a body or the local part of a patient's address.
 */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

const nothing = (): void => {};

/** The default: says nothing. */
export const silentLogger: Logger = Object.freeze({ debug: nothing, info: nothing, warn: nothing, error: nothing });
