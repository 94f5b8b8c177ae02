import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDirectorySearch, openWhiteList, syncExtraction, type WhiteList } from '@mss/annuaire-sync';
import { isMssError } from '@mss/core';
import { composeMessage } from '@mss/message';
import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';

import { composing, gp, type Stage } from '../stage.ts';

/** Whom to write to: found in the practice's own copy of the Annuaire Santé, inside the trust space of the white list. */
export interface AddressBook {
  /** The mailbox that was found. */
  readonly address: string;
  readonly isInTrustSpace: WhiteList['isInTrustSpace'];
}

/** Synchronises the Annuaire and the white list, and finds the colleague as a doctor types. */
export async function lookUp({ sandbox, narrator }: Stage, typed: string): Promise<AddressBook> {
  narrator.heading("L'Annuaire Santé");
  const folder = await mkdtemp(join(tmpdir(), 'first-exchange-annuaire-'));
  const db = join(folder, 'annuaire.db');
  const policy = createSecureChannelPolicy({ trust: createTrustStore({ name: 'IGC du bac à sable', anchors: [sandbox.caPem] }) });
  try {
    await narrator.step('Extraction publique synchronisée sur le poste', {}, async (say) => {
      const { rows, rejected } = await syncExtraction({ source: sandbox.annuaire.mailboxesUrl, db, policy });
      say(`${rows} lignes, ${rejected} écartée(s)`);
    });
    const address = await narrator.step(`Recherche « ${typed} »`, {}, async (say) => {
      const search = await openDirectorySearch({ db });
      try {
        const { hits } = await search.search(typed, { limit: 3 });
        for (const { entry } of hits)
          say(`${entry.givenName ?? ''} ${entry.familyName ?? ''}, ${entry.organisation ?? ''} : ${entry.address}`);
        const found = hits[0]?.entry.address ?? null;
        if (found === null) throw new Error('the colleague is not in the directory');
        return found;
      } finally {
        await search.close();
      }
    });
    const whiteList = await narrator.step('Liste blanche : un destinataire hors de l’espace de confiance est refusé', {}, async (say) => {
      const list = await openWhiteList({ url: sandbox.annuaire.whiteListUrl, policy });
      await list.refresh();
      say(`${list.status().domains} domaines`);
      const draft = { from: gp, to: [{ kind: 'professional' as const, address: 'quelquun@courriel.example' }], text: 'Bonjour' };
      try {
        await composeMessage(draft, { ...composing, isInTrustSpace: list.isInTrustSpace });
        throw new Error('an address outside the trust space was accepted');
      } catch (error) {
        if (!isMssError(error)) throw error;
        say(error.code);
      }
      return list;
    });
    return { address, isInTrustSpace: whiteList.isInTrustSpace };
  } finally {
    await policy.close();
    await rm(folder, { recursive: true, force: true });
  }
}
