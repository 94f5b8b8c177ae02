/**
 * Loads `node:sqlite` without its warning.
 *
 * QUIRK: Node 22 and early 24 print "ExperimentalWarning: SQLite is an experimental feature" on the user's stderr when the
 * module is first loaded. It is loaded here, synchronously, with this one warning held back; every other warning passes.
 */
export function loadSqlite(): typeof import('node:sqlite') {
  const original = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  const emit = process.emitWarning.bind(process) as (...all: unknown[]) => void;
  process.emitWarning = (...all: unknown[]): void => {
    if (!String(all[0]).startsWith('SQLite is an experimental feature')) emit(...all);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    if (original !== undefined) Object.defineProperty(process, 'emitWarning', original);
  }
}
