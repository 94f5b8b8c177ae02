/** What people read: a label for every key, values in words, help in their language. */
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { formatForPeople } from '../src/people.js';
import { cda, mss, temporaryFolder, unlabelled } from './support.js';

const file = temporaryFolder();
const data = (path: string): string => fileURLToPath(new URL(`../../../tooling/testdata/${path}`, import.meta.url));
const report = cda('001-biologie-hemogramme');

const lines: readonly (readonly string[])[] = [
  ['ins', 'check', '258038708599045'],
  ['ins', 'address', '258038708599044', '--status', 'qualifiee'],
  ['subject', 'parse', "Re: XDM/1.0/DDM+CR d'examens biologiques VIAL Paul 26/11/1978"],
  ['subject', 'parse', 'XDM/1.0/DDM+INCONNU DE LA PIERRE MARIE ANNE 26/11/1978'],
  ['subject', 'format', report],
  ['cda', 'inspect', report],
  ['cda', 'inspect', cda('002-lettre-de-liaison-pdf')],
  ['cda', 'pdf', report, '-o', file('a.pdf')],
  ['xdm', 'pack', report, '-o', file('a.zip')],
  ['xdm', 'inspect', file('a.zip'), '--extract', file('x')],
  ['xdm', 'inspect', data('xdm/failure/ERR_MSS_XDM_IDENTITY_MISMATCH--birth-name.zip')],
  ['xdm', 'inspect', data('xdm/failure/ERR_MSS_XDM_DOCUMENT_UNREADABLE--doctype.zip')],
  ['xdm', 'inspect', data('xdm/success/XDM_UNDESCRIBED_FILE.zip')],
  ['xdm', 'inspect', data('xdm/success/XDM_SEVERAL_SUBSETS.zip')],
  [
    'message',
    'build',
    '--from',
    'Dr_A_MARTIN <a@b.test>',
    '--mailbox-kind',
    'per',
    '--to',
    'c@d.test',
    '--cda',
    report,
    '-o',
    file('a.eml'),
  ],
  ['message', 'inspect', file('a.eml')],
  ['receipt', 'inspect', data('receipts/002-dsn-failed-three-recipients.eml')],
  ['receipt', 'inspect', data('receipts/011-mdn-integration-error.eml')],
  ['receipt', 'inspect', data('receipts/030-none-ordinary.eml')],
];

describe('results for people', () => {
  it('have a label for every key', async () => {
    const missing = new Set<string>();
    for (const line of lines) {
      const { json } = await mss([...line, '--json']);
      for (const key of unlabelled(json)) missing.add(`${line.slice(0, 2).join(' ')}: ${key}`);
    }
    expect([...missing]).toEqual([]);
  });
  it('never show an object or an English label by mistake', async () => {
    for (const line of lines) {
      const { stdout } = await mss(line);
      expect(stdout).not.toMatch(/\[object|undefined|null|NaN/);
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
  });
  it('speak French by default and English on demand', async () => {
    const french = await mss(['ins', 'check', '258038708599045']);
    expect(french.stdout).toBe(
      'Valide : non\nMatricule INS : 258038708599045\nNature : –\nSexe : féminin\nAnnée de naissance : 58\nMois de naissance : 3\nClé attendue : 44\nAnomalies :\n  - INS_KEY – la clé est fausse\n',
    );
    expect(french.stderr).toBe('mss : la clé du matricule INS est fausse (ERR_MSS_INS_KEY, ECO.2.2.6)\n');
    const english = await mss(['--lang', 'en', 'ins', 'check', '258038708599045']);
    expect(english.stdout).toMatch(/^Valid: no\nINS matricule: 258038708599045\nKind: –\nSex: F\n/);
    expect(english.stderr).toBe('mss: the key of the matricule is wrong (ERR_MSS_INS_KEY, ECO.2.2.6)\n');
  });
  it('give the sentence of a finding in French', async () => {
    const { stdout } = await mss(['xdm', 'inspect', data('xdm/failure/ERR_MSS_XDM_HASH_MISMATCH.zip')]);
    expect(stdout).toContain("Message : l'empreinte d'un document n'est pas celle de METADATA.XML");
  });
  it('keep the lines of a text, and let nothing steer the terminal', () => {
    const shown = formatForPeople(
      { text: 'un\n\u001b[31mdeux\u202e\nx', checkedAt: new Date(0), birthDate: '19580312', to: [], documents: [{ uri: 'a', bytes: 1 }] },
      'fr',
    );
    expect(shown).toBe(
      'Texte :\n  un\n   [31mdeux\n  x\nVérifié le : 1970-01-01T00:00:00.000Z\nDate de naissance : 12/03/1958\nÀ : –\nDocuments :\n  - Fichier dans l’archive : a\n    Octets : 1\n',
    );
  });
});

describe('help and usage', () => {
  it.each([
    [['help'], /Utilisation : mss .*\n[\s\S]*Commandes :[\s\S]*sandbox/],
    [['--help'], /Utilisation : mss /],
    [['help', 'message'], /Utilisation : mss message /],
    [['help', 'message', 'build'], /Utilisation : mss message build [\s\S]*--mailbox-kind <nature>[\s\S]*obligatoire/],
    [['message', 'build', '--help'], /Utilisation : mss message build /],
    [['message', 'help', 'build'], /Utilisation : mss message build /],
    [['help', 'sandbox'], /--port-base/],
    [['help', 'tls', 'probe', '--lang', 'en'], /^Usage: mss tls probe [\s\S]*deadline in milliseconds/],
    [['--version'], /^\d+\.\d+\.\d+\n$/],
  ])('%j', async (args, expected) => {
    const { status, stdout, stderr } = await mss(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(expected);
    if (!args.includes('en')) expect(stdout).not.toMatch(/Usage:|Options:|Commands:|default:|choices:|display help/);
  });
  it.each([
    [[], /Commandes :[\s\S]*une commande manque après mss : ins, /],
    [['ins'], /une commande manque après mss ins : check, address/],
    [['insa', 'check'], /commande inconnue \(ins \?\)/],
    [['message', 'buidl'], /commande inconnue \(build \?\) ; mss message connaît : build, inspect ; voir « mss help message »/],
    [['ins', 'check'], /l'argument <matricule> manque ; voir « mss help ins check »/],
    [['ins', 'check', '1', '--jsno'], /option inconnue de mss ins check \(--json \?\)/],
    [['ins', 'check', '1', '--oid'], /l'option --oid <oid> attend une valeur/],
    [['message', 'build', '--to', 'x'], /l'option --from <libellé> est obligatoire/],
    [['ins', 'check', '1', '2'], /trop d'arguments/],
    [['ins', 'check', '1', '--lang', 'de'], /la valeur de --lang <langue> n'est pas valable \(fr, en\)/],
    [['ins', 'check', '1', '--profile', 'ref1'], /la valeur de --profile <profil> n'est pas valable \(ref2-0\.1, ref2-1\.0\.1\)/],
    [['help', 'nonsense'], /commande inconnue ; mss connaît/],
    [['help', 'ins', 'nonsense'], /mss ins connaît/],
    [['tls', 'probe', 'host'], /HÔTE:PORT/],
    [['tls', 'probe', 'host:99999'], /HÔTE:PORT/],
    [['xdm', 'pack', report, '-o', 'x', '--submission-time', '2026'], /AAAAMMJJhhmmss/],
  ])('%j is wrong usage', async (args, expected) => {
    const { status, stdout, stderr } = await mss(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(expected);
    const json = await mss([...args, '--json']);
    expect(json).toMatchObject({ status: 2, stderr: '', json: { error: { code: 'ERR_MSS_CLI_USAGE', requirement: null } } });
    expect(Object.keys(json.json)).toEqual(['error']);
  });
});
