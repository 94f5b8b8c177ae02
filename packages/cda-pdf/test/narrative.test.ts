import { describe, expect, it } from 'vitest';

import { renderCdaPdf, type CdaPdfOptions } from '../src/index.js';
import { boxProblems } from './support/boxes.js';
import { nodesOf, openObjects, structureOf, type StructureOutline } from './support/pdf-objects.js';
import { readPdfPages, squeeze, type TextItem, type TextPage } from './support/pdf-text.js';
import { fixture, sampleCda, type Sample } from './support/sample-cda.js';

interface Rendered {
  readonly pages: readonly TextPage[];
  /** Text of the body and header, without decoration. */
  readonly text: string;
  readonly structure: readonly StructureOutline[];
  readonly unrendered: readonly string[];
}

async function render(sample: Sample, options: CdaPdfOptions = {}): Promise<Rendered> {
  const pdf = await renderCdaPdf(sampleCda(sample), options);
  const pages = await readPdfPages(pdf.bytes);
  return {
    pages,
    text: squeeze(pages.map((page) => page.items.flatMap((item) => (item.isArtifact ? [] : [item.text])).join('')).join('')),
    structure: structureOf(await openObjects(pdf.bytes)),
    unrendered: pdf.unrendered.map((one) => `${one.code} ${one.where}`),
  };
}

const itemWith = (pages: readonly TextPage[], text: string): TextItem => {
  const found = pages.flatMap((page) => page.items).find((item) => item.text.includes(text));
  if (found === undefined) throw new Error('text not found');
  return found;
};

const onePixel = fixture('rgb.png');

describe('narrative [CDA R2 §4.3.5]', () => {
  it('collapses white space, keeps line breaks and drops the empty ones at the ends', async () => {
    const { pages } = await render({ narrative: '<br/>  un\n   deux <br/> trois<br/><br/><br/><br/>quatre<br/>' });
    const lines = ['un deux', 'trois', 'quatre'].map((text) => itemWith(pages, text).y);
    expect(itemWith(pages, 'un deux').text).toBe('un deux');
    const [first = 0, second = 0, third = 0] = lines;
    // Four breaks are one empty line.
    expect(Math.round((second - third) / (first - second))).toBe(2);
  });

  it('sets nested styles, whatever their case, in the faces they name', async () => {
    const { pages, text, unrendered } = await render({
      narrative:
        'avant <content styleCode="bold">gras <content styleCode="ITALICS">les deux</content></content> <content styleCode="Emphasis Underline">appuyé</content> <content styleCode="xSociete">maison</content>',
    });
    expect(text).toContain('avantgraslesdeuxappuyémaison');
    const faces = ['avant', 'gras', 'les deux', 'appuyé', 'maison'].map((word) => itemWith(pages, word).font);
    expect(new Set(faces.slice(0, 4)).size).toBe(4);
    expect(faces[4]).toBe(faces[0]);
    expect(unrendered).toEqual(['STYLE_IGNORED section 1']);
  });

  it('raises and lowers sup and sub, smaller than the text around', async () => {
    const { pages } = await render({ narrative: 'CHA<sub>2</sub>DS et m<sup>3</sup> fin' });
    const base = itemWith(pages, 'CHA');
    const sub = itemWith([{ width: 0, height: 0, items: pages.flatMap((page) => page.items).filter((item) => item.text === '2') }], '2');
    const sup = itemWith([{ width: 0, height: 0, items: pages.flatMap((page) => page.items).filter((item) => item.text === '3') }], '3');
    expect(sub.y).toBeLessThan(base.y);
    expect(sup.y).toBeGreaterThan(base.y);
    expect(sub.height).toBeLessThan(base.height * 0.8);
  });

  it('prints the address of a link once, after its label, and not a reference inside the document', async () => {
    const { text } = await render({
      narrative:
        '<linkHtml href="https://exemple.fr/a?b=1&amp;c=2">Fiche</linkHtml> ; <linkHtml href="https://exemple.fr">https://exemple.fr</linkHtml> ; <linkHtml href="#x">voir plus bas</linkHtml> ; <linkHtml href="Documents/PPV.pdf"/>',
    });
    expect(text).toContain('Fiche(https://exemple.fr/a?b=1&c=2);https://exemple.fr;voirplusbas;Documents/PPV.pdf');
  });

  it('puts footnotes after the section and reports a reference without its note', async () => {
    const { text, unrendered } = await render({
      narrative: 'Fait<footnote ID="n1">première note</footnote> et redit<footnoteRef IDREF="n1"/>, inconnu<footnoteRef IDREF="zz"/>.',
    });
    expect(text).toContain('Fait[1]etredit[1],inconnu[?].[1]premièrenote');
    expect(unrendered).toEqual(['FOOTNOTE_MISSING section 1']);
  });

  it('marks the items of ordered, styled and nested lists', async () => {
    const { text, structure } = await render({
      narrative:
        '<list listType="ordered"><caption>Traitements</caption><item>un<list><item>sous-item</item></list></item><item>deux</item></list><list styleCode="LittleRoman"><item>a</item><item>b</item></list>',
    });
    expect(text).toContain('Traitements1.un–sous-item2.deuxi.aii.b');
    const lists = nodesOf(structure, 'L');
    expect(lists).toHaveLength(3);
    expect(lists[0]?.children.map((item) => item.children.map((part) => part.type))).toEqual([
      ['Lbl', 'LBody'],
      ['Lbl', 'LBody'],
    ]);
  });

  it('strikes deleted content and keeps its text', async () => {
    const { text } = await render({ narrative: 'dose <content revised="delete">5 mg</content> <content revised="insert">10 mg</content>' });
    expect(text).toContain('dose5mg10mg');
  });

  it('shows elements that the schema does not know as their text and reports them', async () => {
    const { text, unrendered } = await render({ narrative: 'avant <blink>au milieu</blink> après<td>cellule perdue</td>' });
    expect(text).toContain('avantaumilieuaprèscelluleperdue');
    expect(unrendered).toEqual(['ELEMENT_UNKNOWN section 1']);
  });
});

describe('tables [CDA R2 §4.3.5.5]', () => {
  it('tags cells with their spans and headings with their scope', async () => {
    const { structure } = await render({
      narrative:
        '<table><caption>Relevé</caption><thead><tr><th rowspan="2">Jour</th><th colspan="2">Mesures</th></tr><tr><th>matin</th><th>soir</th></tr></thead><tbody><tr><th>lundi</th><td>1</td><td>2</td></tr></tbody></table>',
    });
    const table = nodesOf(structure, 'Table').find((one) => nodesOf([one], 'TH').some((cell) => cell.attributes['Scope'] === 'Column'));
    expect(table?.children.map((row) => row.children.map((cell) => [cell.type, cell.attributes]))).toEqual([
      [
        ['TH', { O: 'Table', Scope: 'Column', RowSpan: 2 }],
        ['TH', { O: 'Table', Scope: 'Column', ColSpan: 2 }],
      ],
      [
        ['TH', { O: 'Table', Scope: 'Column' }],
        ['TH', { O: 'Table', Scope: 'Column' }],
      ],
      [
        ['TH', { O: 'Table', Scope: 'Row' }],
        ['TD', {}],
        ['TD', {}],
      ],
    ]);
  });

  it('repeats the head on every page as decoration and loses no row', async () => {
    const rows = Array.from({ length: 120 }, (_, index) => `<tr><td>ligne-${index}.</td><td>valeur</td></tr>`).join('');
    const { pages, text } = await render({
      narrative: `<table><thead><tr><th>Analyse</th><th>Résultat</th></tr></thead><tbody>${rows}</tbody></table>`,
    });
    const withRows = pages.filter((page) => page.items.some((item) => item.text.includes('ligne-')));
    expect(withRows.length).toBeGreaterThan(2);
    for (const [index, page] of withRows.entries()) {
      const head = page.items.find((item) => item.text === 'Analyse');
      expect(head?.isArtifact).toBe(index > 0);
    }
    for (let index = 0; index < 120; index += 1) expect(text).toContain(`ligne-${index}.`);
    expect(text.split('Résultat')).toHaveLength(2);
  });

  it('takes the leading rows of th for a head when there is no thead', async () => {
    const rows = Array.from({ length: 90 }, (_, index) => `<tr><td>r${index}</td></tr>`).join('');
    const { pages } = await render({ narrative: `<table><tbody><tr><th>Colonne</th></tr>${rows}</tbody></table>` });
    expect(pages.filter((page) => page.items.some((item) => item.text === 'Colonne')).length).toBeGreaterThan(1);
  });

  it('divides a cell that is higher than a page, and every neighbour goes on beside it', async () => {
    const long = Array.from({ length: 400 }, (_, index) => `phrase ${index}.`).join('<br/>');
    const { pages, text } = await render({
      narrative: `<table><tbody><tr><td>${long}</td><td>voisin</td></tr><tr><td>suite</td><td>fin</td></tr></tbody></table>`,
    });
    expect(pages.length).toBeGreaterThan(5);
    for (let index = 0; index < 400; index += 1) expect(text).toContain(`phrase${index}.`);
    expect(boxProblems(pages)).toEqual([]);
  });

  it('carries a rowspan over a page break, its text once', async () => {
    const rows = Array.from(
      { length: 80 },
      (_, index) => `<tr>${index === 0 ? '<td rowspan="80">groupe</td>' : ''}<td>n${index}.</td></tr>`,
    ).join('');
    const { pages, text } = await render({ narrative: `<table><tbody>${rows}</tbody></table>` });
    expect(text.split('groupe')).toHaveLength(2);
    for (let index = 0; index < 80; index += 1) expect(text).toContain(`n${index}.`);
    expect(boxProblems(pages)).toEqual([]);
  });

  it('grows the last row of a rowspan whose text is higher than its rows', async () => {
    const tall = Array.from({ length: 12 }, (_, index) => `l${index}.`).join('<br/>');
    const { pages } = await render({
      narrative: `<table><tbody><tr><td rowspan="2">${tall}</td><td>a</td></tr><tr><td>b</td></tr><tr><td>après</td><td>c</td></tr></tbody></table>`,
    });
    expect(itemWith(pages, 'après').y).toBeLessThan(itemWith(pages, 'l11.').y);
  });

  it('ends with the foot, which the schema puts before the bodies', async () => {
    const { text } = await render({
      narrative:
        '<table><thead><tr><th>T</th></tr></thead><tfoot><tr><td>total</td></tr></tfoot><tbody><tr><td>corps</td></tr></tbody></table>',
    });
    expect(text).toContain('Tcorpstotal');
  });

  it('turns the page for a table that is too wide, its heading with it, and turns back', async () => {
    const head = Array.from({ length: 16 }, (_, index) => `<th>Dénomination${index}</th>`).join('');
    const row = Array.from({ length: 16 }, (_, index) => `<td>c${index}.</td>`).join('');
    const { pages, text } = await render({
      narrative: ['avant', `<table><thead><tr>${head}</tr></thead><tbody><tr>${row}</tr></tbody></table>`, 'après'],
    });
    const turned = pages.filter((page) => page.width > page.height);
    expect(turned).toHaveLength(1);
    expect(turned[0]?.items.some((item) => item.text === 'Section 2')).toBe(true);
    expect(text).toContain('après');
    expect(pages.at(-1)?.width).toBeLessThan(pages.at(-1)?.height ?? 0);
    expect(boxProblems(pages)).toEqual([]);
  });

  it('aligns cells as the row, the group or the cell says', async () => {
    const { pages } = await render({
      narrative:
        '<table width="100%"><col width="50%"/><col width="50%"/><tbody><tr align="right"><td>droite</td><td align="left">gauche</td></tr><tr><td>repère</td><td>x</td></tr></tbody></table>',
    });
    expect(itemWith(pages, 'droite').x).toBeGreaterThan(itemWith(pages, 'repère').x + 100);
    expect(itemWith(pages, 'gauche').x).toBeLessThan(330);
  });

  it('shows what stands in a table without being a row or a cell, and reports it', async () => {
    const { text, unrendered } = await render({
      narrative: '<table><paragraph>égaré</paragraph><tbody><tr>texte nu<td>cellule</td></tr></tbody></table>',
    });
    expect(text).toContain('égarétextenucellule');
    expect(unrendered).toEqual(['ELEMENT_UNKNOWN section 1']);
  });
});

describe('media [CDA R2 §4.3.6, renderMultiMedia]', () => {
  it('shows an image in a cell by what its bytes say, with its caption as alternative text', async () => {
    const { structure, text, unrendered } = await render({
      narrative:
        '<table><tbody><tr><td>Tracé</td><td><renderMultiMedia referencedObject="i1"><caption>Tracé du jour</caption></renderMultiMedia></td></tr></tbody></table>',
      media: [{ id: 'i1', mediaType: 'image/jpeg', bytes: onePixel }],
    });
    expect(nodesOf(structure, 'Figure').map((figure) => [figure.alt, figure.content])).toEqual([['Tracé du jour', 1]]);
    expect(text).toContain('Tracédujour');
    expect(unrendered).toEqual([]);
  });

  it('says where a media is missing, damaged, in four colours or of a type that is not shown', async () => {
    const { text, unrendered } = await render({
      narrative: [
        'x<renderMultiMedia referencedObject="absent"/>',
        '<renderMultiMedia referencedObject="bad"/>',
        '<renderMultiMedia referencedObject="cmyk"/>',
        '<renderMultiMedia referencedObject="dicom"/>',
      ],
      media: [
        { id: 'bad', mediaType: 'image/png', bytes: onePixel.slice(0, 60) },
        { id: 'cmyk', mediaType: 'image/jpeg', bytes: fixture('cmyk.jpg') },
        { id: 'dicom', mediaType: 'application/dicom', bytes: new Uint8Array(300) },
      ],
    });
    expect(unrendered).toEqual([
      'MEDIA_MISSING section 1',
      'MEDIA_UNREADABLE section 2',
      'MEDIA_UNSUPPORTED section 3',
      'MEDIA_UNSUPPORTED section 4',
    ]);
    expect(text).toContain('absentdudocumentCDA');
    expect(text).toContain('illisible');
    expect(text).toContain('Remarquessurcetteimpression');
  });

  it('shows media that no narrative refers to after the body', async () => {
    const { structure, text } = await render({ narrative: 'rien', media: [{ id: 'i', mediaType: 'image/png', bytes: onePixel }] });
    expect(text).toContain('Documentsjoints');
    expect(nodesOf(structure, 'Figure')).toHaveLength(1);
  });

  it('embeds an image that is shown a hundred times once', async () => {
    const many = '<renderMultiMedia referencedObject="i"/>'.repeat(100);
    const document = sampleCda({ narrative: many, media: [{ id: 'i', mediaType: 'image/png', bytes: onePixel }] });
    const pdf = await openObjects((await renderCdaPdf(document)).bytes);
    const images = pdf.context.enumerateIndirectObjects().filter(([, object]) => String(object).includes('/Subtype /Image'));
    expect(images).toHaveLength(1);
  });
});
