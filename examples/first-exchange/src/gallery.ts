import type { Artefact } from './output.ts';
import type { Step } from './narrator.ts';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const kilobytes = (bytes: number): string => (bytes < 1000 ? `${bytes} o` : `${(bytes / 1000).toFixed(1).replace('.', ',')} ko`);

/** The page that shows the demonstration to a person: the story on the left, what it made on the right. */
export function writeGallery(steps: readonly Step[], artefacts: readonly Artefact[]): string {
  const story = steps
    .map(
      (step) => `<li><p class="title">${escape(step.title)} <small>${step.milliseconds.toFixed(0)} ms</small></p>
${step.requirements.map((one) => `<span class="eco">${escape(one)}</span>`).join(' ')}
${step.details.length === 0 ? '' : `<ul>${step.details.map((one) => `<li>${escape(one)}</li>`).join('')}</ul>`}</li>`,
    )
    .join('\n');
  const files = artefacts
    .map(
      (one) =>
        `<li><a href="${encodeURI(one.file)}">${escape(one.file)}</a> <small>${kilobytes(one.bytes)}</small><br>${escape(one.caption)}</li>`,
    )
    .join('\n');
  const pdfs = artefacts.filter((one) => one.file.endsWith('.pdf'));
  const viewer = pdfs
    .map(
      (one) =>
        `<figure><figcaption>${escape(one.caption)}</figcaption><object data="${encodeURI(one.file)}" type="application/pdf"></object></figure>`,
    )
    .join('\n');
  return `<!DOCTYPE html>
<html lang="fr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Premier échange MSSanté</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1d2b36; background: #f7f9fa; }
  h1 { font-weight: 600; } h2 { font-weight: 600; margin-top: 2rem; }
  main { display: grid; grid-template-columns: 3fr 2fr; gap: 2rem; }
  ol, ul { padding-left: 1.3rem; } ol > li { margin-bottom: .9rem; }
  .title { margin: 0; font-weight: 600; } small { color: #5c6f7b; font-weight: 400; }
  .eco { background: #dcefe6; color: #135b3d; border-radius: .3rem; padding: .05rem .4rem; font-size: .8rem; }
  section { background: #fff; border: 1px solid #dde5ea; border-radius: .6rem; padding: 1rem 1.4rem; }
  figure { margin: 1.5rem 0; } figcaption { font-weight: 600; } object { width: 100%; height: 46rem; border: 1px solid #dde5ea; background: #fff; }
  @media (max-width: 60rem) { main { grid-template-columns: 1fr; } }
</style>
<h1>Premier échange MSSanté</h1>
<p>Toutes les personnes sont fictives. Tout s'est passé sur cette machine, avec une autorité de certification créée pour l'occasion.</p>
<main>
<section><h2>Ce qui s'est passé</h2><ol>${story}</ol></section>
<section><h2>Ce qui a été produit</h2><ul>${files}</ul></section>
</main>
<section><h2>Les PDF/A-1</h2>${viewer}</section>
</html>
`;
}
