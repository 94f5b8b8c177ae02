/**
 * Something a reader tolerated. Reading is generous, but it says what it let pass.
 *
 * `code` is a closed union of the package that reads; `where` is a place in the container (an entry's name,
 * a header's name, an element path), never a value of a patient.
 */
export interface MssWarning<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
  readonly where?: string;
}

/** What every reading function returns: the value, and what was tolerated to get it. */
export interface ReadResult<Value, Code extends string = string> {
  readonly value: Value;
  readonly warnings: readonly MssWarning<Code>[];
}
