import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDirectorySearch, syncExtraction, type DirectorySearch } from '@mss/annuaire-sync';
import { createSecureChannelPolicy, createTrustStore } from '@mss/pki';
import { startSandbox } from '@mss/sandbox';

/** A directory that is open for search, and what it holds where that is known. */
export interface OpenDirectory {
  readonly search: DirectorySearch;
  readonly mailboxes: number | null;
  readonly professionals: number | null;
  close(): Promise<void>;
}

/** A directory that somebody else synchronises. */
export async function openOwnDirectory(db: string): Promise<OpenDirectory> {
  const search = await openDirectorySearch({ db });
  return { search, mailboxes: null, professionals: null, close: () => search.close() };
}

/**
 * Starts the embedded sandbox and synchronises what its Annuaire publishes into a folder of this run: mailboxes, then the
 * professionals who have none. A practice does the same once a day with the addresses of the real one.
 */
export async function openSandboxDirectory(options: { readonly mailboxes?: number } = {}): Promise<OpenDirectory> {
  const folder = await mkdtemp(join(tmpdir(), 'cabinet-web-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const db = join(folder, 'annuaire.db');
    const { mailboxes, professionals } = await synchronise(db, options.mailboxes ?? 2_000);
    const search = await openDirectorySearch({ db });
    const close = async (): Promise<void> => {
      await search.close();
      await removeFolder();
    };
    return { search, mailboxes, professionals, close };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function synchronise(db: string, mailboxes: number): Promise<{ readonly mailboxes: number; readonly professionals: number }> {
  await using sandbox = await startSandbox({ annuaire: { mailboxes } });
  const trust = createTrustStore({ name: 'IGC du bac à sable', anchors: [sandbox.caPem] });
  const policy = createSecureChannelPolicy({ trust });
  try {
    const { mailboxesUrl, professionalsUrl } = sandbox.annuaire;
    const boxes = await syncExtraction({ source: mailboxesUrl, db, policy });
    const people = await syncExtraction({ source: professionalsUrl, db, policy });
    const activities = people.files.find(({ file }) => file === 'activities')?.rows ?? 0;
    return { mailboxes: boxes.rows, professionals: activities };
  } finally {
    await policy.close();
  }
}
