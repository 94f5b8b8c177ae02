import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDocumentSet, readCda, type CdaDocument, type DocumentSet } from '@mss/cda';
import { readZip } from '@mss/formats/zip';
import { buildXdm, readXdm } from '@mss/xdm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Every archive that we write, read by tools that share no code with ours: unzip (Info-ZIP), Python's zipfile, bsdtar
 * (libarchive). The runner of this suite installs them; one that is not there is a failure.
 */
const documentsFolder = fileURLToPath(new URL('../testdata/cda', import.meta.url));
const corpusFolder = join(process.env['MSS_CORPUS'] ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url)), 'xdm');
const corpusAvailable = existsSync(corpusFolder);
const corpusNote = corpusAvailable ? '' : ' (skipped: no corpus; set MSS_CORPUS)';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');

const ownDocuments = readdirSync(documentsFolder)
  .filter((name) => name.endsWith('.xml'))
  .toSorted()
  .map((name) => ({ name: name.slice(0, -4), document: readCda(new Uint8Array(readFileSync(join(documentsFolder, name)))).value }));

/** The documents of each patient, in the order of their names. */
function documentsByPatient(): readonly (readonly [CdaDocument, ...CdaDocument[]])[] {
  const groups = new Map<string, [CdaDocument, ...CdaDocument[]]>();
  for (const { document } of ownDocuments) {
    const { ins } = document.header.patient.traits;
    if (ins === null) continue;
    const known = groups.get(ins.value);
    if (known === undefined) groups.set(ins.value, [document]);
    else known.push(document);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

interface Written {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly documents: readonly CdaDocument[];
}

function written(name: string, set: DocumentSet): Written {
  const stylesheet = Buffer.from('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>');
  const cites = set.documents.some((document) => document.stylesheetHref === 'FSTYLE.XSL');
  const options = { submissionTime: '20260301081500', unknownClass: 'omit', ...(cites ? { stylesheet } : {}) } as const;
  return { name, bytes: buildXdm(set, options).bytes, documents: set.documents };
}

const fromOwn = [
  ...ownDocuments.map(({ name, document }) => written(name, createDocumentSet([document]))),
  ...documentsByPatient().map((group, index) => written(`patient-${index + 1}-${group.length}-documents`, createDocumentSet(group))),
];
const fromCorpus = corpusAvailable
  ? readdirSync(corpusFolder).map((name) => {
      const document = readXdm(new Uint8Array(readFileSync(join(corpusFolder, name, 'IHE_XDM.ZIP')))).value.documents[0]?.cda;
      if (document === undefined || document === null) throw new Error('an archive of the corpus without CDA');
      return written(name, createDocumentSet([document]));
    })
  : [];

let folder = '';
const fileOf = (archive: Written): string => join(folder, `${archive.name}.zip`);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mss-foreign-'));
  for (const archive of [...fromOwn, ...fromCorpus]) writeFileSync(fileOf(archive), archive.bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a tool; one that is not installed fails the test. */
function run(command: string, args: readonly string[]): SpawnSyncReturns<string> {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
  if (result.error !== undefined) throw result.error;
  return result;
}

/** The files of an archive by name, SHA-1 of each: documents by their own bytes, the rest by our reader. */
function filesOf(archive: Written): Readonly<Record<string, string>> {
  const entries = readZip(archive.bytes).value.entries.filter((entry) => !entry.isDirectory);
  const files = Object.fromEntries(entries.map((entry) => [entry.name, sha1(entry.read())]));
  for (const [index, document] of archive.documents.entries()) {
    files[`IHE_XDM/SUBSET01/DOC${String(index + 1).padStart(4, '0')}.XML`] = sha1(document.bytes);
  }
  return files;
}

const python = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    assert not any(info.flag_bits & 0x9 for info in archive.infolist())
    print(json.dumps({i.filename: hashlib.sha1(archive.read(i)).hexdigest() for i in archive.infolist() if not i.is_dir()}))
`;

/** Names and contents of an extracted folder. */
function extracted(root: string, below = ''): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? Object.entries(extracted(root, path)) : [[path, sha1(readFileSync(join(root, path)))]];
    }),
  );
}

function checkWithAll(archive: Written): void {
  const expected = filesOf(archive);
  const file = fileOf(archive);

  const tested = run('unzip', ['-t', file]);
  expect(tested.stderr).toBe('');
  expect(tested.stdout).toContain('No errors detected in compressed data');
  expect(tested.status).toBe(0);

  const zipfile = run('python3', ['-c', python, file]);
  expect(zipfile.stderr).toBe('');
  const byPython: unknown = JSON.parse(zipfile.stdout);
  expect(byPython).toEqual(expected);

  const target = join(folder, 'extracted');
  mkdirSync(target);
  try {
    const untarred = run('bsdtar', ['-xf', file, '-C', target]);
    expect(untarred.stderr).toBe('');
    expect(untarred.status).toBe(0);
    expect(extracted(target)).toEqual(expected);
  } finally {
    rmSync(target, { recursive: true });
  }
}

describe('archives of the project’s own documents are read by unzip, zipfile and bsdtar [XDM §1.1]', () => {
  it('are one for each document, and some with several', () => {
    expect(fromOwn.filter((archive) => archive.documents.length === 1).length).toBeGreaterThanOrEqual(14);
    expect(fromOwn.some((archive) => archive.documents.length > 1)).toBe(true);
  });

  it.each(fromOwn.map((archive) => [archive.name, archive] as const))('%s', (_name, archive) => checkWithAll(archive));
});

describe.skipIf(!corpusAvailable)(`archives of the CDA of ANS are read by unzip, zipfile and bsdtar${corpusNote}`, () => {
  it.each(fromCorpus.map((archive) => [archive.name, archive] as const))('%s', (_name, archive) => checkWithAll(archive));
});

describe('the tools find what is wrong', () => {
  it('a damaged content is refused by each of them', () => {
    const [archive] = fromOwn;
    if (archive === undefined) throw new Error('no archive');
    const damaged = new Uint8Array(archive.bytes);
    const at = Buffer.from(damaged.buffer).indexOf('DOC0001.XML') + 200;
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    const file = join(folder, 'damaged.zip');
    writeFileSync(file, damaged);
    const target = join(folder, 'damaged');
    mkdirSync(target);
    expect(run('unzip', ['-t', file]).status).not.toBe(0);
    expect(run('python3', ['-c', python, file]).status).not.toBe(0);
    expect(run('bsdtar', ['-xf', file, '-C', target]).status).not.toBe(0);
  });
});
