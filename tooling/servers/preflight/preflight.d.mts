/** One finding of the validator. */
export interface PreflightError {
  readonly code: string;
  readonly details: string;
}

/** The verdict on one file. */
export interface PreflightResult {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly PreflightError[];
}

export const preflightPackages: readonly string[];
export function preflightAvailable(): boolean;
export function preflight(files: readonly string[]): readonly PreflightResult[];
