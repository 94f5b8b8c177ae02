/**
 * The first exchange: a practice sends health documents to a colleague and to the patient over a conformant channel;
 * the colleague's software identifies the patient, files the documents and answers; receipts come back.
 *
 * npm run demo                 the project's own fictitious documents
 * npm run demo -- --cda FILE   the user's own CDA
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createDocumentSet, readCda, type CdaDocument } from '@mss/cda';
import { createGhostscriptAdapter } from '@mss/cda-pdf';
import { isMssError } from '@mss/core';
import { patientAddress, qualifyIns, type PatientAddress } from '@mss/ins-address';
import { groupConversations, type ComposeOptions, type MessageDraft, type ReceivedMessage, type Recipient } from '@mss/message';
import { createSecureChannelPolicy, createTrustStore, loadClientIdentity } from '@mss/pki';
import { buildMdn, decideMdn } from '@mss/receipts';
import { defaultAccounts, startSandbox, type Sandbox } from '@mss/sandbox';

import { wrapDischargeLetter } from './discharge-letter.ts';
import { writeGallery } from './gallery.ts';
import { createNarrator } from './narrator.ts';
import { openOutput } from './output.ts';
import { openPractice, type OperatorAccess, type Practice } from './practice.ts';
import { fileInRecord } from './record-folder.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
const { values } = parseArgs({ options: { cda: { type: 'string', multiple: true }, output: { type: 'string' } } });

const gpAddress = 'claire.moreau@cabinet-des-tilleuls.mssante.test';
const colleagueAddress = 'hugo.bernard@cabinet-de-la-halle.mssante.test';
const laboratory = 'sil@laboratoire-du-port.mssante.test';

const narrator = createNarrator();
const output = openOutput(resolve(values.output ?? resolve(root, 'demo-output')));
/** Embedded PDF that are not PDF/A-1 are made conformant where Ghostscript is installed, and refused elsewhere. */
const render = spawnSync('gs', ['--version']).status === 0 ? { convertEmbedded: createGhostscriptAdapter() } : {};
const options: ComposeOptions = {
  environment: 'test',
  zone: '+0100',
  render,
  archive: { unknownClass: 'omit', sender: { software: { name: 'Premier échange', vendor: 'Boîte à outils MSSanté' } } },
};

/** The identity base of the practice's software says that the INS is qualified; the toolkit cannot know it. */
function addressOfPatient(document: CdaDocument): PatientAddress | null {
  const { ins } = document.header.patient.traits;
  if (ins === null) return null;
  try {
    return patientAddress(
      qualifyIns({
        matricule: ins.value,
        oid: ins.oid,
        status: 'qualifiee',
        assertedBy: { kind: 'identity-base', name: 'base patients du cabinet' },
        environment: 'test',
      }),
    );
  } catch (error) {
    if (!isMssError(error)) throw error;
    console.log(`    Pas d'envoi au patient : ${error.message} (${error.code})`);
    return null;
  }
}

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

function accessOf(sandbox: Sandbox, address: string): OperatorAccess {
  const account = sandbox.account(address);
  const certificate = account.clientCertificate;
  const policy = createSecureChannelPolicy({
    trust: createTrustStore({ name: 'IGC de test du bac à sable', anchors: [sandbox.caPem] }),
    ...(certificate === null ? {} : { clientIdentity: loadClientIdentity({ cert: certificate.certPem, key: certificate.keyPem }) }),
  });
  return {
    policy,
    host: sandbox.host,
    servername: sandbox.servername,
    smtpPort: sandbox.ports.smtps,
    imapPort: sandbox.ports.imaps,
    auth: account.password === null ? { type: 'certificate' } : { type: 'password', user: address, password: account.password },
  };
}

async function send(
  from: Practice,
  draft: Omit<MessageDraft, 'from'>,
  names: { readonly title: string; readonly file: string; readonly caption: string },
): Promise<void> {
  const message = await narrator.step(
    `${names.title} : composition`,
    { requirements: ['ECO.2.1.1', 'ECO.2.1.3', 'ECO.2.1.4', 'ECO.2.1.5', 'ECO.2.1.6', 'ECO.2.2.1', 'ECO.2.2.7'] },
    async (say) => {
      const composed = await from.compose(draft);
      say(`Objet : ${composed.subject}`);
      for (const file of composed.attachments) say(`Pièce jointe : ${file.name} (${file.bytes.length} octets)`);
      for (const part of composed.unrendered) say(`Non affiché dans le PDF et signalé : ${part.code}`);
      return composed;
    },
  );
  output.keep(`${names.file}.eml`, names.caption, message.bytes);
  const archive = message.attachments.find((file) => file.mediaType === 'application/zip');
  if (archive !== undefined) output.keep(`${names.file}-IHE_XDM.ZIP`, 'Archive IHE_XDM du message', archive.bytes);
  await narrator.step(
    `${names.title} : envoi`,
    { requirements: ['ECO.1.1.1', 'ECO.1.1.2', 'ECO.1.1.3', 'ECO.1.1.6', 'ECO.2.3.1'] },
    async (say) => {
      const result = await from.submit(message);
      for (const [index, recipient] of result.recipients.entries())
        say(
          `Destinataire ${index + 1} : ${recipient.outcome} (${recipient.code ?? '-'} ${recipient.enhancedStatus ?? ''}), accusé de remise ${recipient.dsn}`,
        );
      if (result.outcome !== 'accepted') throw new Error(`the message was ${result.outcome}`);
    },
  );
}

async function run(sandbox: Sandbox, documents: readonly CdaDocument[]): Promise<void> {
  const [first] = documents;
  if (first === undefined) throw new Error('no document');
  const gp = openPractice(
    { kind: 'personal', address: gpAddress, title: 'Dr', givenName: 'Claire', familyName: 'MOREAU', entity: 'Cabinet des Tilleuls' },
    accessOf(sandbox, gpAddress),
    options,
  );
  const colleague = openPractice(
    { kind: 'personal', address: colleagueAddress, title: 'Dr', givenName: 'Hugo', familyName: 'BERNARD', entity: 'Cabinet de la Halle' },
    accessOf(sandbox, colleagueAddress),
    options,
  );

  narrator.heading('Le canal');
  await narrator.step(
    "Connexion à l'opérateur : version, suite, chaîne et révocation vérifiées avant tout secret",
    { requirements: ['ECO.1.1.1', 'ECO.1.1.2', 'ECO.1.1.3', 'ECO.1.1.4', 'ECO.1.1.5', 'ECO.1.1.6'] },
    async (say) => {
      const { policy, host, servername, smtpPort } = accessOf(sandbox, gpAddress);
      const decision = await policy.warm({ host, port: smtpPort, servername });
      say(`${decision.protocol}, ${decision.cipher}`);
      for (const certificate of decision.chain) say(`Certificat : ${certificate.subject}`);
    },
  );
  await narrator.step('Un opérateur au certificat révoqué est refusé, rien n’est parti', { requirements: ['ECO.1.1.6'] }, async (say) => {
    const variant = await sandbox.startVariant('revoked');
    const { policy, host } = accessOf(sandbox, laboratory);
    try {
      await policy.connect({ host, port: variant.ports.smtps, servername: sandbox.servername });
      throw new Error('the revoked operator was accepted');
    } catch (error) {
      if (!isMssError(error)) throw error;
      say(`${error.code} [${error.requirement ?? ''}]`);
    }
    const seen = [...sandbox.events].filter(
      (event) => event.endpoint === 'revoked' && ((event.decryptedBytes ?? 0) > 0 || (event.clientCertificate ?? null) !== null),
    );
    if (seen.length > 0) throw new Error('the revoked operator saw something');
    say('Vu par cet opérateur : 0 octet déchiffré, aucun certificat client');
  });

  narrator.heading("L'envoi");
  const address = addressOfPatient(first);
  const to: Recipient[] = [
    { kind: 'professional', address: colleagueAddress, name: 'Dr Hugo BERNARD' },
    ...(address === null ? [] : [{ kind: 'patient' as const, address }]),
  ];
  for (const [index, document] of documents.entries()) {
    await send(
      gp,
      {
        to,
        documents: createDocumentSet([document]),
        text: 'Cher confrère,\n\nVeuillez trouver ci-joint un document concernant un patient commun.\n\nBien confraternellement.',
        request: { dsn: true, mdn: true },
      },
      {
        title: `Document ${index + 1} (CDA niveau ${document.level})`,
        file: `envoi-${index + 1}`,
        caption: `Courriel envoyé au confrère${address === null ? '' : ' et au patient'}`,
      },
    );
  }

  narrator.heading('La réception chez le confrère');
  const received = await narrator.step('Relève IMAP', { requirements: ['ECO.1.1.1'] }, async (say) => {
    const messages = await colleague.receive();
    say(`${messages.length} message(s)`);
    return messages.filter((message) => message.xdm !== null);
  });
  if (received.length !== documents.length) throw new Error(`${received.length} of ${documents.length} messages arrived`);
  for (const message of received) {
    await narrator.step(
      'Patient identifié par METADATA.XML, empreintes vérifiées, document classé',
      { requirements: ['ECO.2.1.2'] },
      async (say) => {
        const filed = fileInRecord(message, output);
        say(`Dossier ${filed.record} : ${filed.documents} CDA, ${filed.pdfs} PDF/A-1`);
      },
    );
    await answerReceipt(colleague, message);
  }
  const [latest] = received.slice(-1);
  if (latest !== undefined) {
    await narrator.step('Le confrère répond dans la conversation', { requirements: ['ECO.2.2.2'] }, async (say) => {
      const reply = await colleague.compose({
        to: [{ kind: 'professional', address: gpAddress }],
        inReplyTo: { messageId: latest.messageId ?? '', references: latest.references, subject: latest.subjectText },
        text: 'Merci, je revois ce patient en consultation la semaine prochaine.',
      });
      output.keep('reponse.eml', 'Réponse du confrère, rattachée à la conversation', reply.bytes);
      say(`Objet : ${reply.subject}`);
      const result = await colleague.submit(reply);
      if (result.outcome !== 'accepted') throw new Error(`the answer was ${result.outcome}`);
    });
  }

  if (address !== null) await readAsPatient(sandbox, address);

  narrator.heading('Les accusés, de retour au cabinet');
  await narrator.step(
    'Relève IMAP : accusés de remise (DSN), de lecture (MDN) et réponses',
    { requirements: ['ECO.2.3.1', 'ECO.2.3.2'] },
    async (say) => {
      const back = await gp.receive();
      for (const [index, message] of back.entries()) {
        const { receipt } = message;
        const of = { dsn: 'Accusé de remise', mdn: 'Accusé de lecture', 'integration-failure': "Échec d'intégration", none: 'Message' }[
          receipt.kind
        ];
        const detail =
          receipt.kind === 'dsn'
            ? receipt.recipients.map((one) => `${one.action ?? ''} ${one.status ?? ''}`).join(', ')
            : receipt.kind === 'mdn'
              ? (receipt.disposition?.type ?? '')
              : message.subjectText;
        say(`${of} : ${detail}`);
        output.keep(`retour-${index + 1}-${receipt.kind}.eml`, of, message.mime.bytes);
      }
      const count = (kind: string): number => back.filter((message) => message.receipt.kind === kind).length;
      if (count('dsn') === 0 || count('mdn') === 0) throw new Error('receipts are missing');
      say(`Conversations : ${groupConversations(back).length}`);
    },
  );
}

/** The receiving software tells that it has filed the document, when the sender asked. */
async function answerReceipt(colleague: Practice, message: ReceivedMessage): Promise<void> {
  await narrator.step('Accusé de lecture envoyé au cabinet', { requirements: ['ECO.3.1.6'] }, async (say) => {
    // The doctor opened the document and agreed to tell: `consent`. The rules against loops are in decideMdn.
    const decision = decideMdn({ message: message.mime, policy: 'ask', consent: true });
    if (decision.send !== 'yes') throw new Error(`no read receipt: ${decision.reason}`);
    const mdn = buildMdn({
      original: message.mime,
      to: decision.addresses,
      mailbox: { name: null, address: colleague.sender.address },
      actionMode: 'manual-action',
      sendingMode: 'MDN-sent-manually',
      type: 'displayed',
    });
    const result = await colleague.submitReceipt(mdn);
    say(result.outcome);
  });
}

async function readAsPatient(sandbox: Sandbox, address: PatientAddress): Promise<void> {
  narrator.heading('Mon espace santé');
  await narrator.step('Le patient ouvre les messages dans Mon espace santé', { requirements: ['ECO.2.2.6', 'ECO.2.3.2'] }, async (say) => {
    const space = sandbox.patientSpace(address);
    for (const message of space.inbox()) {
      const { receipt } = space.read(message.id);
      say(`De : ${message.sender} ; pièces jointes : ${message.attachments.length} ; accusé : ${receipt}`);
    }
    const [conversation] = space.conversations();
    const last = conversation?.messages.at(-1);
    if (last !== undefined) say(`Réponse du patient à ${space.reply(last.id, 'Merci docteur, bien reçu.').recipients} professionnel(s)`);
  });
}

async function main(): Promise<void> {
  const started = performance.now();
  const documents = loadDocuments();
  const addresses = new Set(documents.map(addressOfPatient).filter((address) => address !== null));
  const patients = [...addresses].map((address) => ({ address, kind: 'patient' as const, label: 'Patient' }));
  const sandbox = await narrator.step('Bac à sable démarré : opérateur, IGC de test, Mon espace santé', {}, () =>
    startSandbox({ accounts: [...defaultAccounts, ...patients] }),
  );
  try {
    await run(sandbox, documents);
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
