import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

/** A file of the page, in memory. */
export interface PageFile {
  readonly mediaType: string;
  readonly cacheControl: string;
  readonly bytes: Buffer;
}

/** The files of the page by their path on the server. */
export type Page = ReadonlyMap<string, PageFile>;

const mediaTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Builds what stands in `web/`; nothing is written to the disk. */
export async function buildPage(): Promise<Page> {
  const built = await build({
    root: fileURLToPath(new URL('../web', import.meta.url)),
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    // The content security policy knows no inline data and no inline script.
    build: { write: false, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  const page = new Map<string, PageFile>();
  for (const file of outputs.flatMap(({ output }) => output)) {
    const source = file.type === 'chunk' ? file.code : file.source;
    const isIndex = file.fileName === 'index.html';
    page.set(isIndex ? '/' : `/${file.fileName}`, {
      mediaType: mediaTypes[file.fileName.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      // The names of all but the index hold a hash of their contents.
      cacheControl: isIndex ? 'no-cache' : 'public, max-age=31536000, immutable',
      bytes: Buffer.from(source),
    });
  }
  return page;
}
