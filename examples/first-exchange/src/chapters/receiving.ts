import type { PatientAddress } from '@mss/ins-address';
import type { ReceivedMessage } from '@mss/message';

import type { Practice } from '../practice.ts';
import { fileInRecord } from '../record-folder.ts';
import type { Stage } from '../stage.ts';

/** The colleague's software files what arrives, answers with read receipts, and the colleague writes back. */
export async function receiveDocuments(
  { narrator, output }: Stage,
  colleague: Practice,
  { expected, replyTo }: { readonly expected: number; readonly replyTo: string },
): Promise<void> {
  narrator.heading('La réception chez le confrère');
  let latest: ReceivedMessage | null = null;
  const summary = await colleague.receive(async ({ message }) => {
    if (message === null) throw new Error('the message was not read');
    await narrator.step(
      'Message remis : patient identifié par METADATA.XML, empreintes vérifiées, document classé',
      { requirements: ['ECO.2.1.2'] },
      async (say) => {
        const filed = fileInRecord(message, output);
        say(`Dossier ${filed.record} : ${filed.documents} CDA, ${filed.pdfs} PDF/A-1`);
      },
    );
    latest = message;
    // Only now is the message acknowledged. The doctor has opened it and agreed to tell.
    return { flags: ['\\Seen'], mdn: 'displayed', mdnConsent: true };
  });
  if (summary.handedOver !== expected) throw new Error(`${summary.handedOver} of ${expected} messages arrived`);
  await narrator.step('Une seconde relève ne remet rien deux fois', {}, async (say) => {
    const again = await colleague.receive(async () => {
      throw new Error('a message was handed over twice');
    });
    say(`${again.handedOver} message remis`);
  });
  if (latest !== null) await answer({ narrator, output }, colleague, { message: latest, replyTo });
  await narrator.step('Accusés de lecture et réponse envoyés', { requirements: ['ECO.2.2.2', 'ECO.3.1.6'] }, async (say) => {
    const { attempts } = await colleague.sendDue();
    say(`${attempts} message(s) confiés à l’opérateur`);
  });
}

async function answer(
  { narrator, output }: Pick<Stage, 'narrator' | 'output'>,
  colleague: Practice,
  { message, replyTo }: { readonly message: ReceivedMessage; readonly replyTo: string },
): Promise<void> {
  await narrator.step('Le confrère répond dans la conversation', { requirements: ['ECO.2.2.2'] }, async (say) => {
    const reply = await colleague.compose({
      to: [{ kind: 'professional', address: replyTo }],
      inReplyTo: { messageId: message.messageId ?? '', references: message.references, subject: message.subjectText },
      text: 'Merci, je revois ce patient en consultation la semaine prochaine.',
    });
    output.keep('reponse.eml', 'Réponse du confrère, rattachée à la conversation', reply.bytes);
    say(`Objet : ${reply.subject}`);
    await colleague.queue(reply, 'reponse-1');
  });
}

/** The patient reads in Mon espace santé, and answers. */
export async function readAsPatient({ sandbox, narrator }: Stage, address: PatientAddress): Promise<void> {
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
