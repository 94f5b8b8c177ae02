import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { sourceAliases, sourceExecArgv } from '../../vitest.config.js';

/** Suites against real servers: one file after the other, for their ports and the machine's queues are shared. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias: sourceAliases },
  test: {
    include: ['tooling/interop/**/*.test.ts'],
    fileParallelism: false,
    maxWorkers: 1,
    execArgv: sourceExecArgv,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
