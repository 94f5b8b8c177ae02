import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { readCda, type CdaDocument } from '@mss/cda';

const folder = fileURLToPath(new URL('../../../tooling/testdata/cda/', import.meta.url));

/** Names of the project's own documents, without extension. */
export const documentNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => name.slice(0, -4));

export function documentText(name: string): string {
  return readFileSync(`${folder}${name}.xml`, 'utf8');
}

export function testDocument(name: string): CdaDocument {
  return readCda(new Uint8Array(readFileSync(`${folder}${name}.xml`))).value;
}

/** The document with parts of its text replaced. */
export function changedDocument(name: string, ...changes: readonly (readonly [from: string | RegExp, to: string])[]): CdaDocument {
  let text = documentText(name);
  for (const [from, to] of changes) {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`nothing to replace in ${name}`);
    text = next;
  }
  return readCda(new TextEncoder().encode(text)).value;
}

function numbered(number: number): CdaDocument {
  return changedDocument('015-photographie-jpeg', [/<id root="2\.25\.\d+"\/>/, `<id root="2.25.7700${number}"/>`]);
}

/** The same document `count` times, each with its own identifier. */
export function manyDocuments(count: number): [CdaDocument, ...CdaDocument[]] {
  return [numbered(1), ...Array.from({ length: count - 1 }, (_, index) => numbered(index + 2))];
}
