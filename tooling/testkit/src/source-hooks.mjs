// Preloaded (`--import`) by runInChild and by vitest: `@mss/…` and `./x.js` come from the TypeScript sources, in the process
// and in every worker thread it starts (`new Worker(new URL('./x-worker.js', import.meta.url))`), which inherits the flag.
// A child of runInChild also reports its peak of memory.
import { existsSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const root = new URL('../../../', import.meta.url);

function source(specifier, parent) {
  if (specifier === '@mss/testkit') return new URL('tooling/testkit/src/index.ts', root);
  const [, name, part] = /^@mss\/([^/]+)(?:\/([^/]+))?$/.exec(specifier) ?? [];
  if (name !== undefined) return new URL(`packages/${name}/src/${part === undefined ? '' : `${part}/`}index.ts`, root);
  // Relative imports of our files, and the entry of a worker, which has no parent.
  const relative = parent === undefined ? specifier.startsWith('file:') : specifier.startsWith('.');
  if (!relative || !specifier.endsWith('.js') || (parent ?? specifier).includes('/node_modules/')) return null;
  const candidate = new URL(specifier.replace(/\.js$/, '.ts'), parent);
  return existsSync(candidate) ? candidate : null;
}

registerHooks({
  resolve(specifier, context, next) {
    const found = source(specifier, context.parentURL);
    return found === null ? next(specifier, context) : { url: found.href, format: 'module-typescript', shortCircuit: true };
  },
});

// With an IPC channel, as under vitest, descriptor 3 belongs to somebody else.
if (isMainThread && process.send === undefined) {
  process.on('exit', () => {
    try {
      writeSync(3, String(process.resourceUsage().maxRSS * 1024));
    } catch {
      // Nobody listens.
    }
  });
}
