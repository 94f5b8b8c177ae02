/**
 * The beginning of a practice's software in the browser: the search of the national directory.
 *
 * npm start -w examples/cabinet-web                        a country of fiction, from the embedded sandbox
 * npm start -w examples/cabinet-web -- --db annuaire.db    a directory made by `mss annuaire sync`
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { isMssError } from '@mss/core';

import { buildPage } from './build-page.ts';
import { openSandboxDirectory, openOwnDirectory } from './directory.ts';
import { createServer } from './server.ts';

const { values } = parseArgs({ options: { db: { type: 'string' }, port: { type: 'string', default: '0' } } });

// INIT_CWD: where the user typed the command.
const own = values.db === undefined ? null : resolve(process.env['INIT_CWD'] ?? '.', values.db);
console.log(own === null ? "Synchronisation de l'annuaire du bac à sable…" : "Ouverture de l'annuaire…");
const opening = own === null ? openSandboxDirectory() : openOwnDirectory(own);
const [page, directory] = await Promise.all([buildPage(), opening]).catch((error: unknown) => {
  if (!isMssError(error)) throw error;
  console.error(`L'annuaire ne peut pas être ouvert (${error.code}) ; le créer avec « mss annuaire sync ».`);
  process.exit(2);
});
if (directory.mailboxes !== null)
  console.log(`${directory.mailboxes} boîtes, ${directory.professionals ?? 0} activités de professionnels.`);

const server = createServer({ search: directory.search, page });
const url = await server.listen({ host: '127.0.0.1', port: Number(values.port) });
console.log(`Annuaire : ${url}/`);
console.log('Ctrl+C pour arrêter.');

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server.close();
  await directory.close();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
