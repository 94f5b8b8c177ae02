/** Shared by every copy of this package in a process. */
const brand = Symbol.for('mss.error');

/** Everything about an error besides its code and its sentence. */
export interface MssErrorOptions {
  /** What was thrown underneath, never shown to the user. */
  readonly cause?: unknown;
  /** `true`: the same call with the same input fails again. `false`: trying later may help. Default `true`. */
  readonly permanent?: boolean;
  /** The requirement that the input breaks, for example `"ECO.1.1.3"`. */
  readonly requirement?: string;
  /** Machine-readable circumstances. Never anything that identifies a patient. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The one error class of the toolkit.
 *
 * `code` is `ERR_MSS_<PACKAGE>_<REASON>`; each package exports the closed union of its own codes.
 * `message` is English, for engineers, and holds nothing that identifies a patient: no name, no matricule,
 * no subject, no local part of a patient's address.
 *
 * An ESM and a CommonJS copy of this package may live in one process: test with {@link isMssError},
 * not with `instanceof`.
 */
export class MssError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly permanent: boolean;
  readonly requirement: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: MssErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MssError';
    this.code = code;
    this.permanent = options.permanent ?? true;
    this.requirement = options.requirement;
    this.details = Object.freeze({ ...options.details });
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Tells an error of the toolkit from any other, whichever copy of the package made it.
 *
 * @param code - when given, the error must also have this code.
 */
export function isMssError<Code extends string = string>(error: unknown, code?: Code): error is MssError<Code> {
  if (typeof error !== 'object' || error === null || (error as Record<symbol, unknown>)[brand] !== true) return false;
  return code === undefined || (error as MssError).code === code;
}
