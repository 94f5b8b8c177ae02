// A message with text, HTML, a 120 kB archive and a 100 kB PDF: written against nodemailer's composer, read against postal-mime.
import { addressHeader, dateHeader, messageIdHeader, parseMime, textHeader, writeMime, type MimePart } from '@mss/formats/mime';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import PostalMime from 'postal-mime';

const noise = (length: number): Uint8Array => new Uint8Array(length).map((_value, at) => Math.imul(at + 1, 2654435761) >>> 23);
const zip = noise(120_000);
const pdf = noise(100_000);
const from = { name: 'Dr_Marie_MARTIN_Cabinet médical', address: 'marie.martin@cabinet.mssante.example' };
const to = { name: null, address: 'service@hopital.mssante.example' };
const subject = 'XDM/1.0/DDM+CR d’examens biologiques VIAL Paul 26/11/1978';
const text = 'Bonjour,\n\nVeuillez trouver ci-joint le compte rendu d’examens.\n';
const html = `<p>${text}</p>`;
const pdfName = '20260102_CR d’examens biologiques_VIAL_Paul.pdf';

const compose = (): Uint8Array =>
  writeMime({
    mediaType: 'multipart/mixed',
    headers: [
      addressHeader('From', [from]),
      addressHeader('To', [to]),
      textHeader('Subject', subject, { keepPrefix: 'XDM/1.0/DDM+' }),
      dateHeader(new Date(), { zone: '+0100' }),
      messageIdHeader('Message-ID', ['<1@cabinet.mssante.example>']),
    ],
    children: [
      {
        mediaType: 'multipart/alternative',
        children: [
          { mediaType: 'text/plain', text },
          { mediaType: 'text/html', text: html },
        ],
      },
      { mediaType: 'application/zip', fileName: 'IHE_XDM.ZIP', bytes: zip },
      { mediaType: 'application/pdf', fileName: pdfName, bytes: pdf },
    ],
  });
const composeWithNodemailer = (): Promise<Uint8Array> =>
  new MailComposer({
    from: { name: from.name, address: from.address },
    to: to.address,
    subject,
    text,
    html,
    attachments: [
      { filename: 'IHE_XDM.ZIP', content: Buffer.from(zip) },
      { filename: pdfName, content: Buffer.from(pdf) },
    ],
  })
    .compile()
    .build();

const message = compose();
const contentOf = (part: MimePart): number =>
  part.children.length === 0 ? part.content().length : part.children.reduce((sum, child) => sum + contentOf(child), 0);

const runs: Record<string, () => unknown> = {
  'write @mss/formats': compose,
  'write nodemailer': composeWithNodemailer,
  'read @mss/formats': () => contentOf(parseMime(message).value),
  'read postal-mime': () => PostalMime.parse(message),
};
const times = new Map<string, number[]>(Object.keys(runs).map((name) => [name, []]));
for (let round = 0; round < 140; round += 1) {
  for (const [name, run] of Object.entries(runs)) {
    const start = performance.now();
    await run();
    if (round >= 40) times.get(name)?.push(performance.now() - start);
  }
}
const median = (name: string): number => (times.get(name) ?? []).toSorted((a, b) => a - b)[50] ?? 0;
for (const name of Object.keys(runs)) console.log(`${name.padEnd(20)} ${median(name).toFixed(2)} ms`);
console.log(
  `write: nodemailer / ours ${(median('write nodemailer') / median('write @mss/formats')).toFixed(1)}; read, everything decoded: postal-mime / ours ${(median('read postal-mime') / median('read @mss/formats')).toFixed(1)}`,
);
const hidden = !/^Subject: XDM\/1\.0\/DDM\+/m.test(Buffer.from(await composeWithNodemailer()).toString('latin1'));
console.log(`the prefix XDM/1.0/DDM+ in the raw Subject: ours readable, nodemailer ${hidden ? 'hidden' : 'readable'}`);
