import type { ReceiptVerdict } from '@mss/ledger';

import type { Practice } from '../practice.ts';
import type { Stage } from '../stage.ts';
import { documentId, outcomeOf } from './sending.ts';

const verdicts: Partial<Readonly<Record<ReceiptVerdict, string>>> = {
  delivered: 'remis dans sa boîte',
  displayed: 'affiché',
  replied: 'a répondu',
};

const kinds = {
  dsn: 'Accusé de remise',
  mdn: 'Accusé de lecture',
  'integration-failure': "Échec d'intégration",
  reply: 'Réponse',
  none: 'Message',
};

/** Back at the sender: receipts and answers come in, and for each document the ledger says what is known, and why. */
export async function accountForDocuments({ narrator, output }: Stage, gp: Practice, count: number): Promise<void> {
  narrator.heading('Ce que le cabinet sait de chaque document');
  await narrator.step('Relève : accusés et réponses', { requirements: ['ECO.2.3.1', 'ECO.2.3.2'] }, async (say) => {
    let returned = 0;
    const summary = await gp.receive(async ({ receipt, message }) => {
      const kind = receipt?.kind ?? 'none';
      returned += 1;
      say(`${kinds[kind]}${receipt?.matched === true ? ', rattaché à son document' : ''}`);
      if (message !== null) output.keep(`retour-${returned}-${kind}.eml`, kinds[kind], message.mime.bytes);
    });
    say(`Copies à soi-même, preuves de ce que le serveur a pris : ${summary.own}`);
  });
  for (let index = 0; index < count; index += 1) {
    await narrator.step(`Document ${index + 1} : ${await outcomeOf(gp, index)}`, {}, async (say) => {
      const { lines } = await gp.ledger.outbox.show(documentId(index));
      const proof = lines.find(({ what }) => what === 'proved-taken');
      if (proof !== undefined)
        say(`Était incertain ; prouvé par : ${proof.evidence === 'self-copy' ? 'la copie à soi-même' : proof.evidence}`);
      const known = await gp.ledger.receipts.whatIsKnown(documentId(index));
      for (const { index: position, verdict, why } of known?.recipients ?? [])
        say(
          `Destinataire ${position + 1} : ${verdicts[verdict] ?? verdict} (${why.map(({ fact, trust }) => `${fact ?? '-'}: ${trust}`).join(', ')})`,
        );
      const unknown = known?.recipients.filter(({ why }) => why.length === 0) ?? [];
      if (known === null || unknown.length > 0) throw new Error('receipts are missing');
    });
  }
  await narrator.step('Traces du cabinet : chaîne vérifiée', { requirements: ['ECO.4.1.1', 'ECO.4.1.2'] }, async (say) => {
    const verdict = await gp.ledger.audit.verify(gp.sender.address);
    if (!verdict.ok) throw new Error('the audit chain is broken');
    say(`${verdict.events} traces, sans donnée du patient`);
  });
}
