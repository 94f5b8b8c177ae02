// XML reading: our tree and pruned tree against bare saxes (the limit), and fast-xml-parser, on documents generated here.
import { parseXml } from '@mss/formats/xml';
import { XMLParser } from 'fast-xml-parser';
import { SaxesParser } from 'saxes';

function documentOf(entries: number): Uint8Array {
  let text =
    '<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n<title>Compte rendu d’examens</title>\n';
  for (let index = 0; index < entries; index += 1) {
    text += `<component><section><code code="30954-2" codeSystem="2.16.840.1.113883.6.1" displayName="Résultats ${index}"/><text><table><tbody><tr><td>Hémoglobine</td><td>${index} g/L</td></tr></tbody></table></text>
  <entry><observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/><statusCode code="completed"/><effectiveTime value="20260102030405+0100"/><value xsi:type="PQ" value="${index}" unit="g/L"/></observation></entry></section></component>\n`;
  }
  return Buffer.from(`${text}</ClinicalDocument>`, 'utf8');
}

const documents = [5, 20, 60, 150, 400, 3000].map(documentOf);
const total = documents.reduce((sum, bytes) => sum + bytes.length, 0);

const runs: Record<string, () => void> = {
  'saxes alone': () => {
    for (const bytes of documents) {
      const parser = new SaxesParser({ xmlns: true });
      parser.on('opentag', () => {});
      parser.on('text', () => {});
      parser.on('closetag', () => {});
      parser.write(Buffer.from(bytes).toString('utf8')).close();
    }
  },
  tree: () => {
    for (const bytes of documents) parseXml(bytes);
  },
  'tree, component pruned': () => {
    for (const bytes of documents) parseXml(bytes, { prune: ({ name }) => name === 'component' });
  },
  'fast-xml-parser': () => {
    for (const bytes of documents)
      new XMLParser({ preserveOrder: true, ignoreAttributes: false, trimValues: false, parseTagValue: false }).parse(Buffer.from(bytes));
  },
};

const times = new Map<string, number[]>(Object.keys(runs).map((name) => [name, []]));
for (let round = 0; round < 12; round += 1) {
  for (const [name, run] of Object.entries(runs)) {
    const start = performance.now();
    run();
    if (round >= 3) times.get(name)?.push(performance.now() - start);
  }
}
const median = (name: string): number => (times.get(name) ?? []).toSorted((a, b) => a - b)[4] ?? 0;
for (const name of Object.keys(runs)) console.log(`${name.padEnd(24)} ${(total / 1e3 / median(name)).toFixed(1)} MB/s`);
console.log(
  `tree / saxes alone ${(median('tree') / median('saxes alone')).toFixed(2)}, pruned / saxes alone ${(median('tree, component pruned') / median('saxes alone')).toFixed(2)}, fast-xml-parser / tree ${(median('fast-xml-parser') / median('tree')).toFixed(1)}`,
);
