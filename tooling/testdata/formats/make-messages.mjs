// Writes mime/NNN.eml and mime/NNN.json: messages, and what a reader must find in them. Run it after a change: node make-messages.mjs
//
// The JSON: `warnings` as `code` or `code@part`; `headers` decoded; `tree`: mediaType, disposition, fileName, contentId when there,
// `text` (decoded, "\n" line ends) or `hex` for leaves, `children` for the others.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const folder = fileURLToPath(new URL('mime', import.meta.url));
const crlf = (text) => text.replaceAll('\n', '\r\n');
const bytes = (text) => Buffer.from(text, 'latin1');
const utf8 = (text) => Buffer.from(text, 'utf8').toString('latin1');
const base64 = (text) => Buffer.from(text, 'utf8').toString('base64');

const cases = [];
const add = (what, message, expected) => cases.push({ bytes: typeof message === 'string' ? bytes(crlf(message)) : message, expected: { what, warnings: [], ...expected } });

add('plain text without MIME', 'From: a@example.org\nSubject: hello\n\nfirst\nsecond\n', {
  headers: { subject: 'hello' },
  tree: { mediaType: 'text/plain', text: 'first\nsecond\n' },
});

add('LF lines', bytes('From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b\nContent-Type: text/html\n\n<p>two</p>\n--b--\nepilogue\n'), {
  tree: { mediaType: 'multipart/mixed', children: [{ mediaType: 'text/plain', text: 'one' }, { mediaType: 'text/html', text: '<p>two</p>' }] },
});

add('alternative in mixed, base64 attachment, RFC 2231 name', `From: a@example.org
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_outer"

--=_outer
Content-Type: multipart/alternative; boundary="=_inner"

--=_inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Compte rendu d=E2=80=99examen =
joint.=20
Fin.
--=_inner
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>=E9t=E9</p>
--=_inner--

--=_outer
Content-Type: application/pdf; name="x.pdf"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="fallback.pdf";
 filename*=UTF-8''20220531_CR%20d%27imagerie%20m%C3%A9dicale.pdf
Content-ID: <part1@example.org>

${base64('%PDF-1.4')}
--=_outer--
`, {
  tree: {
    mediaType: 'multipart/mixed',
    children: [
      { mediaType: 'multipart/alternative', children: [{ mediaType: 'text/plain', text: 'Compte rendu d’examen joint. \nFin.' }, { mediaType: 'text/html', text: '<p>été</p>' }] },
      { mediaType: 'application/pdf', disposition: 'attachment', fileName: "20220531_CR d'imagerie médicale.pdf", contentId: 'part1@example.org', hex: Buffer.from('%PDF-1.4').toString('hex') },
    ],
  },
});

add('RFC 2231 continuations, in any order', `From: a@example.org
Content-Type: application/octet-stream;
 name*2=.pdf;
 name*0*=UTF-8'fr'%C3%A9t%C3;
 name*1*=%A9%20;
 charset="x"

x`, { tree: { mediaType: 'application/octet-stream', fileName: 'été .pdf', hex: '78' } });

add('RFC 2047 in a file name', `From: a@example.org
Content-Type: application/pdf
Content-Disposition: attachment;
 filename="=?ISO-8859-1?Q?r=E9sultat?=
 =?UTF-8?B?${base64(' €.pdf')}?="

x`, { tree: { mediaType: 'application/pdf', disposition: 'attachment', fileName: 'résultat €.pdf', hex: '78' } });

add('raw UTF-8 in a file name and in the subject', utf8crlf(`From: a@example.org
Subject: XDM/1.0/DDM+CR d’imagerie médicale
Content-Type: application/pdf
Content-Disposition: attachment; filename="20220531_CR d'imagerie médicale_CORSE.pdf"

x`), {
  warnings: ['MIME_HEADER_8BIT'],
  headers: { subject: 'XDM/1.0/DDM+CR d’imagerie médicale' },
  tree: { mediaType: 'application/pdf', disposition: 'attachment', fileName: "20220531_CR d'imagerie médicale_CORSE.pdf", hex: '78' },
});

add('raw ISO-8859-1 in the subject', 'From: a@example.org\nSubject: r\u00e9sultats de l\u0092examen\n\nx', {
  warnings: ['MIME_HEADER_8BIT'],
  headers: { subject: 'résultats de l’examen' },
  tree: { mediaType: 'text/plain', text: 'x' },
});

add('a report with the message it is about', `From: MAILER-DAEMON@example.org
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Not delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; b@example.org
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: a@example.org
Subject: =?utf-8?Q?r=C3=A9sultat?=
Content-Type: multipart/mixed; boundary=b2

--b2

inner
--b2--

--b--
`, {
  tree: {
    mediaType: 'multipart/report',
    children: [
      { mediaType: 'text/plain', text: 'Not delivered.\n' },
      { mediaType: 'message/delivery-status', text: 'Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.1.1\n' },
      { mediaType: 'message/rfc822', children: [{ mediaType: 'multipart/mixed', subject: 'résultat', children: [{ mediaType: 'text/plain', text: 'inner' }] }] },
    ],
  },
});

add('a message inside that is base64', `From: a@example.org
Content-Type: message/rfc822
Content-Transfer-Encoding: base64

${base64('From: b@example.org\r\nSubject: in\r\n\r\ntext')}
`, {
  warnings: ['MIME_MESSAGE_ENCODED'],
  tree: { mediaType: 'message/rfc822', children: [{ mediaType: 'text/plain', subject: 'in', text: 'text' }] },
});

add('a digest', `From: a@example.org
Content-Type: multipart/digest; boundary=b

--b

From: b@example.org
Subject: one

text
--b--
`, { tree: { mediaType: 'multipart/digest', children: [{ mediaType: 'message/rfc822', children: [{ mediaType: 'text/plain', subject: 'one', text: 'text' }] }] } });

add('the last delimiter is missing', `From: a@example.org
Content-Type: multipart/mixed; boundary=b

--b

one
--b

two`, { warnings: ['MIME_BOUNDARY_UNCLOSED'], tree: { mediaType: 'multipart/mixed', children: [{ mediaType: 'text/plain', text: 'one' }, { mediaType: 'text/plain', text: 'two' }] } });

add('the boundary never appears', 'From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--c\n\none\n', {
  warnings: ['MIME_BOUNDARY_MISSING'],
  tree: { mediaType: 'multipart/mixed', text: '--c\n\none\n' },
});

add('no boundary at all', 'From: a@example.org\nContent-Type: multipart/mixed\n\none\n', {
  warnings: ['MIME_BOUNDARY_MISSING'],
  tree: { mediaType: 'multipart/mixed', text: 'one\n' },
});

add('a boundary that begins another, and text that looks like one', `From: a@example.org
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/mixed; boundary=bb

--bb

one --b
x--b
--bb--
--b  
Content-Type: text/plain

two
--b--
`, {
  tree: {
    mediaType: 'multipart/mixed',
    children: [{ mediaType: 'multipart/mixed', children: [{ mediaType: 'text/plain', text: 'one --b\nx--b' }] }, { mediaType: 'text/plain', text: 'two' }],
  },
});

add('an outer delimiter ends an inner multipart that has none', `From: a@example.org
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/mixed; boundary=inner

--inner

one
--outer

two
--outer--
`, {
  warnings: ['MIME_BOUNDARY_UNCLOSED@1'],
  tree: { mediaType: 'multipart/mixed', children: [{ mediaType: 'multipart/mixed', children: [{ mediaType: 'text/plain', text: 'one' }] }, { mediaType: 'text/plain', text: 'two' }] },
});

add('damaged base64 and quoted-printable', `From: a@example.org
Content-Type: multipart/mixed; boundary=b

--b
Content-Transfer-Encoding: base64

YWJj*
ZGVm
--b
Content-Transfer-Encoding: BASE64;

YQ==YmM=
--b
Content-Transfer-Encoding: quoted-printable

a=zz b=3d=
--b--
`, {
  tree: {
    mediaType: 'multipart/mixed',
    children: [
      { mediaType: 'text/plain', text: 'abcdef', warnings: ['MIME_BASE64'] },
      { mediaType: 'text/plain', text: 'abc', warnings: ['MIME_BASE64'] },
      { mediaType: 'text/plain', text: 'a=zz b=', warnings: ['MIME_QUOTED_PRINTABLE'] },
    ],
  },
});

add('charsets: wrong, unknown, none', `From: a@example.org
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

\u00e9t\u00e9
--b
Content-Type: text/plain; charset=x-nobody

${utf8('été')}
--b

${utf8('été €')}
--b
Content-Type: text/plain; charset="ISO-8859-15"

\u00a4
--b
Content-Type: text/plain; charset=koi8-r

\u00c4\u00c1
--b--
`, {
  tree: {
    mediaType: 'multipart/mixed',
    children: [
      { mediaType: 'text/plain', text: 'été', warnings: ['MIME_CHARSET'] },
      { mediaType: 'text/plain', text: 'été', warnings: ['MIME_CHARSET'] },
      { mediaType: 'text/plain', text: 'été €', warnings: ['MIME_CHARSET'] },
      { mediaType: 'text/plain', text: '€' },
      { mediaType: 'text/plain', text: 'да' },
    ],
  },
});

add('Content-Type that is none, or comes twice', `From: a@example.org
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text

one
--b
Content-Type: application/pdf name=x.pdf
Content-Transfer-Encoding: x-uuencode

two
--b
Content-Type: text/html
Content-Type: application/x-msdownload

three
--b
Content-Type: text/plain (a comment; charset=x); charset=us-ascii (another)

four
--b--
`, {
  warnings: ['MIME_CONTENT_TYPE@1', 'MIME_CONTENT_TYPE@2', 'MIME_HEADER_REPEATED@3'],
  tree: {
    mediaType: 'multipart/mixed',
    children: [
      { mediaType: 'text/plain', text: 'one' },
      { mediaType: 'application/pdf', hex: '74776f', warnings: ['MIME_TRANSFER_ENCODING'] },
      { mediaType: 'text/html', text: 'three' },
      { mediaType: 'text/plain', text: 'four' },
    ],
  },
});

add('a mailbox separator, a stray line, a fold without space', `From a@example.org Thu Jan  1 00:00:00 2026
From: a@example.org
this line is no field
Subject: =?utf-8?Q?one?=
 =?utf-8?Q?_two?= three
Content-Type: multipart/mixed;
boundary="b"

--b

text
--b--
`, {
  warnings: ['MIME_LEADING_LINES', 'MIME_HEADER_MALFORMED'],
  headers: { subject: 'one two three' },
  tree: { mediaType: 'multipart/mixed', children: [{ mediaType: 'text/plain', text: 'text' }] },
});

add('the empty line behind the header is missing', 'From: a@example.org\nSubject: x\nThis is the text,\nin two lines.\n', {
  warnings: ['MIME_HEADER_MALFORMED'],
  headers: { subject: 'x' },
  tree: { mediaType: 'text/plain', text: 'This is the text,\nin two lines.\n' },
});

add('a header only, and names of Object.prototype', 'From: a@example.org\n__proto__: x\nContent-Type: text/plain; __proto__=y; constructor=z', {
  tree: { mediaType: 'text/plain', text: '' },
});

function utf8crlf(text) {
  return Buffer.from(crlf(text), 'utf8');
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
cases.forEach((one, index) => {
  const name = String(index + 1).padStart(3, '0');
  writeFileSync(join(folder, `${name}.eml`), one.bytes);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(one.expected, null, 2)}\n`);
});
