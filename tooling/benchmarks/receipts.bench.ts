/**
 * Receipts: reading every receipt of the test data (MIME, kind, verdict per recipient) against postal-mime, which only
 * takes the same mails apart; building a read receipt. Prints milliseconds and the ratio; exits 0.
 */
import { readdirSync, readFileSync } from 'node:fs';

import PostalMime from 'postal-mime';

import { utf8Encode } from '@mss/core';
import { parseMime } from '@mss/formats/mime';
import { buildMdn, inspectReceipt } from '@mss/receipts';

const folder = new URL('../testdata/receipts/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => new Uint8Array(readFileSync(new URL(name, folder))));

const sender = 'cabinet.moreau@medecin.mssante.test';
const original = parseMime(
  utf8Encode(
    `Return-Path: <${sender}>\r\nDisposition-Notification-To: ${sender}\r\nMessage-ID: <m1@medecin.mssante.test>\r\nSubject: Bonjour\r\n\r\nx`,
  ),
).value;

/** The median of single runs, in milliseconds, warm. */
async function measure(work: () => unknown): Promise<number> {
  for (let warm = 0; warm < 5; warm += 1) await work();
  const times: number[] = [];
  const until = performance.now() + 700;
  while (performance.now() < until || times.length < 7) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

const ours = await measure(() => samples.map((bytes) => inspectReceipt(parseMime(bytes).value)));
const peer = await measure(() => Promise.all(samples.map((bytes) => PostalMime.parse(bytes))));
const built = await measure(() =>
  buildMdn({
    original,
    to: [{ name: null, address: sender }],
    mailbox: { name: null, address: 'service@ch.mssante.test' },
    actionMode: 'manual-action',
    sendingMode: 'MDN-sent-manually',
    type: 'displayed',
  }),
);

console.log(
  `${samples.length} receipts: read and judged ${ours.toFixed(2)} ms, taken apart by postal-mime ${peer.toFixed(2)} ms, ratio ${(ours / peer).toFixed(2)}`,
);
console.log(`one read receipt built: ${built.toFixed(3)} ms`);
