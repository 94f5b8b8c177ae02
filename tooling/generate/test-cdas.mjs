#!/usr/bin/env node
/**
 * Writes the project's own CDA documents and what `mss cda inspect` must say of each: tooling/testdata/cda/NNN-*.xml and .json.
 *
 *   node tooling/generate/test-cdas.mjs [FOLDER]
 *
 * Everybody in them is invented. The same script gives the same bytes on every machine.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { biology } from './test-cdas/documents/biology.mjs';
import { imaging } from './test-cdas/documents/imaging.mjs';
import { letters } from './test-cdas/documents/letters.mjs';
import { level1Documents } from './test-cdas/documents/level1.mjs';
import { special } from './test-cdas/documents/special.mjs';
import { treatments } from './test-cdas/documents/treatments.mjs';
import { golden } from './test-cdas/golden.mjs';
import { clinicalDocument } from './test-cdas/header.mjs';
import { el, print } from './test-cdas/xml.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../testdata/cda', import.meta.url));

const namespaces = {
  xmlns: 'urn:hl7-org:v3',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xmlns:lab': 'urn:oid:1.3.6.1.4.1.19376.1.3.2',
  'xmlns:ps3-20': 'urn:dicom-org:ps3-20',
  'xmlns:sdtc': 'urn:hl7-org:sdtc',
};

/** A stylesheet that shows the document inside it, as ANS calls auto-presentable. */
const wrap = (document) =>
  [
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:c="urn:hl7-org:v3" xmlns:data="urn:asip-sante:ci-sis">',
    '  <xsl:output method="html" encoding="UTF-8"/>',
    '  <xsl:template match="/"><html><body><h1><xsl:value-of select="//c:ClinicalDocument/c:title"/></h1></body></html></xsl:template>',
    '  <data:Contenu>',
    document,
    '  </data:Contenu>',
    '</xsl:stylesheet>',
  ].join('\n');

function fileOf({ doc, bom = false, crlf = false, declaration = true, wrapped = false }) {
  const document = print(el('ClinicalDocument', namespaces, clinicalDocument(doc)));
  const text = [
    ...(declaration ? ['<?xml version="1.0" encoding="UTF-8"?>'] : []),
    ...(wrapped ? ['<?xml-stylesheet type="text/xsl" href="#"?>'] : []),
    wrapped ? wrap(document) : document,
    '',
  ].join('\n');
  return (bom ? '\ufeff' : '') + (crlf ? text.replaceAll('\n', '\r\n') : text);
}

mkdirSync(folder, { recursive: true });
const documents = [...biology, ...letters, ...treatments, ...imaging, ...level1Documents, ...special];
for (const one of documents) {
  writeFileSync(join(folder, `${one.name}.xml`), fileOf(one));
  writeFileSync(join(folder, `${one.name}.json`), `${JSON.stringify(golden(one), null, 2)}\n`);
}
console.log(`${documents.length} documents`);
