import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { memoryPages, validateXML } from 'xmllint-wasm';

import { xsdFolder } from './corpus.js';

function schemaFiles(folder: string): readonly { readonly fileName: string; readonly contents: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return schemaFiles(path);
    return [{ fileName: relative(xsdFolder, path), contents: readFileSync(path, 'utf8') }];
  });
}

/**
 * Validates documents against CDA_extended.xsd, all in one run.
 *
 * @returns for each document its messages, without the document's own text.
 */
export async function validateCda(documents: ReadonlyMap<string, string>): Promise<Readonly<Record<string, readonly string[]>>> {
  const files = schemaFiles(xsdFolder);
  const schema = files.filter((one) => one.fileName === 'CDA_extended.xsd');
  const result = await validateXML({
    xml: [...documents].map(([fileName, contents]) => ({ fileName, contents })),
    schema,
    preload: files.filter((one) => one.fileName !== 'CDA_extended.xsd'),
    initialMemoryPages: 64 * memoryPages.MiB,
    maxMemoryPages: 512 * memoryPages.MiB,
  });
  const found: Record<string, string[]> = Object.fromEntries([...documents.keys()].map((name) => [name, []]));
  for (const error of result.errors) {
    if (/skipped|Skipping import/i.test(error.message)) continue;
    (found[error.loc?.fileName ?? 'schema'] ??= []).push(`${error.loc?.lineNumber ?? '?'}: ${error.message.slice(0, 200)}`);
  }
  return found;
}
