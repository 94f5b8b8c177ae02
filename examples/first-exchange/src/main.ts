/**
 * The first exchange: a practice finds a colleague in the Annuaire, sends health documents to him and to the patient over a
 * conformant channel, and knows in the end what became of each; the colleague's software identifies the patient, files the
 * documents and answers.
 *
 * npm run demo                 the project's own fictitious documents
 * npm run demo -- --cda FILE   the user's own CDA
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { readCda, type CdaDocument } from '@mss/cda';
import { isMssError } from '@mss/core';
import { defaultAccounts, startSandbox } from '@mss/sandbox';

import { verifyChannel } from './chapters/channel.ts';
import { lookUp } from './chapters/directory.ts';
import { accountForDocuments } from './chapters/receipts.ts';
import { readAsPatient, receiveDocuments } from './chapters/receiving.ts';
import { addressOfPatient, sendDocuments } from './chapters/sending.ts';
import { wrapDischargeLetter } from './discharge-letter.ts';
import { writeGallery } from './gallery.ts';
import { createNarrator } from './narrator.ts';
import { openOutput } from './output.ts';
import { openPractice } from './practice.ts';
import { accessOf, colleague, composing, gp, type Stage } from './stage.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
const { values } = parseArgs({ options: { cda: { type: 'string', multiple: true }, output: { type: 'string' } } });

function loadDocuments(): CdaDocument[] {
  if (values.cda !== undefined) {
    // INIT_CWD: where the user typed the command.
    return values.cda.map((file) => readCda(readFileSync(resolve(process.env['INIT_CWD'] ?? '.', file))).value);
  }
  const report = readCda(readFileSync(resolve(root, 'tooling/testdata/cda/001-biologie-hemogramme.xml'))).value;
  const letter = wrapDischargeLetter({
    pdf: readFileSync(resolve(here, '../documents/lettre-de-liaison.pdf')),
    patient: report.header.patient.traits,
  });
  return [report, letter];
}

async function exchange(stage: Stage, documents: readonly CdaDocument[]): Promise<void> {
  const { sandbox } = stage;
  const [first] = documents;
  if (first === undefined) throw new Error('no document');
  await verifyChannel(stage);
  const { address, isInTrustSpace } = await lookUp(stage, 'bernard halle');
  const options = { ...composing, isInTrustSpace };
  await using sender = await openPractice(gp, accessOf(sandbox, gp.address), options);
  await using receiver = await openPractice(colleague, accessOf(sandbox, address), options);
  const patient = addressOfPatient(first);
  await sendDocuments(stage, sender, { documents, colleague: address, patient });
  await receiveDocuments(stage, receiver, { expected: documents.length, replyTo: gp.address });
  if (patient !== null) await readAsPatient(stage, patient);
  await accountForDocuments(stage, sender, documents.length);
}

async function main(): Promise<void> {
  const started = performance.now();
  const documents = loadDocuments();
  const narrator = createNarrator();
  const output = openOutput(resolve(values.output ?? resolve(root, 'demo-output')));
  const addresses = new Set(documents.map(addressOfPatient).filter((address) => address !== null));
  const patients = [...addresses].map((address) => ({ address, kind: 'patient' as const, label: 'Patient' }));
  const sandbox = await narrator.step('Bac à sable démarré : opérateur, IGC de test, Annuaire, Mon espace santé', {}, () =>
    startSandbox({ accounts: [...defaultAccounts, ...patients] }),
  );
  try {
    await exchange({ sandbox, narrator, output }, documents);
  } finally {
    await sandbox.stop();
  }
  output.keep('index.html', 'Cette page', writeGallery(narrator.steps, output.artefacts));
  console.log(`\nTout est dans ${output.folder}/index.html (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

try {
  await main();
} catch (error) {
  if (!isMssError(error)) throw error;
  console.error(`\n✗ Refusé : ${error.message} (${error.code}${error.requirement === undefined ? '' : `, ${error.requirement}`})`);
  if (error.code === 'ERR_MSS_CDA_PDF_EMBEDDED_NOT_PDFA')
    console.error('  Avec Ghostscript installé (commande gs), le PDF encapsulé est rendu conforme.');
  process.exitCode = 1;
}
