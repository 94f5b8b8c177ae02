/**
 * Runs the first TypeScript example of every README: what a newcomer copies must work.
 * The example runs on the sources, from the repository root.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const generated = join(root, 'tooling', 'docs', '.generated');
const packages = globSync('packages/*/README.md', { cwd: root }).sort();

describe('the first example of a README runs', () => {
  it.each([...packages, 'README.md'].filter((file) => existsSync(join(root, file))))('%s', async (file) => {
    const example = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1];
    expect(example, `${file} has no \`\`\`ts block`).toBeDefined();
    mkdirSync(generated, { recursive: true });
    const script = join(generated, `${file.replaceAll(/[^a-z0-9]+/gi, '-')}.ts`);
    writeFileSync(script, example ?? '');
    process.chdir(root);
    await import(/* @vite-ignore */ pathToFileURL(script).href);
  });
});
