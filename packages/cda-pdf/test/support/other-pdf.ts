import PDFDocument from 'pdfkit';

/** PDF made by pdfkit as anyone would: in Helvetica, not PDF/A. */
export async function ordinaryPdf(
  options: {
    readonly pages?: number;
    readonly userPassword?: string;
    readonly opacity?: boolean;
    readonly subset?: 'PDF/A-1b' | 'PDF/A-3b';
    readonly font?: string;
  } = {},
): Promise<Uint8Array> {
  const document = new PDFDocument({
    autoFirstPage: false,
    info: { Title: 'Autre', CreationDate: new Date(0) },
    ...(options.userPassword === undefined ? {} : { userPassword: options.userPassword }),
    ...(options.subset === undefined ? {} : { subset: options.subset, pdfVersion: '1.4' }),
    ...(options.font === undefined ? {} : { font: options.font }),
  });
  const chunks: Uint8Array[] = [];
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => {
    document.on('end', resolve);
  });
  for (let page = 1; page <= (options.pages ?? 1); page += 1) {
    document.addPage({ size: 'A4' });
    if (options.opacity === true) document.fillOpacity(0.5);
    document.text(`page ${page} de l'autre`);
  }
  document.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
}

/** A PDF whose objects stand in a stream that would unfold to a gigabyte. */
export function compressedObjectsPdf(name = 'ObjStm'): Uint8Array {
  return new TextEncoder().encode(
    `%PDF-1.5\n1 0 obj\n<< /Type /${name} /N 1 /First 4 /Length 10 /Filter /FlateDecode >>\nstream\n0123456789\nendstream\nendobj\ntrailer << /Root 2 0 R >>\n%%EOF\n`,
  );
}
