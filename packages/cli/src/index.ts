/**
 * The `mss` command, and the function behind it for those who embed it.
 *
 * @packageDocumentation
 */
export { runMss } from './run.js';
export { type CliIo } from './io.js';
export { type ExitStatus } from './exit-status.js';
export { exitStatusOf } from './error-codes/index.js';
