/**
 * Writes packages/subject/src/type-labels.data.ts from the terminology tables of ANS.
 *
 *   node tooling/generate/type-labels.mjs FOLDER && npx oxfmt packages/subject
 *
 * FOLDER holds JDV_J07_XdsTypeCode_CISIS.xml (types of documents), TRE_A04-Loinc.xml (LOINC terms with long and short
 * names) and ASS_X04-CorrespondanceType-Classe-CISIS.xml (type to class), as published under
 * https://mos.esante.gouv.fr/NOS/. A LOINC term is a type of document when J07 or X04 knows it, or when its label is one
 * of a type under an older code; the others (results, answers) stay out.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { XMLParser } from 'fast-xml-parser';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node tooling/generate/type-labels.mjs FOLDER');

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: false });
const read = (name) => parser.parse(readFileSync(join(folder, name), 'utf8'));
const conceptsOf = (name) => read(name).RetrieveValueSetResponse.ValueSet.ConceptList.Concept;

const x04 = readFileSync(join(folder, 'ASS_X04-CorrespondanceType-Classe-CISIS.xml'), 'utf8');
const rows = new Map();
const add = (code, codeSystem, labels) => {
  const key = `${code}|${codeSystem}`;
  const row = rows.get(key) ?? { code, codeSystem, labels: [] };
  for (const label of labels) {
    const text = label?.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
    if (text && !row.labels.includes(text)) row.labels.push(text);
  }
  rows.set(key, row);
};

for (const concept of conceptsOf('JDV_J07_XdsTypeCode_CISIS.xml')) add(concept.code, concept.codeSystem, [concept.displayName]);
const known = new Set([...rows.values()].flatMap((row) => row.labels));
for (const concept of conceptsOf('TRE_A04-Loinc.xml')) {
  const isType =
    rows.has(`${concept.code}|${concept.codeSystem}`) || x04.includes(`code="${concept.code}"`) || known.has(concept.displayName);
  if (isType) add(concept.code, concept.codeSystem, [concept.displayName, concept.longDesignation, concept.shortDesignation]);
}

const quote = (text) => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);
const systems = { '2.16.840.1.113883.6.1': 'loinc', '1.2.250.1.213.1.1.4.12': 'cisis' };
const lines = [...rows.values()]
  .sort((a, b) => (a.code < b.code ? -1 : 1))
  .map((row) => `  [${quote(row.code)}, ${systems[row.codeSystem] ?? quote(row.codeSystem)}, [${row.labels.map(quote).join(', ')}]],`);

writeFileSync(
  new URL('../../packages/subject/src/type-labels.data.ts', import.meta.url),
  `// Written by tooling/generate/type-labels.mjs from the ANS terminologies JDV_J07 and TRE_A04. Do not edit.
const loinc = '2.16.840.1.113883.6.1';
const cisis = '1.2.250.1.213.1.1.4.12';

/** Code, code system, labels: that of JDV_J07 first, then the other wordings of TRE_A04. */
export const typeLabelRows: readonly (readonly [code: string, codeSystem: string, labels: readonly string[]])[] = [
${lines.join('\n')}
];
`,
);
console.log(`${rows.size} types`);
