import { describeMessage, readMessage, type MessageWarningCode } from '@mss/message';
import { describe, expect, it } from 'vitest';

import { announcing, archiveOf, archivePart, base64Lines, mail, mixed, part, pdfPart, testdata, textPart } from './foreign.js';
import { laboratoryReport } from './support.js';

const jeanne = '258038708599044';
const report = archiveOf(laboratoryReport);
const codes = (bytes: Uint8Array): MessageWarningCode[] => readMessage(bytes).warnings.map((one) => one.code);
const plain = (subject: string, extra: readonly string[] = []): Uint8Array =>
  mail(['From: <a@b.test>', 'To: <c@d.test>', 'Message-ID: <x@b.test>', `Subject: ${subject}`, ...extra, '', 'Bonjour']);

const renamed = (subject: string): Uint8Array =>
  mixed([textPart('x'), archivePart(report, 'documents.zip'), pdfPart('a.pdf')], { subject });

describe('reading foreign mails with documents', () => {
  it('takes lines that end with LF, a lower-case archive name, the names of two PDF in raw UTF-8', () => {
    const bytes = mixed(
      [
        textPart('Veuillez trouver ci-joint'),
        archivePart(report, 'IHE_XDM.zip'),
        pdfPart('20250616_Compte rendu é_ROCHEBRUNE_JEANNE.pdf'),
        pdfPart('20250616_Résultats_ROCHEBRUNE_JEANNE.pdf'),
      ],
      { lineEnd: '\n' },
    );
    const { value, warnings } = readMessage(bytes);
    expect(value.patient?.ins?.value).toBe(jeanne); // ECO.2.1.2: by METADATA.XML
    expect(value.subject).toMatchObject({ ok: true, familyName: 'ROCHEBRUNE', givenName: 'JEANNE', birthDate: '12/03/1958' });
    expect(value.body.text).toBe('Veuillez trouver ci-joint');
    expect(value.attachments.map((file) => file.name)).toEqual([
      'IHE_XDM.zip',
      '20250616_Compte rendu é_ROCHEBRUNE_JEANNE.pdf',
      '20250616_Résultats_ROCHEBRUNE_JEANNE.pdf',
    ]);
    expect(warnings.filter((one) => one.code !== 'MESSAGE_MIME' && one.code !== 'MESSAGE_ARCHIVE')).toEqual([]);
  });

  it('decodes latin-1 bodies and 8-bit headers, and tells the charset it had to assume', () => {
    const bytes = mail([
      'From: =?iso-8859-1?Q?H=E9l=E8ne_Mar=E9chal?= <helene@labo.mssante.test>',
      'Message-ID: <x@labo.mssante.test>',
      new Uint8Array(Buffer.from('Subject: R\u00e9sultats', 'latin1')),
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: 8bit',
      '',
      new Uint8Array(Buffer.from('Tension \u00e9lev\u00e9e', 'latin1')),
    ]);
    const { value, warnings } = readMessage(bytes);
    expect([value.from[0]?.name, value.subjectText, value.body.text?.trim()]).toEqual(['Hélène Maréchal', 'Résultats', 'Tension élevée']);
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: 'MESSAGE_MIME', message: expect.stringContaining('MIME_HEADER_8BIT') }),
    );
    const wrong = mail([
      'Message-ID: <x@a.test>',
      'Content-Type: text/plain; charset=x-unknown',
      '',
      new Uint8Array(Buffer.from('\u00e9', 'latin1')),
    ]);
    expect(readMessage(wrong).warnings).toContainEqual(
      expect.objectContaining({ code: 'MESSAGE_MIME', message: expect.stringContaining('MIME_CHARSET') }),
    );
  });

  it('gives the body with LF line ends whatever stood in the mail', () => {
    for (const lineEnd of ['\n', '\r\n']) {
      const bytes = mail(['Message-ID: <x@a.test>', 'Content-Type: text/plain', '', 'un', 'deux'], { lineEnd });
      expect(readMessage(bytes).value.body.text).toBe('un\ndeux\n');
    }
  });

  it('does not take the archive of a forwarded message for the archive of the mail', () => {
    const inner = mixed([textPart('avant'), archivePart(report)], { subject: announcing });
    const bytes = mixed(
      [
        textPart('Pour information'),
        part(['Content-Type: message/rfc822', 'Content-Disposition: attachment; filename="IHE_XDM.ZIP.eml"'], [inner]),
      ],
      { subject: 'TR: des documents', boundary: 'outer' },
    );
    const { value } = readMessage(bytes);
    expect([value.xdm, value.patient, value.xdmError]).toEqual([null, null, null]);
    expect(value.body.text).toBe('Pour information');
    expect(value.attachments.map((file) => file.mediaType)).toEqual(['message/rfc822']);
    expect(readMessage(value.attachments[0]?.bytes() ?? new Uint8Array()).value.patient?.ins?.value).toBe(jeanne);
  });

  it.each([
    'IHE_XDM.ZIP',
    'ihe_xdm.zip',
    'IHE_XDM (1).zip',
    'IHE XDM.zip',
    'IHE-XDM.ZIP',
    'IHE_XDM_2.zip',
    'IHE_XDM-20260302.zip',
    'C:\\temp\\IHE_XDM.ZIP',
  ])('knows the archive by its name %j even unannounced, and says so', (name) => {
    const bytes = mixed([textPart('x'), archivePart(report, name.replaceAll('\\', '\\\\')), pdfPart('a.pdf')], { subject: 'Bonjour' });
    expect(readMessage(bytes).value.patient?.ins?.value).toBe(jeanne);
    expect(codes(bytes)).toContain('MESSAGE_SUBJECT_WITHOUT_PREFIX');
  });

  it('opens a zip of another name only when the subject announces documents', () => {
    expect(readMessage(renamed(announcing)).value.patient?.ins?.value).toBe(jeanne);
    expect(readMessage(renamed('Photos de vacances')).value.xdm).toBeNull();
  });

  it('finds the archive among other zips of an announcing mail, whatever their order', () => {
    const other = testdata('xdm/failure/ERR_MSS_XDM_NO_METADATA--archive-in-an-archive.zip');
    for (const parts of [
      [archivePart(other, 'photos.zip'), archivePart(report, 'documents.zip')],
      [archivePart(report, 'documents.zip'), archivePart(other, 'photos.zip')],
    ]) {
      const { value } = readMessage(mixed([textPart('x'), ...parts, pdfPart('a.pdf')]));
      expect([value.patient?.ins?.value, value.xdmError]).toEqual([jeanne, null]);
    }
  });

  it('finds an archive that lost its name and type on the way', () => {
    const nameless = part(
      ['Content-Type: application/octet-stream', 'Content-Transfer-Encoding: base64', 'Content-Disposition: attachment'],
      base64Lines(report),
    );
    expect(readMessage(mixed([textPart('x'), nameless, pdfPart('a.pdf')])).value.patient?.ins?.value).toBe(jeanne);
  });

  it('keeps what a mark before the prefix announces, and a prefix without its fields is still a prefix', () => {
    const marked = mixed([textPart('x'), archivePart(report), pdfPart('a.pdf')], { subject: `[Annule et remplace] ${announcing}` });
    expect(codes(marked)).not.toContain('MESSAGE_SUBJECT_WITHOUT_PREFIX');
    const bare = mixed([textPart('x'), archivePart(report, 'documents.zip'), pdfPart('a.pdf')], { subject: 'XDM/1.0/DDM+' });
    expect(readMessage(bare).value.patient?.ins?.value).toBe(jeanne);
    expect(codes(bare)).not.toContain('MESSAGE_SUBJECT_WITHOUT_PREFIX');
    expect(codes(plain('XDM/1.0/DDM+'))).toContain('MESSAGE_SUBJECT_WITHOUT_ARCHIVE');
  });

  it('says when an announced archive or the PDF is missing', () => {
    expect(codes(plain(announcing))).toContain('MESSAGE_SUBJECT_WITHOUT_ARCHIVE');
    expect(codes(mixed([textPart('x'), archivePart(report)]))).toContain('MESSAGE_NO_PDF');
    expect(codes(mixed([textPart('x'), archivePart(report), pdfPart('a.pdf')]))).not.toContain('MESSAGE_NO_PDF');
  });
});

describe('several archives in one mail', () => {
  const other = archiveOf('002-lettre-de-liaison-pdf');

  it('of two patients give neither patient nor archive, and an error: one mail concerns one person [ECO.2.1.1]', () => {
    const { value, warnings } = readMessage(
      mixed([textPart('x'), archivePart(report), archivePart(other, 'IHE_XDM (1).ZIP'), pdfPart('a.pdf')]),
    );
    expect([value.xdm, value.patient]).toEqual([null, null]);
    expect(value.xdmError).toMatchObject({ code: 'ERR_MSS_MESSAGE_TWO_PATIENTS', requirement: 'ECO.2.1.1' });
    expect(warnings.map((one) => one.code)).toContain('MESSAGE_SEVERAL_ARCHIVES');
    // Both are there for a person to look at.
    expect(value.archives.map((one) => one.xdm?.patient?.birthName)).toEqual(['ROCHEBRUNE', expect.not.stringMatching(/^ROCHEBRUNE$/)]);
    expect(value.attachments).toHaveLength(3);
    expect(JSON.stringify([value.xdmError?.message, value.xdmError?.details, warnings])).not.toMatch(/258038|ROCHEBRUNE|JEANNE|1958/i);
  });

  it('of one patient give the first and all of them', () => {
    const second = archiveOf('011-biologie-remplacement');
    const { value, warnings } = readMessage(mixed([textPart('x'), archivePart(report), archivePart(second), pdfPart('a.pdf')]));
    expect([value.patient?.ins?.value, value.xdmError, value.archives.length]).toEqual([jeanne, null, 2]);
    expect(warnings.map((one) => one.code)).toContain('MESSAGE_SEVERAL_ARCHIVES');
  });

  it('of which one cannot be read name its error beside the other', () => {
    for (const parts of [
      [archivePart(report), archivePart(report.subarray(0, 400))],
      [archivePart(report.subarray(0, 400)), archivePart(report)],
    ]) {
      const { value } = readMessage(mixed([textPart('x'), ...parts, pdfPart('a.pdf')]));
      expect(value.patient?.ins?.value).toBe(jeanne);
      expect(value.xdmError?.code).toMatch(/^ERR_MSS_ZIP_/);
    }
  });
});

describe('a broken archive does not lose the mail', () => {
  it.each([
    ['not a zip', new Uint8Array(Buffer.from('ceci est un texte')), 'ERR_MSS_ZIP_NOT_A_ZIP'],
    ['empty', new Uint8Array(), /^ERR_MSS_ZIP_/],
    ['cut', report.subarray(0, report.length >> 1), /^ERR_MSS_ZIP_/],
    ['without METADATA', testdata('xdm/failure/ERR_MSS_XDM_NO_METADATA--archive-in-an-archive.zip'), 'ERR_MSS_XDM_NO_METADATA'],
  ] as const)('%s', (_what, bytes, code) => {
    const { value, warnings } = readMessage(mixed([textPart('Bonjour'), archivePart(bytes), pdfPart('a.pdf')]));
    expect(value.xdmError?.code).toEqual(typeof code === 'string' ? code : expect.stringMatching(code));
    expect([value.xdm, value.patient, value.body.text]).toEqual([null, null, 'Bonjour']);
    expect(value.attachments).toHaveLength(2);
    expect(warnings.map((one) => one.code)).toContain('MESSAGE_ARCHIVE_UNREADABLE');
    expect(describeMessage(value).xdm).toBeNull();
  });

  it('nor does an archive over a limit', () => {
    const { value } = readMessage(mixed([textPart('Bonjour'), archivePart(report)]), { limits: { entryBytes: 1000 } });
    expect(value.xdmError?.code).toMatch(/^ERR_MSS_ZIP_/);
    expect(value.body.text).toBe('Bonjour');
  });
});

describe('headers and bodies of foreign mails', () => {
  it('reads groups, IDN domains and Reply-To', () => {
    const { value } = readMessage(
      plain('x', ['Cc: Équipe: <a@xn--hpital-ixa.mssante.test>, b@b.test;', 'Reply-To: "Accueil" <accueil@b.test>']),
    );
    expect(value.cc.map((one) => one.address)).toEqual(['a@hôpital.mssante.test', 'b@b.test']);
    expect(value.replyTo).toEqual([{ name: 'Accueil', address: 'accueil@b.test' }]);
  });
  it('reads a mail with hidden recipients only', () => {
    const { value } = readMessage(
      mail(['From: a@b.test', 'To: undisclosed-recipients:;', 'Message-ID: <x@b.test>', 'Subject: x', '', 'y']),
    );
    expect(value.to).toEqual([]);
  });
  it('says that the Message-ID is missing or unusable', () => {
    expect(codes(mail(['From: a@b.test', 'Subject: x', '', 'y']))).toContain('MESSAGE_NO_MESSAGE_ID');
    expect(readMessage(mail(['From: a@b.test', 'Message-ID: rien', '', 'y'])).value.messageId).toBeNull();
    expect(codes(plain('x'))).not.toContain('MESSAGE_NO_MESSAGE_ID');
  });
  it('derives the text of an HTML-only mail, and says so', () => {
    const bytes = mail([
      'Message-ID: <x@b.test>',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<html><head><title>t</title><body><p>Bonjour&nbsp;à vous</p>',
    ]);
    expect(readMessage(bytes).value.body.text).toBe('Bonjour\u00a0à vous');
    expect(codes(bytes)).toContain('MESSAGE_HTML_ONLY');
  });
  it('gives the first of repeated X-MSS headers, names in upper case', () => {
    const { value } = readMessage(plain('x', ['X-Mss-Nil: DEV935997', 'X-MSS-NIL: AUTRE', 'X-MSS-MES: FIN']));
    expect(value.xMss).toEqual({ 'X-MSS-NIL': 'DEV935997', 'X-MSS-MES': 'FIN' });
  });
  it('keeps attachments that look like bodies: a text file, a second text', () => {
    const file = part(['Content-Type: text/plain; charset=utf-8', 'Content-Disposition: attachment; filename="notes.txt"'], ['notes']);
    const { value } = readMessage(mixed([file, textPart('corps'), textPart('pied de page')], { subject: 'x' }));
    expect(value.body.text).toBe('corps');
    expect(value.attachments.map((one) => [one.name, Buffer.from(one.bytes()).toString()])).toEqual([
      ['notes.txt', 'notes'],
      [null, 'pied de page'],
    ]);
  });
});

describe('hostile mails', () => {
  it('over a limit are refused with the limit, before anything is decoded', () => {
    const giant = plain('x', [`X-Flood: ${'a'.repeat(300 * 1024)}`]);
    expect(() => readMessage(giant)).toThrow(expect.objectContaining({ code: 'ERR_MSS_MIME_LIMIT' }));
    expect(() => readMessage(plain('x'), { limits: { messageBytes: 10 } })).toThrow(
      expect.objectContaining({ code: 'ERR_MSS_MIME_LIMIT' }),
    );
    const deep = Array.from({ length: 40 }, (_, depth) => [`Content-Type: multipart/mixed; boundary=b${depth}`, '', `--b${depth}`]).flat();
    expect(() => readMessage(mail(['Message-ID: <x@b.test>', ...deep]))).toThrow(expect.objectContaining({ code: 'ERR_MSS_MIME_LIMIT' }));
  });
  it('that are no mail are refused', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array([0, 1, 2, 255]), new Uint8Array(Buffer.from('\r\n\r\nx'))]) {
      expect(() => readMessage(bytes)).toThrow(expect.objectContaining({ code: 'ERR_MSS_MIME_NOT_A_MESSAGE' }));
    }
  });
  it('with a multipart whose boundary never appears keep their bytes', () => {
    const { value, warnings } = readMessage(
      mail(['Message-ID: <x@b.test>', 'Content-Type: multipart/mixed; boundary=never', '', 'Bonjour']),
    );
    expect(Buffer.from(value.attachments[0]?.bytes() ?? []).toString()).toContain('Bonjour');
    expect(warnings.map((one) => one.code)).toContain('MESSAGE_MIME');
  });
  it('have names of files that are never paths of ours', () => {
    const { value } = readMessage(mixed([textPart('x'), pdfPart('../../etc/passwd')], { subject: 'x' }));
    expect(value.attachments[0]?.name).toBe('../../etc/passwd');
  });
  it('say nothing of the patient in any warning', () => {
    const secret = /ROCHEBRUNE|JEANNE|258038708599044|1958/i;
    for (const bytes of [
      mixed([textPart('JEANNE'), archivePart(report)], {
        subject: 'Re: xdm/1.0/ddm CR ROCHEBRUNE JEANNE 12-03-1958',
        headers: ['Cc: ROCHEBRUNE JEANNE <', 'Cc: 258038708599044@@patient.mssante.fr'],
      }),
      mixed([textPart('JEANNE'), archivePart(report.subarray(0, 900), 'IHE_XDM_ROCHEBRUNE.zip')], { subject: 'JEANNE ROCHEBRUNE' }),
    ]) {
      const { value, warnings } = readMessage(bytes);
      expect(warnings.length).toBeGreaterThan(1);
      expect(secret.test(JSON.stringify([warnings, value.xdmError?.message, value.xdmError?.details, value.xdmError?.stack]))).toBe(false);
    }
  });
});
