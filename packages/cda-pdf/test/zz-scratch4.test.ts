import { readCda } from '@mss/cda';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { renderCdaPdf, createGhostscriptAdapter } from '../src/index.js';
import { pdfText } from './support/pdf-text.js';
import { expectedTexts } from './support/expected-texts.js';
it('scratch', async () => {
  const root = '/work/main/tooling/testdata/cda';
  const convertEmbedded = createGhostscriptAdapter();
  for (const name of readdirSync(root).sort()) {
    if (!name.endsWith('.xml')) continue;
    try {
      const bytes = readFileSync(`${root}/${name}`);
      const { value } = readCda(bytes);
      const t = performance.now();
      const pdf = await renderCdaPdf(value, { convertEmbedded, insDatamatrix: name.startsWith('001') });
      writeFileSync(`/tmp/cdapdf/td/${name}.pdf`, pdf.bytes);
      console.log(name, value.level, pdf.pages, pdf.conformance, pdf.bytes.length, (performance.now() - t).toFixed(1), JSON.stringify(pdf.unrendered.map((u) => u.code + '@' + u.where)));
      const text = await pdfText(pdf.bytes); const want = expectedTexts(bytes);
      for (const x of [...want.header, ...want.narrative]) if (!text.includes(x)) console.log('   MISSING', x.slice(0, 150));
    } catch (error) { console.log(name, 'ERR', (error as { code?: string }).code ?? error, JSON.stringify((error as any).details)); }
  }
}, 600000);
