/** The texts of a document as XSL-FO, for Apache FOP as a peer: less than what the renderer sets, which has the whole header. */
import type { CdaDocument, CdaSection, NarrativeElement, NarrativeNode } from '@mss/cda';

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const block = (content: string, attributes = ''): string => `<fo:block${attributes}>${content}</fo:block>`;

const tableParts: Readonly<Record<string, string>> = { thead: 'table-header', tbody: 'table-body', tfoot: 'table-footer', tr: 'table-row' };

function element(node: NarrativeElement): string {
  const { name, attributes } = node;
  const inner = nodes(node.children);
  const part = tableParts[name];
  if (part !== undefined) return `<fo:${part}>${inner}</fo:${part}>`;
  switch (name) {
    case 'br':
      return block('');
    case 'paragraph':
    case 'list':
    case 'caption':
      return block(inner);
    case 'item':
      return block(`– ${inner}`);
    case 'table':
      return `<fo:table table-layout="fixed" width="100%">${nodes(node.children.filter((one) => one.kind === 'element' && one.name in tableParts))}</fo:table>`;
    case 'th':
    case 'td': {
      const spans = `${attributes['colspan'] === undefined ? '' : ` number-columns-spanned="${attributes['colspan']}"`}${attributes['rowspan'] === undefined ? '' : ` number-rows-spanned="${attributes['rowspan']}"`}`;
      return `<fo:table-cell border="0.3pt solid #999"${spans}>${block(inner)}</fo:table-cell>`;
    }
    default:
      return `<fo:inline>${inner}</fo:inline>`;
  }
}

/** White space between the parts of a table is no text there. */
function nodes(children: readonly NarrativeNode[]): string {
  const inTable = children.some((one) => one.kind === 'element' && (one.name in tableParts || one.name === 'td' || one.name === 'th'));
  return children.map((one) => (one.kind === 'text' ? (inTable ? '' : escapeXml(one.value)) : element(one))).join('');
}

const sectionsFo = (sections: readonly CdaSection[]): string =>
  sections
    .map(
      (section) =>
        block(escapeXml(section.title ?? ''), ' font-weight="bold"') + block(nodes(section.text ?? [])) + sectionsFo(section.sections),
    )
    .join('');

/** One document as XSL-FO. */
export function foOf(cda: CdaDocument): string {
  const body = cda.body.kind === 'structured' ? sectionsFo(cda.body.sections) : '';
  return `<?xml version="1.0" encoding="UTF-8"?><fo:root xmlns:fo="http://www.w3.org/1999/XSL/Format" font-family="DejaVu Sans" font-size="9pt" xml:lang="fr"><fo:layout-master-set><fo:simple-page-master master-name="a4" page-width="210mm" page-height="297mm" margin="15mm"><fo:region-body/></fo:simple-page-master></fo:layout-master-set><fo:page-sequence master-reference="a4"><fo:flow flow-name="xsl-region-body">${block(escapeXml(cda.header.title ?? ''), ' font-size="14pt"')}${body}</fo:flow></fo:page-sequence></fo:root>`;
}

/** The configuration that lets FOP find DejaVu and embed it, as PDF/A-1 asks. */
export const fopConfiguration = `<fop version="1.0"><renderers><renderer mime="application/pdf"><fonts><directory>/usr/share/fonts/truetype/dejavu</directory></fonts></renderer></renderers></fop>`;
