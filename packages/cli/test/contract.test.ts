/** The public contract of `mss`: commands, keys, exit status. */
import { readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { cda, mss, temporaryFolder } from './support.js';

const report = cda('001-biologie-hemogramme');
const file = temporaryFolder();
const send = [
  '--from',
  'Dr_Claire_MOREAU_Cabinet <claire.moreau@cabinet.mssante.test>',
  '--mailbox-kind',
  'per',
  '--to',
  'hugo.bernard@clinique.mssante.test',
];

describe('mss ins', () => {
  it('check: a right matricule', async () => {
    const { status, json } = await mss(['ins', 'check', '258038708599044', '--oid', '1.2.250.1.213.1.4.8', '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      matricule: '258038708599044',
      kind: 'NIR',
      sex: 'F',
      birthYear: '58',
      birthMonth: 3,
      keyExpected: '44',
      problems: [],
    });
  });
  it('check: a wrong key is a negative verdict, with what was found', async () => {
    const { status, json } = await mss(['ins', 'check', '258038708599045', '--json']);
    expect(status).toBe(1);
    expect(json).toMatchObject({
      ok: false,
      kind: null,
      keyExpected: '44',
      error: { code: expect.stringMatching(/^ERR_MSS_INS_/), requirement: 'ECO.2.2.6' },
    });
    expect(JSON.stringify(json.error)).not.toContain('258038708599045');
  });
  it('address: only of a qualified identity', async () => {
    expect(await mss(['ins', 'address', '149072A00499114', '--status', 'qualifiee', '--json'])).toMatchObject({
      status: 0,
      json: { address: '149072A00499114@patient.mssante.fr' },
    });
    expect(await mss(['ins', 'address', '149072A00499114', '--status', 'validee', '--json'])).toMatchObject({
      status: 1,
      json: { error: { code: 'ERR_MSS_INS_NOT_QUALIFIED', requirement: 'ECO.2.2.6' } },
    });
    const test = ['ins', 'address', '279035121518989', '--oid', '1.2.250.1.213.1.4.10', '--status', 'qualifiee', '--json'];
    expect(await mss(test)).toMatchObject({ status: 1, json: { error: { code: 'ERR_MSS_INS_TEST_IDENTITY' } } });
    expect(await mss([...test, '--environment', 'test'])).toMatchObject({ status: 0 });
  });
});

describe('mss subject', () => {
  it('parse', async () => {
    expect((await mss(['subject', 'parse', "XDM/1.0/DDM+CR d'examens biologiques VIAL Paul 26/11/1978", '--json'])).json).toMatchObject({
      ok: true,
      documentCount: null,
      familyName: 'VIAL',
      givenName: 'Paul',
      birthDate: '26/11/1978',
      tolerated: [],
      candidates: [],
    });
    expect(await mss(['subject', 'parse', 'Bonjour', '--json'])).toMatchObject({
      status: 1,
      json: { ok: false, error: { requirement: 'ECO.2.1.3' } },
    });
  });
  it('format', async () => {
    expect((await mss(['subject', 'format', report, '--json'])).json).toEqual({
      subject: "XDM/1.0/DDM+CR d'examens biologiques ROCHEBRUNE JEANNE 12/03/1958",
      pdfNames: ["20250616_CR d'examens biologiques_ROCHEBRUNE_JEANNE_25061600017.pdf"],
    });
  });
});

describe('mss cda', () => {
  it('inspect has the documented keys, from a file or standard input', async () => {
    const keys = [
      'level',
      'documentId',
      'type',
      'title',
      'patient',
      'serviceStart',
      'orderNumbers',
      'author',
      'custodian',
      'legalAuthenticator',
      'embedded',
      'sections',
    ];
    const fromFile = await mss(['cda', 'inspect', report, '--json']);
    expect(Object.keys(fromFile.json)).toEqual(expect.arrayContaining(keys));
    expect(fromFile.json.patient).toMatchObject({
      matricule: '258038708599044',
      birthName: 'ROCHEBRUNE',
      usualName: 'VALLONGUE',
      givenNames: ['JEANNE', 'MARIE', 'LOUISE'],
      birthDate: '19580312',
      sex: 'F',
    });
    const fromInput = await mss(['cda', 'inspect', '-', '--json'], readFileSync(report));
    expect(fromInput.json).toEqual(fromFile.json);
  });
  it.each([
    ['no XML', 'hello', 2],
    ['another XML', '<a/>', 2],
    ['DOCTYPE', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 2],
    ['cut', readFileSync(report).subarray(0, 5000), 2],
    ['without patient', readFileSync(report, 'utf8').replace(/<recordTarget[\s\S]*<\/recordTarget>/, ''), 1],
  ])('inspect refuses %s', async (_what, input, expected) => {
    const { status, json } = await mss(['cda', 'inspect', '-', '--json'], input);
    expect({ status, error: json.error.code }).toEqual({ status: expected, error: expect.stringMatching(/^ERR_MSS_/) });
  });
  it('pdf writes a PDF/A-1a of a level 3 document', async () => {
    const out = file('report.pdf');
    const { status, json } = await mss(['cda', 'pdf', report, '-o', out, '--json']);
    expect({ status, json }).toMatchObject({ status: 0, json: { file: out, conformance: 'PDF/A-1a', pages: expect.any(Number) } });
    expect(readFileSync(out).length).toBe(json.bytes);
  });
  it('pdf refuses an embedded PDF that is not PDF/A-1', async () => {
    const { status, json } = await mss(['cda', 'pdf', cda('002-lettre-de-liaison-pdf'), '-o', file('letter.pdf'), '--json']);
    expect({ status, json }).toMatchObject({ status: 1, json: { error: { code: 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA' } } });
  });
});

describe('mss xdm', () => {
  it('pack, then inspect and extract what was packed', async () => {
    const zip = file('IHE_XDM.ZIP');
    const packed = await mss(['xdm', 'pack', report, '-o', zip, '--submission-time', '20260302093000', '--json']);
    expect(packed).toMatchObject({ status: 0, json: { file: zip, documents: [{ uri: 'DOC0001.XML' }] } });
    const { status, json } = await mss(['xdm', 'inspect', zip, '--extract', file('extracted'), '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject({
      ok: true,
      patient: { matricule: '258038708599044' },
      documents: [{ uri: 'DOC0001.XML', sizeOk: true, hashOk: true, cda: { level: 3 } }],
      tolerated: [],
    });
    expect(json.submissionSet.submissionTime).toBe('20260302093000');
    const [written] = json.extracted;
    expect(written.file).toMatch(/^[0-9a-f]{32}\.xml$/);
    expect(readFileSync(file(`extracted/${written.file}`))).toEqual(readFileSync(report));
  });
  it('pack refuses two patients [ECO.2.1.1]', async () => {
    const { status, json } = await mss(['xdm', 'pack', report, cda('002-lettre-de-liaison-pdf'), '-o', file('two.zip'), '--json']);
    expect({ status, json }).toMatchObject({ status: 1, json: { error: { code: 'ERR_MSS_CDA_TWO_PATIENTS', requirement: 'ECO.2.1.1' } } });
  });
  it('inspect: a changed document is a negative verdict, no archive at all is unreadable', async () => {
    const zip = file('changed.zip');
    await mss(['xdm', 'pack', report, '-o', zip]);
    expect(await mss(['xdm', 'inspect', '-', '--json'], 'PK nothing')).toMatchObject({ status: 2 });
    expect(await mss(['xdm', 'inspect', '-', '--json'], '')).toMatchObject({ status: 2 });
  });
});

describe('mss message', () => {
  it('build, then inspect', async () => {
    const eml = file('mail.eml');
    const built = await mss([
      'message',
      'build',
      ...send,
      '258038708599044@patient.mssante.fr',
      '--ins-status',
      'qualifiee',
      '--cda',
      report,
      '--request',
      'dsn,mdn',
      '-o',
      eml,
      '--json',
    ]);
    expect(built).toMatchObject({
      status: 0,
      json: {
        file: eml,
        messageId: expect.stringMatching(/^<.*>$/),
        attachments: [{ name: 'IHE_XDM.ZIP' }, { mediaType: 'application/pdf' }],
      },
    });
    const { status, json } = await mss(['message', 'inspect', eml, '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject({
      messageId: built.json.messageId,
      inReplyTo: null,
      references: [],
      subject: { ok: true, familyName: 'ROCHEBRUNE' },
      body: { html: null },
      xdm: { ok: true, patient: { matricule: '258038708599044' } },
      receipt: null,
      requested: { dsn: true, mdn: true },
    });
  });
  it.each([
    ['neither documents nor subject', ['--text', 'x'], 2],
    ['a patient without stated status', ['258038708599044@patient.mssante.fr', '--cda', report], 1],
    ['a child’s or another person’s address', ['149072A00499114@patient.mssante.fr', '--ins-status', 'qualifiee', '--cda', report], 1],
    ['a subject that pretends', ['--subject', 'XDM/1.0/DDM+x Y Z'], 1],
    ['a document masked from professionals', ['--cda', cda('010-biologie-masque-ps')], 1],
    ['two patients', ['--cda', report, cda('002-lettre-de-liaison-pdf')], 1],
  ])('build refuses %s', async (_what, extra, expected) => {
    const { status, json } = await mss(['message', 'build', ...send, ...extra, '-o', file('refused.eml'), '--json']);
    expect({ status, code: json.error.code }).toEqual({ status: expected, code: expect.stringMatching(/^ERR_MSS_/) });
  });
});

describe('mss receipt inspect', () => {
  it('says that an ordinary mail is none', async () => {
    const { status, json } = await mss(['receipt', 'inspect', '-', '--json'], 'From: a@b.test\r\nSubject: x\r\n\r\nBonjour\r\n');
    expect({ status, json }).toMatchObject({ status: 1, json: { kind: 'none', recipients: [], error: { code: 'ERR_MSS_RECEIPT_NONE' } } });
  });
});

describe('every command', () => {
  it('says wrong usage with status 2, and speaks French by default', async () => {
    for (const args of [
      ['nonsense'],
      ['ins'],
      ['ins', 'check'],
      ['ins', 'check', '1', '--nonsense'],
      ['cda', 'inspect', '/nowhere.xml'],
      ['ins', 'check', '1', '--profile', 'x'],
    ]) {
      expect({ args, status: (await mss(args)).status }).toEqual({ args, status: 2 });
    }
    expect((await mss(['cda', 'inspect', '/nowhere.xml'])).stderr).toMatch(/^mss : un fichier n'a pas pu être lu/);
    expect((await mss(['cda', 'inspect', '/nowhere.xml', '--lang', 'en'])).stderr).toMatch(/^mss: a file could not be read/);
  });
  it('prints help with status 0', async () => {
    expect(await mss(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('tls') });
    expect(await mss(['help'])).toMatchObject({ status: 0 });
  });
  it('prints for people without --json', async () => {
    const { stdout } = await mss(['ins', 'check', '258038708599044']);
    expect(stdout).toContain('Clé attendue : 44');
    writeFileSync(file('subject.txt'), stdout);
  });
});
