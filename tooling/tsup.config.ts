/**
 * The one build configuration of all packages: every source file becomes one ESM file in `dist/`
 * and one CommonJS file in `dist/cjs/`, names kept. Declarations come from one `tsc` run (tooling/build.mjs).
 *
 * A package that stands on a private workspace (`"mss": { "bundle": ["@mss/testkit"] }` in its manifest)
 * is bundled from its entry points instead, because nobody can install the private part.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { mss?: { bundle?: string[] } };
const inlined = manifest.mss?.bundle ?? [];

const shared: Options = {
  entry: inlined.length > 0 ? ['src/index.ts'] : ['src/**/*.ts'],
  bundle: inlined.length > 0,
  noExternal: inlined,
  platform: 'node',
  target: 'node22',
  removeNodeProtocol: false,
  splitting: false,
  clean: false,
  dts: false,
  silent: true,
};

export default defineConfig([
  { ...shared, format: 'esm', outDir: 'dist' },
  {
    ...shared,
    format: 'cjs',
    outDir: 'dist/cjs',
    outExtension: () => ({ js: '.js' }),
    // CommonJS has no import.meta.url; the files that ask for it get the same value.
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': '__importMetaUrl' },
    onSuccess: async () => writeFile('dist/cjs/package.json', '{ "type": "commonjs" }\n'),
  },
]);
