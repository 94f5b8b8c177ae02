import { utf8Encode } from '@mss/core';
import { parseMime } from '@mss/formats/mime';
import { decideMdn, inspectReceipt, type Receipt } from '@mss/receipts';
import { describe, expect, it } from 'vitest';

const sender = 'cabinet.moreau@medecin.mssante.test';

const mail = (lines: readonly string[]): Receipt => inspectReceipt(parseMime(utf8Encode(lines.join('\r\n'))).value);

const readReceipt = (fields: readonly string[], type = 'multipart/report; report-type=disposition-notification; boundary=b'): Receipt =>
  mail([
    'Return-Path: <>',
    'From: service.cardio@ch.mssante.test',
    `To: ${sender}`,
    'Subject: Lu',
    `Content-Type: ${type}`,
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Lu',
    '--b',
    'Content-Type: message/disposition-notification',
    '',
    ...fields,
    '--b--',
    '',
  ]);

describe('read receipts as programs write them [RFC 8098 §3]', () => {
  const displayed = {
    kind: 'mdn',
    originalMessageId: '<envoi-42@medecin.mssante.test>',
    recipients: [{ finalRecipient: 'service.cardio@ch.mssante.test' }],
    disposition: { actionMode: 'manual-action', sendingMode: 'MDN-sent-manually', type: 'displayed', modifiers: [] },
    errors: [],
  };

  it.each([
    [
      'folded',
      [
        'Final-Recipient:',
        ' rfc822;',
        '\tservice.cardio@ch.mssante.test',
        'Original-Message-ID:',
        ' <envoi-42',
        ' @medecin.mssante.test>',
        'Disposition: manual-action/',
        ' MDN-sent-manually;',
        ' displayed',
      ],
    ],
    [
      'remarks',
      [
        'Final-Recipient: rfc822; service.cardio@ch.mssante.test (Cardiologie)',
        'Original-Message-ID: (a) <envoi-42@medecin.mssante.test> (b)',
        'Disposition: manual-action (clic)/MDN-sent-manually (oui); displayed (lu)',
      ],
    ],
    [
      'a name before the address',
      [
        'Final-Recipient: rfc822; Cardiologie <service.cardio@ch.mssante.test>',
        'Original-Message-ID: <envoi-42@medecin.mssante.test>',
        'Disposition: manual-action/MDN-sent-manually; displayed',
      ],
    ],
    [
      'no brackets',
      [
        'Final-Recipient: rfc822;<service.cardio@ch.mssante.test>',
        'Original-Message-ID: <envoi-42@medecin.mssante.test>',
        'Disposition: manual-action/MDN-sent-manually;displayed',
      ],
    ],
  ] as const)('%s', (_, fields) => {
    expect(readReceipt(fields)).toMatchObject(displayed);
  });

  it('capitals everywhere', () => {
    const fields = [
      'FINAL-RECIPIENT: RFC822; SERVICE.CARDIO@CH.MSSANTE.TEST',
      'ORIGINAL-MESSAGE-ID: <envoi-42@medecin.mssante.test>',
      'DISPOSITION: MANUAL-ACTION/MDN-SENT-MANUALLY; DISPLAYED',
    ];
    expect(readReceipt(fields, 'MULTIPART/REPORT; REPORT-TYPE="Disposition-Notification"; boundary=b')).toMatchObject({
      ...displayed,
      recipients: [{ finalRecipient: 'SERVICE.CARDIO@CH.MSSANTE.TEST' }],
    });
  });

  it('the label of an error keeps its brackets', () => {
    const disposition = 'Disposition: automatic-action/MDN-sent-automatically; processed/Error: 906^Autre erreur (base fermée)';
    expect(readReceipt(['Final-Recipient: rfc822; a@ch.mssante.test', disposition]).errors).toEqual([
      { code: '906', label: 'Autre erreur (base fermée)' },
    ]);
  });
});

describe('the mark of an integration failure in a subject [ANS]', () => {
  const withSubject = (subject: string, more: readonly string[] = []): readonly string[] => [
    'From: service.cardio@ch.mssante.test',
    `To: ${sender}`,
    `Disposition-Notification-To: service.cardio@ch.mssante.test`,
    'Return-Path: <service.cardio@ch.mssante.test>',
    'In-Reply-To: <envoi-42@medecin.mssante.test>',
    `Subject: ${subject}`,
    ...more,
    '',
    'Bonjour, ce patient est bien le vôtre ?',
    '',
  ];

  it('a person who answers such a mail, or passes it on, sends a mail: it is no receipt, and may be answered', () => {
    for (const subject of ['Re: [KO Intégration système !][902] XDM/1.0/DDM+CR', 'TR : RE: [KO Intégration système !][902]']) {
      expect(mail(withSubject(subject)).kind).toBe('none');
      const message = parseMime(utf8Encode(withSubject(subject).join('\r\n'))).value;
      expect(decideMdn({ message, policy: 'always' }).send).toBe('yes');
    }
  });

  it('a system that writes "Re:" and says that it is one sends a receipt', () => {
    const subject = 'Re: [KO Intégration système !][902] XDM/1.0/DDM+CR';
    const failure = { kind: 'integration-failure', errors: [{ code: '902', label: 'Identifiant patient inconnu' }] };
    expect(mail(withSubject(subject, ['Auto-Submitted: auto-replied']))).toMatchObject(failure);
    expect(mail(withSubject(subject).map((line) => (line.startsWith('Return-Path') ? 'Return-Path: <>' : line)))).toMatchObject(failure);
    expect(mail(withSubject('[KO Intégration système !][902] XDM/1.0/DDM+CR'))).toMatchObject(failure);
  });
});
