import { Buffer } from 'node:buffer';

/** Characters above 0x7F that WinAnsiEncoding has elsewhere than Latin-1. */
const winAnsi = { '€': 0x80, '…': 0x85, Œ: 0x8c, '’': 0x92, '“': 0x93, '”': 0x94, '–': 0x96, '—': 0x97, œ: 0x9c };

const literal = (text) =>
  [...text]
    .map((character) => winAnsi[character] ?? character.codePointAt(0))
    .map((code) => (code > 0xff ? 0x3f : code))
    .map((code) =>
      code === 0x28 || code === 0x29 || code === 0x5c
        ? `\\${String.fromCharCode(code)}`
        : code > 0x7e
          ? `\\${code.toString(8).padStart(3, '0')}`
          : String.fromCharCode(code),
    )
    .join('');

/** Lines of a page: `# ` begins a heading, `* ` bold text. */
function contentOf(lines) {
  const operators = ['BT', '56 790 Td'];
  for (const line of lines) {
    const [font, size, text] = line.startsWith('# ')
      ? ['F2', 15, line.slice(2)]
      : line.startsWith('* ')
        ? ['F2', 10, line.slice(2)]
        : ['F1', 10, line];
    operators.push(`/${font} ${size} Tf`, `0 -${size + 5} Td`, `(${literal(text)}) Tj`);
  }
  operators.push('ET', '0.6 w 56 770 m 539 770 l S');
  return operators.join('\n');
}

/**
 * A small PDF 1.4 with Helvetica that is not embedded, as most practice software makes: valid, but no PDF/A-1.
 *
 * @param pages - for each page its lines.
 */
export function simplePdf(title, pages) {
  const objects = [];
  const add = (body) => objects.push(body);
  const kids = pages.map((_, index) => `${5 + index * 2} 0 R`).join(' ');
  add('<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>');
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>');
  for (const [index, lines] of pages.entries()) {
    const content = contentOf(lines);
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${6 + index * 2} 0 R >>`,
    );
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  }
  add(`<< /Title (${literal(title)}) /Producer (test documents) /CreationDate (D:20250101000000Z) >>`);
  let file = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  const offsets = objects.map((body, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) file += `${String(offset).padStart(10, '0')} 00000 n \n`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}
