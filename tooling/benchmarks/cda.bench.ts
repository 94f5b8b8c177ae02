/**
 * Reading CDA documents: readCda (header, narrative, media) against bare saxes (well-formedness and namespaces only)
 * and the tree of libxml2 (WebAssembly) on the same bytes in the same run. Prints MB/s, the ratio and milliseconds a document; exits 0.
 */
import { readFileSync } from 'node:fs';
import { XmlDocument } from 'libxml2-wasm';
import { SaxesParser } from 'saxes';

import { describeCda, readCda } from '@mss/cda';

const original = (name: string): string => readFileSync(new URL(`../testdata/cda/${name}.xml`, import.meta.url), 'utf8');

/** A laboratory report whose sections are repeated, as a hospital's are: about `copies` times the narrative and the entries. */
function repeated(name: string, copies: number, entryCopies: number): string {
  const text = original(name);
  const body = /<structuredBody>([\s\S]*)<\/structuredBody>/.exec(text)?.[1] ?? '';
  const withEntries = body.replace(/<entry>\s*<observation [\s\S]*?<\/entry>/, (entry) => entry.repeat(entryCopies));
  const once = withEntries
    .replaceAll(/<entry>\s*<observationMedia[\s\S]*?<\/entry>/g, '')
    .replaceAll(/<renderMultiMedia[\s\S]*?<\/renderMultiMedia>/g, '');
  return text.replace(body, () => withEntries + once.repeat(copies - 1));
}

/** A level 1 document around a PDF of that many bytes. */
function embedded(bytes: number): string {
  const pdf = Buffer.alloc(bytes, 0xa7);
  pdf.write('%PDF-1.4\n', 'latin1');
  return original('002-lettre-de-liaison-pdf').replace(/(<text [^>]*>)[^<]*/, (_all, tag: string) => tag + pdf.toString('base64'));
}

const documents: readonly (readonly [name: string, text: string])[] = [
  ['lettre, niveau 3', original('007-lettre-adressage-mise-en-forme')],
  ['biologie, niveau 3', original('001-biologie-hemogramme')],
  ['biologie x 20', repeated('001-biologie-hemogramme', 20, 1)],
  ['biologie x 4, 400 entrées', repeated('001-biologie-hemogramme', 4, 400)],
  ['niveau 1, PDF 1 Mo', embedded(1024 * 1024)],
];

function bareSaxes(bytes: Uint8Array): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(new TextDecoder().decode(bytes)).close();
}

/** The whole tree of libxml2, whose memory is freed by hand. */
function libxml2(bytes: Uint8Array): void {
  XmlDocument.fromBuffer(bytes).dispose();
}

/** The median of single runs, in milliseconds, warm. */
function measure(work: () => void): number {
  for (let warm = 0; warm < 5; warm += 1) work();
  const times: number[] = [];
  const until = performance.now() + 700;
  while (performance.now() < until || times.length < 7) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

console.log(
  'document                       size kB   readCda ms   MB/s   saxes ms   MB/s   readCda/saxes   libxml2 tree ms   readCda/libxml2',
);
for (const [name, text] of documents) {
  const bytes = new Uint8Array(Buffer.from(text));
  const ours = measure(() => void readCda(bytes));
  const bare = measure(() => bareSaxes(bytes));
  const tree = measure(() => libxml2(bytes));
  const speed = (ms: number): string => (bytes.length / 1e6 / (ms / 1e3)).toFixed(1).padStart(6);
  console.log(
    `${name.padEnd(30)} ${(bytes.length / 1e3).toFixed(0).padStart(7)} ${ours.toFixed(2).padStart(12)} ${speed(ours)} ${bare.toFixed(2).padStart(10)} ${speed(bare)} ${(ours / bare).toFixed(2).padStart(13)} ${tree.toFixed(2).padStart(17)} ${(ours / tree).toFixed(2).padStart(17)}`,
  );
}
const large = new Uint8Array(Buffer.from(documents[2]?.[1] ?? ''));
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const before = heap();
const kept = Array.from({ length: 10 }, () => readCda(large).value);
const grown = heap() - before;
const sections = kept.reduce((sum, one) => sum + describeCda(one).sections.length, 0);
console.log(
  `\n${kept.length} documents kept: ${(grown / 1e6).toFixed(1)} MB of heap for ${((large.length * kept.length) / 1e6).toFixed(1)} MB of XML, ${sections} sections`,
);
