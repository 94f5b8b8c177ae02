import { createDocumentSet, type CdaDocument } from '@mss/cda';
import { isMssError } from '@mss/core';
import { patientAddress, qualifyIns, type PatientAddress } from '@mss/ins-address';
import type { Recipient } from '@mss/message';

import type { Practice } from '../practice.ts';
import type { Stage } from '../stage.ts';

/** Name of a document for the software's own use: nothing of the patient. */
export const documentId = (index: number): string => `document-${index + 1}`;

/** The identity base of the practice's software says that the INS is qualified; the toolkit cannot know it. */
export function addressOfPatient(document: CdaDocument): PatientAddress | null {
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

/** Documents go to the colleague and to the patient; the workstation is switched off in between, and the line breaks once. */
export async function sendDocuments(
  stage: Stage,
  from: Practice,
  {
    documents,
    colleague,
    patient,
  }: { readonly documents: readonly CdaDocument[]; readonly colleague: string; readonly patient: PatientAddress | null },
): Promise<void> {
  const { narrator, sandbox } = stage;
  narrator.heading("L'envoi");
  const to: Recipient[] = [
    { kind: 'professional', address: colleague, name: 'Dr Hugo BERNARD' },
    ...(patient === null ? [] : [{ kind: 'patient' as const, address: patient }]),
  ];
  for (const [index, document] of documents.entries()) await queueDocument(stage, from, { document, index, to });
  await narrator.step('Le poste est éteint puis rallumé : rien n’est perdu', {}, async (say) => {
    await from.restart();
    say(`Documents à envoyer : ${(await from.ledger.outbox.list()).length}`);
  });
  // The server takes a message, and the line breaks before it can say so.
  sandbox.addFault({ server: 'smtp', command: 'CONTENT', action: 'disconnect-after' });
  await narrator.step(
    'Envoi ; la liaison est coupée une fois, juste avant la réponse du serveur',
    { requirements: ['ECO.1.1.1', 'ECO.1.1.2', 'ECO.1.1.3', 'ECO.1.1.6', 'ECO.2.3.1'] },
    async (say) => {
      await from.sendDue();
      for (const [index] of documents.entries()) say(`Document ${index + 1} : ${await outcomeOf(from, index)}`);
    },
  );
}

async function queueDocument(
  { narrator, output }: Stage,
  from: Practice,
  { document, index, to }: { readonly document: CdaDocument; readonly index: number; readonly to: readonly Recipient[] },
): Promise<void> {
  await narrator.step(
    `Document ${index + 1} (CDA niveau ${document.level}) composé et confié à la boîte d'envoi`,
    { requirements: ['ECO.2.1.1', 'ECO.2.1.3', 'ECO.2.1.4', 'ECO.2.1.5', 'ECO.2.1.6', 'ECO.2.2.1', 'ECO.2.2.7'] },
    async (say) => {
      const message = await from.compose({
        to,
        documents: createDocumentSet([document]),
        text: 'Cher confrère,\n\nVeuillez trouver ci-joint un document concernant un patient commun.\n\nBien confraternellement.',
        request: { dsn: true, mdn: true },
      });
      say(`Objet : ${message.subject}`);
      for (const file of message.attachments) say(`Pièce jointe : ${file.name} (${file.bytes.length} octets)`);
      for (const part of message.unrendered) say(`Non affiché dans le PDF et signalé : ${part.code}`);
      output.keep(`envoi-${index + 1}.eml`, `Courriel envoyé au confrère${to.length === 1 ? '' : ' et au patient'}`, message.bytes);
      const archive = message.attachments.find((file) => file.mediaType === 'application/zip');
      if (archive !== undefined) output.keep(`envoi-${index + 1}-IHE_XDM.ZIP`, 'Archive IHE_XDM du message', archive.bytes);
      await from.queue(message, documentId(index));
    },
  );
}

/** In French: what the outbox says of a document. */
export async function outcomeOf(from: Practice, index: number): Promise<string> {
  const { outcome } = await from.ledger.outbox.show(documentId(index));
  const words: Readonly<Record<string, string>> = {
    accepted: 'accepté par l’opérateur',
    uncertain: 'incertain, et surtout pas renvoyé à l’aveugle',
  };
  return words[outcome] ?? outcome;
}
