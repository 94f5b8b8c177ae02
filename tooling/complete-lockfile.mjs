// node tooling/complete-lockfile.mjs: after `npm install`, adds to package-lock.json the optional packages of other platforms
// that the registry in use does not carry (native parts of linters and bundlers). `npm ci` refuses a lockfile without them,
// and a machine of that platform, with a registry that has them, would not get them. They stand there by exact version.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  win32: 'win32',
  windows: 'win32',
};
const processors = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', '64'];
let added = 0;

function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = words.map((word) => systems[word]).find((found) => found !== undefined);
  const cpu = processors.find((one) => words.includes(one)) ?? 'wasm32';
  return { os, cpu: cpu === '64' ? 'x64' : cpu };
}

for (const [path, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`;
    if (`node_modules/${name}` in lock.packages || nested in lock.packages || path === '') continue;
    const { os, cpu } = platformOf(name);
    if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name} ${version}: not an exact version`);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(os === undefined ? {} : { os: [os] }),
    };
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
