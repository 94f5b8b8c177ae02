import { readCda } from '@mss/cda';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { renderCdaPdf, createGhostscriptAdapter } from '../src/index.js';
it('scratch', async () => {
  const root = '/tmp/cdapdf/x';
  const convertEmbedded = createGhostscriptAdapter();
  for (const name of readdirSync(root).sort()) {
    const { value } = readCda(readFileSync(`${root}/${name}/DOC0001.XML`));
    for (const [tag, o] of value.level === 1 ? [['a', {}], ['b', { profile: 'ref2-1.0.1' as const }]] as const : [['c', { conformance: '1b' as const }]] as const) {
    try {
      const t = performance.now();
      const pdf = await renderCdaPdf(value, { convertEmbedded, ...o });
      writeFileSync(`/tmp/cdapdf/out/L${tag}-${name}.pdf`, pdf.bytes);
      const again = await renderCdaPdf(value, { convertEmbedded, ...o });
      console.log(tag, name, pdf.pages, pdf.conformance, pdf.bytes.length, (performance.now() - t).toFixed(1), Buffer.compare(pdf.bytes, again.bytes), JSON.stringify(pdf.unrendered.map((u) => u.code + '@' + u.where)));
    } catch (error) { console.log(name, 'ERR', (error as { code?: string }).code ?? error, JSON.stringify((error as any).details)); }
    }
  }
}, 600000);
