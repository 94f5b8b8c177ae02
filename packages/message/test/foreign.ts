import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { buildXdm } from '@mss/xdm';

import { documents } from './support.js';

const encoder = new TextEncoder();

/** A foreign mail from its lines; strings are UTF-8 unless bytes are given. */
export function mail(lines: readonly (string | Uint8Array)[], options: { readonly lineEnd?: string } = {}): Uint8Array {
  const end = options.lineEnd ?? '\r\n';
  return new Uint8Array(
    Buffer.concat(lines.flatMap((line) => [typeof line === 'string' ? encoder.encode(line) : line, encoder.encode(end)])),
  );
}

export const base64Lines = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,76}/g) ?? [];

/** An archive of the project's own documents. */
export function archiveOf(...names: string[]): Uint8Array {
  return buildXdm(documents(...names), { submissionTime: new Date('2026-03-02T09:30:00Z'), unknownClass: 'omit' }).bytes;
}

/** The lines of one part. */
export function part(headers: readonly string[], body: readonly (string | Uint8Array)[]): (string | Uint8Array)[] {
  return [...headers, '', ...body];
}

export const archivePart = (bytes: Uint8Array, name = 'IHE_XDM.ZIP'): (string | Uint8Array)[] =>
  part(
    [
      `Content-Type: application/zip; name="${name}"`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}"`,
    ],
    base64Lines(bytes),
  );

export const pdfPart = (name: string): (string | Uint8Array)[] =>
  part(
    [
      `Content-Type: application/pdf; name="${name}"`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}"`,
    ],
    base64Lines(encoder.encode('%PDF-1.4\n')),
  );

export const textPart = (text: string): (string | Uint8Array)[] =>
  part(['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'], [text]);

export const announcing = "XDM/1.0/DDM+CR d'examens biologiques ROCHEBRUNE JEANNE 12/03/1958";

/** A whole mail around parts. */
export function mixed(
  parts: readonly (readonly (string | Uint8Array)[])[],
  options: { readonly subject?: string; readonly headers?: readonly string[]; readonly lineEnd?: string; readonly boundary?: string } = {},
): Uint8Array {
  const boundary = options.boundary ?? '=-frontier';
  const headers = [
    'From: "Laboratoire" <labo@labo.mssante.test>',
    'To: <claire.moreau@cabinet.mssante.test>',
    'Date: Mon, 02 Mar 2026 10:30:00 +0100',
    'Message-ID: <abc@labo.mssante.test>',
    `Subject: ${options.subject ?? announcing}`,
    ...(options.headers ?? []),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
  ];
  return mail([...headers, '', ...parts.flatMap((one) => [`--${boundary}`, ...one]), `--${boundary}--`], options);
}

/** Bytes of a file of the project's test data. */
export const testdata = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../tooling/testdata/${name}`, import.meta.url))));
