/** Bad input gives the documented status and an error that says nothing of the patient, in JSON and for people. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { cda, mss, temporaryFolder } from './support.js';

const failures = fileURLToPath(new URL('../../../tooling/testdata/xdm/failure/', import.meta.url));
const file = temporaryFolder();
const shape = {
  code: expect.stringMatching(/^ERR_MSS_[A-Z0-9_]+$/),
  message: expect.stringMatching(/^.{5,200}$/),
  requirement: expect.toBeOneOf([null, expect.stringMatching(/^ECO\./)]),
};
/** Names, matricule and dates of the fictitious people of the test data. */
const personal = /ROCHEBRUNE|VALLONGUE|JEANNE|LECA|258038708599044|149072A00499114|1958/i;

/** Archives that were read, and must not be filed. */
const negative =
  /^ERR_MSS_XDM_(AMBIGUOUS_METADATA|DOCUMENT_(AMBIGUOUS|DESCRIBED_TWICE|MISSING)|HASH_MISMATCH|SIZE_MISMATCH|IDENTITY_MISMATCH|NO_DOCUMENTS|NO_METADATA|NO_PATIENT|TWO_PATIENTS|URI_UNSAFE)/;

describe('mss xdm inspect of a bad archive', () => {
  it.each(readdirSync(failures))('%s', async (name) => {
    const { status, json } = await mss(['xdm', 'inspect', `${failures}${name}`, '--json']);
    expect(json.error).toEqual(shape);
    expect(json.error.code).toBe(name.replace(/(--.*)?\.zip$/, ''));
    expect(status).toBe(negative.test(name) ? 1 : 2);
    expect(JSON.stringify(json.error)).not.toMatch(personal);
  });
  it('a document with DOCTYPE in a good archive is not readable, whatever the archive', async () => {
    const { status, json } = await mss(['xdm', 'inspect', `${failures}ERR_MSS_XDM_DOCUMENT_UNREADABLE--doctype.zip`, '--json']);
    expect({ status, ok: json.ok, cause: json.problems[0].cause }).toEqual({ status: 2, ok: false, cause: 'ERR_MSS_XML_DOCTYPE' });
  });
  it('a bad archive does not lose the mail it came in', async () => {
    const zip = readFileSync(`${failures}ERR_MSS_ZIP_ENCRYPTED.zip`).toString('base64');
    const mail = `From: a@b.test\r\nMessage-ID: <1@b.test>\r\nSubject: Bonjour\r\nMIME-Version: 1.0\r\nContent-Type: application/zip; name="IHE_XDM.ZIP"\r\nContent-Transfer-Encoding: base64\r\n\r\n${zip}\r\n`;
    const { status, json } = await mss(['message', 'inspect', '-', '--json'], mail);
    expect({ status, json }).toMatchObject({
      status: 2,
      json: { messageId: '<1@b.test>', from: { address: 'a@b.test' }, xdm: null, error: { code: 'ERR_MSS_ZIP_ENCRYPTED' } },
    });
  });
});

describe('errors', () => {
  const letter = cda('002-lettre-de-liaison-pdf');
  const report = cda('001-biologie-hemogramme');
  const build = ['message', 'build', '--from', 'Dr_Claire_MOREAU <c@cabinet.mssante.test>', '--mailbox-kind', 'per', '-o', file('x.eml')];
  it.each([
    ['an unknown option with a name in it', ['ins', 'check', '1', '--ROCHEBRUNE'], 2],
    ['a command that is a matricule', ['258038708599044'], 2],
    ['one word too many', ['ins', 'check', '1', 'ROCHEBRUNE'], 2],
    ['a choice that is a name', ['ins', 'check', '1', '--environment', 'ROCHEBRUNE'], 2],
    ['a profile that is a name', ['ins', 'check', '1', '--profile', 'ROCHEBRUNE'], 2],
    ['a matricule that is none', ['ins', 'check', '258038708599044ROCHEBRUNE'], 1],
    ['a matricule that is none, for an address', ['ins', 'address', '2580387085990440', '--status', 'qualifiee'], 1],
    ['a status that is a name', ['ins', 'address', '258038708599044', '--status', 'ROCHEBRUNE'], 1],
    ['a file that is not there', ['cda', 'inspect', '/tmp/ROCHEBRUNE/258038708599044.xml'], 2],
    ['a folder for a file', ['cda', 'inspect', '/'], 2],
    ['an output that cannot be written', ['cda', 'pdf', report, '-o', '/nowhere/ROCHEBRUNE.pdf'], 2],
    ['an output that is standard output', ['xdm', 'pack', report, '-o', '-'], 2],
    [
      'a folder that cannot be made',
      [
        'xdm',
        'inspect',
        fileURLToPath(new URL('../../../tooling/testdata/xdm/success/OK--plain.zip', import.meta.url)),
        '--extract',
        '/dev/null/ROCHEBRUNE',
      ],
      2,
    ],
    ['a subject that is none', ['subject', 'parse', 'ROCHEBRUNE JEANNE 12/03/1958'], 1],
    ['two patients', ['subject', 'format', report, letter], 1],
    ['a recipient that is none', [...build, '--subject', 'x', '--to', 'JEANNE ROCHEBRUNE'], 2],
    [
      "another patient's address",
      [...build, '--cda', report, '--to', '149072A00499114@patient.mssante.fr', '--ins-status', 'qualifiee'],
      1,
    ],
    ['an attachment that is not there', [...build, '--subject', 'x', '--to', 'a@b.test', '--attach', '/nowhere/ROCHEBRUNE.pdf'], 2],
    ['a scenario that is not there', ['sandbox', '--scenario', '/nowhere/ROCHEBRUNE.json'], 2],
    ['a certificate that is not there', ['tls', 'probe', '127.0.0.1:1', '--ca', '/nowhere/ROCHEBRUNE.pem'], 2],
    ['a certificate that is none', ['tls', 'probe', '127.0.0.1:1', '--ca', report], 2],
    [
      'a CDA that is a mail',
      ['cda', 'inspect', fileURLToPath(new URL('../../../tooling/testdata/receipts/030-none-ordinary.eml', import.meta.url))],
      2,
    ],
    ['a mail that is nothing', ['message', 'inspect', '/dev/null'], 2],
    ['a receipt that is nothing', ['receipt', 'inspect', '/dev/null'], 2],
  ])('%s', async (_what, args, expected) => {
    const asJson = await mss([...args, '--json']);
    expect({ status: asJson.status, error: asJson.json.error, stderr: asJson.stderr }).toEqual({
      status: expected,
      error: shape,
      stderr: '',
    });
    expect(JSON.stringify(asJson.json.error)).not.toMatch(personal);
    const { stderr } = await mss(args);
    expect(stderr).not.toMatch(personal);
    expect(stderr).toMatch(/mss : .+ \(ERR_MSS_[A-Z0-9_]+(, ECO\.[\d.]+)?\)\n$/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
  it('standard input stands for one file only', async () => {
    const { status, json } = await mss(['xdm', 'pack', '-', '-', '-o', file('twice.zip'), '--json'], readFileSync(report));
    expect({ status, code: json.error.code }).toEqual({ status: 2, code: 'ERR_MSS_CLI_USAGE' });
  });
  it('text that is not UTF-8 is said to be so', async () => {
    writeFileSync(file('latin1.txt'), Buffer.from('à bient\u00f4t', 'latin1'));
    const { status, json } = await mss([...build, '--subject', 'x', '--to', 'a@b.test', '--text', file('latin1.txt'), '--json']);
    expect({ status, code: json.error.code }).toEqual({ status: 2, code: 'ERR_MSS_CLI_ENCODING' });
  });
  it('an endless input stops at the limit', async () => {
    const { status, json } = await mss(['ins', 'check', '1', '--json']);
    expect(status).toBe(1);
    expect(json.ok).toBe(false);
    const flood = await mss(['cda', 'inspect', '/dev/zero', '--json']);
    expect({ status: flood.status, code: flood.json.error.code }).toEqual({ status: 2, code: 'ERR_MSS_CLI_TOO_LARGE' });
  });
});
