/**
 * A message from one CDA of about 150 kB, composed end to end (archive, PDF/A-1, subject, MIME) and read back (MIME,
 * archive verified, CDA read), warm: median ms a message, and the ratio to raw zlib + base64 folding of the same
 * attachments in the same run. The stages are measured apart. Prints; exits 0.
 */
import { readFileSync } from 'node:fs';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

import { createDocumentSet, readCda } from '@mss/cda';
import { renderCdaPdf } from '@mss/cda-pdf';
import { systemClock } from '@mss/core';
import { parseMime } from '@mss/formats/mime';
import { composeMessage, readMessage, type MessageDraft } from '@mss/message';
import { buildXdm, readXdm } from '@mss/xdm';

const aims = { composeMs: 50, readMs: 12 };

const original = readFileSync(new URL('../testdata/cda/001-biologie-hemogramme.xml', import.meta.url), 'utf8');
const withoutMedia = (xml: string): string =>
  xml
    .replaceAll(/<entry>\s*<observationMedia[\s\S]*?<\/entry>/g, '')
    .replaceAll(/<renderMultiMedia[\s\S]*?(?:\/>|<\/renderMultiMedia>)/g, '')
    // An ID names one element: the copies have none.
    .replaceAll(/ ID="[^"]*"/g, '');

/** The report, with one part of it repeated until it has that many bytes. */
function grown(part: RegExp, bytes: number): Uint8Array {
  const once = part.exec(original)?.[1] ?? '';
  const copy = withoutMedia(once);
  const copies = Math.max(0, Math.round((bytes - Buffer.byteLength(original)) / Buffer.byteLength(copy)));
  return new Uint8Array(Buffer.from(original.replace(once, () => once + copy.repeat(copies))));
}
const rows = /<tbody>([\s\S]*?)<\/tbody>/;
const sections = /<structuredBody>([\s\S]*)<\/structuredBody>/;

/** The median of single runs, in milliseconds, warm. */
async function measure(work: () => unknown): Promise<number> {
  for (let warm = 0; warm < 8; warm += 1) await work();
  const times: number[] = [];
  const until = performance.now() + 2000;
  while (performance.now() < until || times.length < 9) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

const fold = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n');

/** What no composer can avoid: deflate and CRC of the CDA, base64 of the attachments. */
function rawCompose(cda: Uint8Array, pdf: Uint8Array): string {
  const deflated = deflateRawSync(cda);
  crc32(cda);
  return `--b\r\n\r\n${fold(deflated)}\r\n--b\r\n\r\n${fold(pdf)}\r\n--b--\r\n`;
}

function rawRead(message: string): number {
  const [, archive = '', pdf = ''] = message.split('--b\r\n\r\n');
  const inflated = inflateRawSync(Buffer.from(archive, 'base64'));
  return crc32(inflated) + Buffer.from(pdf, 'base64').length;
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

for (const [name, cda] of [
  ['the report as it is', grown(rows, 0)],
  ['more sections, narrative and entries', grown(sections, 150_000)],
  ['more rows of narrative alone', grown(rows, 150_000)],
] as const) {
  const draft = (): MessageDraft => ({
    from: { kind: 'personal', address: 'claire.moreau@cabinet.mssante.test', title: 'Dr', givenName: 'Claire', familyName: 'Moreau' },
    to: [{ kind: 'professional', address: 'hugo.bernard@clinique.mssante.test' }],
    documents: createDocumentSet([readCda(cda).value]),
    text: 'Veuillez trouver ci-joint les résultats.',
  });
  const set = createDocumentSet([readCda(cda).value]);
  const message = await composeMessage(draft());
  const pdf = message.attachments[1]?.bytes ?? new Uint8Array();
  const archive = message.attachments[0]?.bytes ?? new Uint8Array();
  const raw = rawCompose(cda, pdf);

  const compose = await measure(async () => composeMessage(draft()));
  const read = await measure(() => readMessage(message.bytes));
  const rawOut = await measure(() => rawCompose(cda, pdf));
  const rawIn = await measure(() => rawRead(raw));
  const { documents: _documents, ...without } = draft();
  const letter: MessageDraft = {
    ...without,
    subject: 'Bonjour',
    attachments: message.attachments.map((file, index) => ({ ...file, name: `${index}` })),
  };
  const stages = {
    'readCda + DocumentSet': await measure(() => createDocumentSet([readCda(cda).value])),
    buildXdm: await measure(() => buildXdm(set, { submissionTime: systemClock.now() })),
    renderCdaPdf: await measure(async () => renderCdaPdf(set.documents[0])),
    'parseMime + content()': await measure(() => parseMime(message.bytes).value.children.map((part) => part.content())),
    // Everything that is message's own: checks, headers, MIME.
    'compose, files given': await measure(async () => composeMessage(letter)),
    readXdm: await measure(() => readXdm(archive)),
  };

  const verdict = (ms: number, aim: number): string =>
    cda.length > 100_000 ? `   aim ${aim} ms: ${ms <= aim ? 'reached' : 'missed'}` : '';
  console.log(`${name}: CDA ${kB(cda.length)}, archive ${kB(archive.length)}, PDF ${kB(pdf.length)}, message ${kB(message.bytes.length)}`);
  console.log(
    `  compose   ${compose.toFixed(2).padStart(8)} ms   raw zlib + base64 ${rawOut.toFixed(2)} ms, ratio ${(compose / rawOut).toFixed(1)}${verdict(compose, aims.composeMs)}`,
  );
  console.log(
    `  read back ${read.toFixed(2).padStart(8)} ms   raw zlib + base64 ${rawIn.toFixed(2)} ms, ratio ${(read / rawIn).toFixed(1)}${verdict(read, aims.readMs)}`,
  );
  for (const [name, ms] of Object.entries(stages)) console.log(`    ${name.padEnd(24)} ${ms.toFixed(2).padStart(8)} ms`);
}
