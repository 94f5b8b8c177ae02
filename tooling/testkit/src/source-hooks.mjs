// Preloaded by runInChild: `@mss/…` and `./x.js` come from the TypeScript sources, and the peak of memory is reported.
import { existsSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

const root = new URL('../../../', import.meta.url);

function source(specifier, parent) {
  if (specifier === '@mss/testkit') return new URL('tooling/testkit/src/index.ts', root);
  const [, name, part] = /^@mss\/([^/]+)(?:\/([^/]+))?$/.exec(specifier) ?? [];
  if (name !== undefined) return new URL(`packages/${name}/src/${part === undefined ? '' : `${part}/`}index.ts`, root);
  if (!specifier.startsWith('.') || !specifier.endsWith('.js') || parent === undefined) return null;
  const candidate = new URL(specifier.replace(/\.js$/, '.ts'), parent);
  return existsSync(candidate) ? candidate : null;
}

registerHooks({
  resolve(specifier, context, next) {
    const found = source(specifier, context.parentURL);
    return found === null ? next(specifier, context) : { url: found.href, format: 'module-typescript', shortCircuit: true };
  },
});

process.on('exit', () => {
  try {
    writeSync(3, String(process.resourceUsage().maxRSS * 1024));
  } catch {
    // Nobody listens.
  }
});
