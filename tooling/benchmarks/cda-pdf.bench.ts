/**
 * CDA to PDF/A-1a: milliseconds a document, cold start, memory, against programs that print the same texts from HTML:
 * Chromium kept warm, WeasyPrint, LibreOffice. A peer that is not installed is left out with a line that says so; none of
 * them makes a valid PDF/A-1a. Prints ratios; exits 0.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readCda, type CdaDocument, type CdaSection, type NarrativeNode } from '@mss/cda';
import { renderCdaPdf } from '@mss/cda-pdf';
import { foOf, fopConfiguration } from './fo.ts';

const folder = fileURLToPath(new URL('../testdata/cda/', import.meta.url));
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .sort()
  .map((name) => ({ name: name.replace('.xml', ''), bytes: readFileSync(join(folder, name)) }))
  .map((one) => ({ ...one, cda: readCda(one.bytes).value }))
  .filter((one) => one.cda.level === 3);

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The first rendering of a new process, loading of the package included. */
function coldStart(): number {
  const script = `
    const { readCda } = await import('@mss/cda');
    const { readFileSync } = await import('node:fs');
    const { value } = readCda(readFileSync(${JSON.stringify(join(folder, '001-biologie-hemogramme.xml'))}));
    const start = performance.now();
    const { renderCdaPdf } = await import('@mss/cda-pdf');
    await renderCdaPdf(value);
    console.log(performance.now() - start);`;
  const times = [1, 2, 3].map(() =>
    Number(spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { encoding: 'utf8' }).stdout),
  );
  return median(times);
}

/** Resident memory of a new process that renders 50 documents, each read when its turn comes. */
function residentMemory(): { readonly start: number; readonly end: number; readonly peak: number } {
  const files = documents.map(({ name }) => join(folder, `${name}.xml`));
  const script = `
    const { readCda } = await import('@mss/cda');
    const { renderCdaPdf } = await import('@mss/cda-pdf');
    const { readFileSync } = await import('node:fs');
    const files = ${JSON.stringify(files)};
    const start = process.memoryUsage().rss;
    let peak = start;
    for (let round = 0; round < 50; round += 1) {
      await renderCdaPdf(readCda(readFileSync(files[round % files.length])).value);
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    console.log(JSON.stringify({ start, end: process.memoryUsage().rss, peak }));`;
  const { stdout } = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { encoding: 'utf8' });
  return JSON.parse(stdout) as { start: number; end: number; peak: number };
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const htmlNames: Readonly<Record<string, string>> = {
  content: 'span',
  paragraph: 'p',
  list: 'ul',
  item: 'li',
  linkHtml: 'a',
  footnote: 'small',
  footnoteRef: 'sup',
  renderMultiMedia: 'span',
  unknown: 'span',
};

function narrativeHtml(nodes: readonly NarrativeNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return escapeHtml(node.value);
      const name = htmlNames[node.name] ?? node.name;
      const spans = ['colspan', 'rowspan']
        .map((key) => (node.attributes[key] === undefined ? '' : ` ${key}="${node.attributes[key]}"`))
        .join('');
      return node.name === 'br' ? '<br>' : `<${name}${spans}>${narrativeHtml(node.children)}</${name}>`;
    })
    .join('');
}

const sectionsHtml = (sections: readonly CdaSection[]): string =>
  sections
    .map((section) => `<h2>${escapeHtml(section.title ?? '')}</h2>${narrativeHtml(section.text ?? [])}${sectionsHtml(section.sections)}`)
    .join('');

/** The texts of a document as HTML: less than what the renderer sets, which has the whole header. */
function htmlOf(cda: CdaDocument): string {
  const body = cda.body.kind === 'structured' ? sectionsHtml(cda.body.sections) : '';
  return `<!doctype html><html lang="fr"><meta charset="utf-8"><title>${escapeHtml(cda.header.title ?? '')}</title><style>table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc}</style><h1>${escapeHtml(cda.header.title ?? '')}</h1>${body}</html>`;
}

const isInstalled = (command: string): boolean => spawnSync('which', [command]).status === 0;

/** Chromium with one page, driven over its debugging protocol. */
async function startChromium(profile: string): Promise<{ print(file: string): Promise<void>; stop(): void }> {
  const child: ChildProcess = spawn(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /ws:\/\/(127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', () => reject(new Error('Chromium ended')));
  });
  const targets = (await (await fetch(`http://${address}/json/list`)).json()) as {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets.find((one) => one.type === 'page')?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve, { once: true });
  });
  let id = 0;
  const listeners = new Map<number | string, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as { readonly id?: number; readonly method?: string; readonly result?: unknown };
    const key = message.id ?? message.method ?? '';
    listeners.get(key)?.(message.result);
    listeners.delete(key);
  });
  const wait = async (key: number | string): Promise<unknown> => new Promise((resolve) => listeners.set(key, resolve));
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    id += 1;
    const answer = wait(id);
    socket.send(JSON.stringify({ id, method, params }));
    return answer;
  };
  await call('Page.enable');
  return {
    print: async (file) => {
      const loaded = wait('Page.loadEventFired');
      await call('Page.navigate', { url: `file://${file}` });
      await loaded;
      await call('Page.printToPDF', { printBackground: true });
    },
    stop: () => {
      socket.close();
      child.kill();
    },
  };
}

// Warm: every document once before it is measured.
for (const { cda } of documents) await renderCdaPdf(cda);
const own: number[] = [];
console.log('document                                  kB of XML   pages   kB of PDF      ms');
for (const { name, bytes, cda } of documents) {
  const pdf = await renderCdaPdf(cda);
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1) times.push(await timed(() => renderCdaPdf(cda)));
  own.push(median(times));
  console.log(
    `${name.padEnd(40)} ${(bytes.length / 1024).toFixed(0).padStart(10)} ${String(pdf.pages).padStart(7)} ${(pdf.bytes.length / 1024).toFixed(0).padStart(11)} ${median(times).toFixed(1).padStart(7)}`,
  );
}
console.log(`median ${median(own).toFixed(1)} ms warm (aim 30); cold start ${coldStart().toFixed(0)} ms (aim 500)`);

const { start, end, peak } = residentMemory();
console.log(
  `memory of a new process: ${megabytes(start)} MB before the first document, ${megabytes(end)} MB after 50 (aim: at most 130 above), peak ${megabytes(peak)} MB`,
);

const scratch = mkdtempSync(join(tmpdir(), 'mss-bench-pdf-'));
try {
  const files = documents.slice(0, 6).map(({ cda }, index) => {
    const file = join(scratch, `${index}.html`);
    writeFileSync(file, htmlOf(cda));
    return file;
  });
  const ours = median(own.slice(0, files.length));
  const report = (peer: string, times: readonly number[]): void =>
    console.log(`${peer.padEnd(28)} ${median(times).toFixed(0).padStart(6)} ms   ${(median(times) / ours).toFixed(1).padStart(6)} x ours`);
  if (isInstalled('chromium')) {
    const chromium = await startChromium(join(scratch, 'profile'));
    for (const file of files) await chromium.print(file);
    const times: number[] = [];
    for (const file of [...files, ...files]) times.push(await timed(() => chromium.print(file)));
    chromium.stop();
    report('Chromium, kept warm', times);
  } else console.log('Chromium is not installed: left out');
  for (const [command, label, args] of [
    ['weasyprint', 'WeasyPrint, PDF/A-1b', (file: string) => ['--pdf-variant', 'pdf/a-1b', '--pdf-identifier', 'x', file, `${file}.pdf`]],
    [
      'soffice',
      'LibreOffice, PDF/A-1b',
      (file: string) => [
        '--headless',
        `-env:UserInstallation=file://${scratch}/office`,
        '--convert-to',
        'pdf:writer_web_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"1"}}',
        '--outdir',
        scratch,
        file,
      ],
    ],
  ] as const) {
    if (!isInstalled(command)) {
      console.log(`${label.split(',')[0]} is not installed: left out`);
      continue;
    }
    const times: number[] = [];
    for (const file of files) times.push(await timed(() => spawnSync(command, args(file))));
    report(label, times);
  }
  if (isInstalled('fop')) {
    writeFileSync(join(scratch, 'fop.xconf'), fopConfiguration);
    const times: number[] = [];
    let failed = 0;
    for (const [index, { cda }] of documents.slice(0, 6).entries()) {
      const file = join(scratch, `${index}.fo`);
      writeFileSync(file, foOf(cda));
      times.push(
        await timed(() => {
          if (spawnSync('fop', ['-q', '-c', join(scratch, 'fop.xconf'), '-pdfprofile', 'PDF/A-1b', file, `${file}.pdf`]).status !== 0)
            failed += 1;
        }),
      );
    }
    report(`Apache FOP, PDF/A-1b${failed === 0 ? '' : `, ${failed} failed`}`, times);
  } else console.log('Apache FOP is not installed: left out');
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
