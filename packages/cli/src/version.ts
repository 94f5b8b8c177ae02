import { readFile } from 'node:fs/promises';

/** The version of this package: its own package.json is one folder up from the sources and the ESM build, two from the CommonJS one. */
export async function readVersion(): Promise<string> {
  for (const path of ['../package.json', '../../package.json']) {
    const text = await readFile(new URL(path, import.meta.url), 'utf8').catch(() => '{}');
    const { name, version } = JSON.parse(text) as { name?: string; version?: string };
    if (name === '@mss/cli' && version !== undefined) return version;
  }
  return '0.0.0';
}
