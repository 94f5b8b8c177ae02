import { spawnSync } from 'node:child_process';
import {
  addressHeader,
  dateHeader,
  messageIdHeader,
  parseAddressList,
  parseMime,
  plainHeader,
  textHeader,
  writeMime,
  type MimeHeaderDraft,
  type MimePartDraft,
} from '@mss/formats/mime';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { codeOf, fromLatin1, latin1, utf8 } from './support.js';

let counter = 0;
const random = { uuid: () => 'unused', bytes: (count: number) => new Uint8Array(count).fill((counter += 1)) };
const write = (draft: MimePartDraft): Uint8Array => writeMime(draft, { random });
const from = addressHeader('From', [{ name: 'Dr_Marie_MARTIN_Cabinet médical', address: 'marie.martin@cabinet.mssante.example' }]);

/** What every message must be on the wire. */
function expectSmtpSafe(bytes: Uint8Array): void {
  const text = latin1(bytes);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(text.endsWith('\r\n')).toBe(true);
  for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
}

const document: MimePartDraft = {
  mediaType: 'multipart/mixed',
  headers: [
    from,
    addressHeader('To', [{ name: null, address: 'a@b.example' }]),
    textHeader('Subject', 'XDM/1.0/DDM+CR d’examens biologiques VIAL Paul 26/11/1978', { keepPrefix: 'XDM/1.0/DDM+' }),
    dateHeader(new Date('2026-01-02T03:04:06Z'), { zone: '+0100' }),
    messageIdHeader('Message-ID', ['<1@cabinet.mssante.example>']),
    plainHeader('X-MSS-NIL', '1.2.3'),
  ],
  children: [
    {
      mediaType: 'multipart/alternative',
      children: [
        { mediaType: 'text/plain', text: 'Bonjour é\nfin' },
        { mediaType: 'text/html', text: '<p>Bonjour</p>' },
      ],
    },
    { mediaType: 'application/zip', fileName: 'IHE_XDM.ZIP', bytes: new Uint8Array(1000).fill(7) },
    { mediaType: 'application/pdf', fileName: '20220531_CR d’imagerie médicale_CORSE_FIGATELLIX.pdf', bytes: utf8('%PDF-1.4') },
  ],
};

const encodingOf = (text: string): string | null =>
  parseMime(write({ mediaType: 'text/plain', text })).value.header('Content-Transfer-Encoding');

const report = (bytes: Uint8Array): Uint8Array =>
  write({
    mediaType: 'multipart/report',
    parameters: { 'report-type': 'disposition-notification' },
    headers: [from],
    children: [
      { mediaType: 'text/plain', text: 'lu' },
      { mediaType: 'message/disposition-notification', text: 'Disposition: manual-action/MDN-sent-manually; displayed\r\n' },
      { mediaType: 'message/rfc822', bytes },
    ],
  });

describe('writeMime', () => {
  it('writes what parseMime gives back', () => {
    const bytes = write(document);
    expectSmtpSafe(bytes);
    const { value, warnings } = parseMime(bytes);
    expect(warnings).toEqual([]);
    expect(value.header('subject')).toBe('XDM/1.0/DDM+CR d’examens biologiques VIAL Paul 26/11/1978');
    expect(latin1(bytes)).toContain('\r\nSubject: XDM/1.0/DDM+CR =?UTF-8?B?ZOKAmWV4YW1lbnM=?= biologiques VIAL Paul\r\n 26/11/1978\r\n');
    expect(parseAddressList(value.headersNamed('From')[0]?.raw ?? '').value).toEqual([
      { name: 'Dr_Marie_MARTIN_Cabinet médical', address: 'marie.martin@cabinet.mssante.example' },
    ]);
    expect(value.header('Date')).toBe('Fri, 02 Jan 2026 04:04:06 +0100');
    expect(value.header('MIME-Version')).toBe('1.0');
    const [alternative, zip, pdf] = value.children;
    expect(alternative?.children.map((part) => [part.mediaType, part.text(), part.parameters])).toEqual([
      ['text/plain', 'Bonjour é\r\nfin', { charset: 'utf-8' }],
      ['text/html', '<p>Bonjour</p>', { charset: 'utf-8' }],
    ]);
    expect(zip?.fileName).toBe('IHE_XDM.ZIP');
    expect(zip?.content()).toEqual(new Uint8Array(1000).fill(7));
    expect(pdf?.fileName).toBe('20220531_CR d’imagerie médicale_CORSE_FIGATELLIX.pdf');
    expect(pdf?.parameters).toEqual({ name: '20220531_CR d’imagerie médicale_CORSE_FIGATELLIX.pdf' });
    expect(pdf?.disposition).toBe('attachment');
  });

  it('writes lines of 76 characters', () => {
    for (const line of latin1(write(document)).split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
  });

  it('writes the same bytes with the same randomness', () => {
    const fixed = { uuid: () => '', bytes: (count: number) => new Uint8Array(count).map((_value, at) => (at += 1)) };
    const draft: MimePartDraft = { mediaType: 'multipart/mixed', children: [{ mediaType: 'text/plain', text: 'x' }] };
    expect(writeMime(draft, { random: fixed })).toEqual(writeMime(draft, { random: fixed }));
  });

  it('chooses 7bit for short ASCII lines and quoted-printable otherwise', () => {
    expect(encodingOf('plain\ntext\n')).toBe('7bit');
    for (const text of ['é', 'x'.repeat(79), 'space \nx', 'end\t', 'From here', 'a\n.\nb', 'a\u0001b'])
      expect(encodingOf(text), JSON.stringify(text)).toBe('quoted-printable');
  });

  it.each([
    'a\rb\nc\r\nd\r\n',
    `${'é'.repeat(300)} \t\nFrom x\n.\n..\n=3D\n`,
    '\ufeffx\r\n',
    '😀'.repeat(50) + '\n',
    ' \n\n \n',
    `${'x'.repeat(75)}\n${'x'.repeat(76)}\n${'x'.repeat(77)}é\n`,
  ])('text comes back with CRLF: %j', (text) => {
    const bytes = write({ mediaType: 'text/plain', text });
    expectSmtpSafe(bytes);
    for (const line of latin1(bytes).split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
    expect(Buffer.from(parseMime(bytes).value.content()).toString('utf8')).toBe(text.replaceAll(/\r\n|\r|\n/g, '\r\n'));
  });

  it.each([0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 5000, 58_367, 58_368, 58_369, 116_793])('%d bytes come back from base64', (length) => {
    const content = new Uint8Array(length).map((_value, at) => (at * 31) % 256);
    const bytes = write({ mediaType: 'application/octet-stream', bytes: content });
    expectSmtpSafe(bytes);
    for (const line of latin1(bytes).split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
    expect(parseMime(bytes).value.content()).toEqual(content);
  });

  it('attaches a message without encoding it, and says 8bit on every level when it is', () => {
    const original = fromLatin1('From: a@b.example\nSubject: \u00e9\n\ntext\n');
    const { value, warnings } = parseMime(report(original));
    expect(warnings.map(({ code }) => code)).toEqual(['MIME_HEADER_8BIT']);
    expect(value.header('Content-Transfer-Encoding')).toBe('8bit');
    expect(value.parameters['report-type']).toBe('disposition-notification');
    expect(value.children.map((part) => [part.mediaType, part.header('Content-Transfer-Encoding')])).toEqual([
      ['text/plain', '7bit'],
      ['message/disposition-notification', '7bit'],
      ['message/rfc822', '8bit'],
    ]);
    expect(latin1(value.children[2]?.raw ?? new Uint8Array())).toBe('From: a@b.example\r\nSubject: \u00e9\r\n\r\ntext\r\n');
    expect(parseMime(report(utf8('From: a@b.example\r\n\r\nx'))).value.header('Content-Transfer-Encoding')).toBeNull();
  });

  it('draws another boundary when the content has the first one', () => {
    const draws = [1, 2];
    const bytes = writeMime(
      { mediaType: 'multipart/mixed', headers: [from], children: [{ mediaType: 'text/plain', text: `--=_${'01'.repeat(16)}\n` }] },
      { random: { uuid: () => '', bytes: (count) => new Uint8Array(count).fill(draws.shift() ?? 3) } },
    );
    expect(parseMime(bytes).value.parameters['boundary']).toBe(`=_${'02'.repeat(16)}`);
    const stuck = { uuid: () => '', bytes: (count: number) => new Uint8Array(count).fill(1) };
    expect(
      codeOf(() =>
        writeMime(
          { mediaType: 'multipart/mixed', children: [{ mediaType: 'text/plain', text: `--=_${'01'.repeat(16)}\n` }] },
          { random: stuck },
        ),
      ),
    ).toBe('ERR_MSS_MIME_WRITE');
  });

  it('writes inline parts with their identifier and description', () => {
    const { value } = parseMime(
      write({
        mediaType: 'image/png',
        disposition: 'inline',
        contentId: 'logo@b.example',
        description: 'Logo du cabinet é',
        bytes: utf8('x'),
        headers: [from],
      }),
    );
    expect([value.disposition, value.contentId, value.header('Content-Description')]).toEqual([
      'inline',
      'logo@b.example',
      'Logo du cabinet é',
    ]);
  });
});

describe('what is refused', () => {
  const leaf: MimePartDraft = { mediaType: 'text/plain', text: 'x' };
  const withHeader = (name: string, value: string): MimePartDraft => ({ ...leaf, headers: [{ name, value }] });

  it.each<[string, MimePartDraft]>([
    ['a line break in a value', withHeader('X-A', 'a\r\nBcc: b@c.example')],
    ['a bare LF', withHeader('X-A', 'a\nb')],
    ['a bare CR', withHeader('X-A', 'a\rb')],
    ['a fold that hides an empty line', withHeader('X-A', 'a\r\n \r\n\r\nbody')],
    ['NUL', withHeader('X-A', 'a\u0000b')],
    ['a line break in a file name', { mediaType: 'application/pdf', bytes: utf8(''), fileName: 'a\r\nX: y' }],
    ['a line break in a parameter', { ...leaf, parameters: { format: 'a\r\nX: y' } }],
    ['a line break in a description', { ...leaf, description: 'a\nb' }],
  ])('injection: %s', (_what, draft) => {
    expect(codeOf(() => write(draft))).toBe('ERR_MSS_MIME_HEADER_INJECTION');
  });

  it.each<[string, MimePartDraft]>([
    ['a header name with a space', withHeader('X A', 'a')],
    ['a header name with a line break', withHeader('X-A\r\nB', 'a')],
    ['an empty header name', withHeader('', 'a')],
    ['a value that is not ASCII', withHeader('X-A', 'é')],
    ['a value that cannot be folded', withHeader('X-A', 'x'.repeat(1000))],
    ['a header that the writer sets', withHeader('content-type', 'text/html')],
    ['no content', { mediaType: 'text/plain' }],
    ['two contents', { mediaType: 'text/plain', text: '', bytes: utf8('') }],
    ['a multipart with text', { mediaType: 'multipart/mixed', text: '' }],
    ['children outside a multipart', { mediaType: 'text/plain', children: [leaf] }],
    ['a multipart without parts', { mediaType: 'multipart/mixed', children: [] }],
    ['text that is no text', { mediaType: 'application/pdf', text: '' }],
    ['a media type that is none', { mediaType: 'text', text: '' }],
    ['a media type with parameters', { mediaType: 'text/plain; charset=x', text: '' }],
    ['a charset of one’s own', { ...leaf, parameters: { charset: 'iso-8859-1' } }],
    ['a boundary of one’s own', { mediaType: 'multipart/mixed', parameters: { boundary: 'b' }, children: [leaf] }],
    ['a long line in a message', { mediaType: 'message/rfc822', bytes: utf8(`From: a\r\n\r\n${'x'.repeat(999)}`) }],
    ['NUL in a message', { mediaType: 'message/rfc822', bytes: utf8('From: a\r\n\r\n\u0000') }],
    ['NUL in a text', { mediaType: 'text/plain', text: 'a\u0000' }],
    ['a lone surrogate in a text', { mediaType: 'text/plain', text: '\ud800' }],
    ['a lone surrogate in a file name', { mediaType: 'application/pdf', bytes: utf8(''), fileName: '\udc00' }],
    ['an identifier with a bracket', { ...leaf, contentId: 'a>b' }],
  ])('draft: %s', (_what, draft) => {
    expect(codeOf(() => write(draft))).toBe('ERR_MSS_MIME_WRITE');
  });

  it.each<[string, () => MimeHeaderDraft]>([
    ['an address field without address', () => addressHeader('To', [])],
    ['an identifier without brackets', () => messageIdHeader('In-Reply-To', ['a@b'])],
    ['an identifier with a line break', () => messageIdHeader('In-Reply-To', ['<a@b>\r\nX: y'])],
    ['no identifier', () => messageIdHeader('References', [])],
  ])('field: %s', (_what, work) => {
    expect(codeOf(work)).toBe('ERR_MSS_MIME_WRITE');
  });
});

describe('the same in other readers', () => {
  const subjects = [
    'XDM/1.0/DDM+CR d’examens biologiques VIAL Paul 26/11/1978',
    'XDM/1.0/DDM+Évaluation gériatrique standardisée LE GOÛTEUX Anaïs-Zoé',
    'Re: =?utf-8?Q?pas_un_mot?= encodé',
    `long ${'événement '.repeat(30)}fin`,
    '日本語 😀 mixed ascii and 日本語',
  ];
  const name = 'Compte rendu d’imagerie médicale très long, avec virgule et "guillemets" 2026.pdf';
  const message = (subject: string): Uint8Array =>
    write({
      ...document,
      headers: [from, addressHeader('To', [{ name: 'Martin, Zoé', address: 'zoe@b.example' }]), textHeader('Subject', subject)],
      children: [
        { mediaType: 'text/plain', text: 'été' },
        { mediaType: 'application/pdf', fileName: name, bytes: utf8('%PDF-1.4') },
      ],
    });

  it.each(subjects)('postal-mime: %j', async (subject) => {
    const mail = await PostalMime.parse(message(subject));
    expect(mail.subject).toBe(subject);
    expect(mail.from).toEqual({ name: 'Dr_Marie_MARTIN_Cabinet médical', address: 'marie.martin@cabinet.mssante.example' });
    expect(mail.to).toEqual([{ name: 'Martin, Zoé', address: 'zoe@b.example' }]);
    expect(mail.text?.trim()).toBe('été');
    expect(mail.attachments.map(({ filename }) => filename)).toEqual([name]);
  });

  const python = spawnSync('python3', ['-c', 'import email.policy']);
  const script = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
text, pdf = list(m.iter_parts())
print(json.dumps([m['subject'], m['from'].addresses[0].display_name, m['to'].addresses[0].display_name, text.get_content().strip(), pdf.get_filename(), pdf.get_content().decode(), [str(d) for p in m.walk() for d in p.defects]]))
`;
  it.skipIf(python.status !== 0).each(subjects)('python email: %j', (subject) => {
    const run = spawnSync('python3', ['-c', script], { input: message(subject) });
    expect(run.stderr.toString()).toBe('');
    expect(JSON.parse(run.stdout.toString())).toEqual([
      subject,
      'Dr_Marie_MARTIN_Cabinet médical',
      'Martin, Zoé',
      'été',
      name,
      '%PDF-1.4',
      [],
    ]);
  });
});
