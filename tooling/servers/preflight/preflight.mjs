/**
 * PDFBox Preflight (PDF/A-1b validator, Debian packages libpdfbox2-java, libactivation-java, libjaxb-api-java and a JRE
 * with the source launcher) as a function and as a command.
 *
 *   node tooling/servers/preflight/preflight.mjs FILE…    prints one JSON array; exit 0 when all are valid, 1 when not, 3 without Preflight
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = '/usr/share/java';
const jars = ['preflight', 'pdfbox2', 'fontbox2', 'xmpbox', 'commons-logging', 'javax.activation', 'jaxb-api'].map(
  (name) => `${folder}/${name}.jar`,
);
const source = fileURLToPath(new URL('./Preflight.java', import.meta.url));

/** Packages that `test:servers` installs for {@link preflight}; a JRE 17 comes with the image. */
export const preflightPackages = ['libpdfbox2-java', 'libactivation-java', 'libjaxb-api-java'];

/** Whether the class path and Java are there. */
export function preflightAvailable() {
  return jars.every((jar) => existsSync(jar)) && spawnSync('java', ['-version']).status === 0;
}

/**
 * Validates files as PDF/A-1b.
 *
 * @param {readonly string[]} files
 * @returns {{ file: string, valid: boolean, errors: { code: string, details: string }[] }[]} in the order given
 */
export function preflight(files) {
  if (files.length === 0) return [];
  const result = spawnSync('java', ['-Xmx1g', '-cp', jars.join(':'), source, ...files], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`Preflight ended with status ${result.status}`);
  return result.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!preflightAvailable()) {
    console.error(`Preflight is not installed: apt-get install -y --no-install-recommends ${preflightPackages.join(' ')}`);
    process.exit(3);
  }
  const results = preflight(process.argv.slice(2));
  console.log(JSON.stringify(results, null, 2));
  process.exitCode = results.every((one) => one.valid) ? 0 : 1;
}
