import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Packages are tested on their sources: no build is needed. */
export const sourceAliases = [
  { find: /^@mss\/testkit$/, replacement: at('./tooling/testkit/src/index.ts') },
  { find: /^@mss\/([^/]+)$/, replacement: at('./packages/$1/src/index.ts') },
  { find: /^@mss\/([^/]+)\/([^/]+)$/, replacement: at('./packages/$1/src/$2/index.ts') },
];

/**
 * Flags of the processes that run the tests. Worker threads inherit them, so that a worker of ours
 * (`new Worker(new URL('./x-worker.js', import.meta.url))`), which vitest does not transform, runs on the sources too.
 */
export const sourceExecArgv: string[] = [
  ...(process.features.typescript === false ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : []),
  '--import',
  new URL('./tooling/testkit/src/source-hooks.mjs', import.meta.url).href,
];

export default defineConfig({
  resolve: { alias: sourceAliases },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'tooling/testkit/test/**/*.test.ts',
      'tooling/conformance/**/*.test.ts',
      'tooling/docs/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
    ],
    maxWorkers: 2,
    execArgv: sourceExecArgv,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
