import { stat } from 'node:fs/promises';

import type { SecretSource } from '../../config/field.js';
import type { MssConfig } from '../../config/config.js';
import type { Workplace } from '../../session/workplace.js';
import type { Examination } from './check.js';

const dayMs = 86_400_000;
const days = (from: Date, to: Date): number => Math.floor((to.getTime() - from.getTime()) / dayMs);
const day = (at: Date): string => at.toISOString().slice(0, 10);

/** The configuration itself: what it allows, and who may read it and its secrets. */
export async function checkConfiguration(place: Workplace, found: Examination): Promise<void> {
  const { inlineSecrets, dangers } = place.loaded;
  if (dangers.length > 0) {
    const list = dangers.join(', ');
    found.warning('configuration', { fr: `protections désactivées : ${list}`, en: `protections switched off: ${list}` });
  } else if (inlineSecrets.length > 0) {
    const list = inlineSecrets.join(', ');
    found.warning('configuration', {
      fr: `secrets en clair : ${list} – écrivez-les { "env": … } ou { "file": … }`,
      en: `secrets as plain text: ${list} – write them { "env": … } or { "file": … }`,
    });
  } else found.ok('configuration', { fr: 'complète', en: 'complete' });
  await checkPermissions(place, found);
}

async function checkPermissions(place: Workplace, found: Examination): Promise<void> {
  if (process.platform === 'win32') {
    found.skipped('permissions', { fr: 'droits des fichiers : à vérifier dans Windows', en: 'file permissions: to be checked in Windows' });
    return;
  }
  const open: string[] = [];
  for (const [name, path] of privateFiles(place)) {
    const mode = await stat(path).then(
      (one) => one.mode,
      () => 0,
    );
    if ((mode & 0o077) !== 0) open.push(name);
  }
  const list = open.join(', ');
  if (open.length === 0)
    found.ok('permissions', { fr: 'secrets et registre lisibles par vous seul', en: 'secrets and ledger are readable by you alone' });
  else
    found.warning('permissions', {
      fr: `lisible par d’autres utilisateurs : ${list} – chmod 600`,
      en: `readable by other users: ${list} – chmod 600`,
    });
}

/** Files that only their owner should read, by their key in the configuration. */
function privateFiles({ config, loaded }: Workplace): [name: string, path: string][] {
  const files: [string, string][] = [];
  const secret = (name: string, source: SecretSource | undefined): void => {
    if (source?.from === 'file') files.push([name, source.path]);
  };
  const { authentication, clientIdentity: identity, ledger, proxy } = config;
  if (loaded.file !== null && loaded.inlineSecrets.length > 0) files.push(['--config', loaded.file]);
  if (authentication.type === 'password') secret('authentication.password', authentication.password);
  if (authentication.type === 'psc') secret('authentication.clientSecret', authentication.clientSecret);
  if (identity?.type === 'pfx') files.push(['clientIdentity.file', identity.file]);
  if (identity?.type === 'pem') files.push(['clientIdentity.key', identity.key]);
  if (identity !== undefined && identity.type !== 'card') secret('clientIdentity.passphrase', identity.passphrase);
  secret('proxy.password', proxy?.password);
  secret('ledger.key', ledger.key);
  secret('ledger.pseudonymKey', ledger.pseudonymKey);
  if (ledger.store.kind === 'sqlite') files.push(['ledger.store', ledger.store.file]);
  return files;
}

const expirySoonDays = 30;

/** The client certificate: read, and its end told. A card is not logged in to. */
export async function checkIdentity(place: Workplace, found: Examination, now: Date): Promise<void> {
  if (place.config.clientIdentity === undefined) {
    found.skipped('identity', { fr: 'pas de certificat client', en: 'no client certificate' });
    return;
  }
  await found.attempt('identity', async () => {
    const identity = await place.identity();
    if (identity === null) return;
    const { notAfter } = identity.certificate;
    const left = days(now, notAfter);
    const [carte, card] = identity.kind === 'card' ? ['carte présente, ', 'card present, '] : ['', ''];
    const told = {
      fr: `${carte}certificat valable encore ${left} jours (${day(notAfter)})`,
      en: `${card}certificate valid for ${left} more days (${day(notAfter)})`,
    };
    if (left < expirySoonDays)
      found.warning(
        'identity',
        { fr: `${told.fr} – demandez dès maintenant le suivant`, en: `${told.en} – ask for the next one now` },
        { requirement: 'ECO.1.1.5' },
      );
    else found.ok('identity', told);
  });
}

/** The ledger: writable, its tables, its trail, what waits in it. */
export async function checkLedger(place: Workplace, found: Examination, now: Date): Promise<void> {
  const isOpen = await found.attempt('ledger.store', async () => {
    const ledger = await place.ledger();
    // The doctor's visit is a processing on the mailbox like any other, and proves that the ledger can be written.
    await ledger.audit.record({ author: place.author, at: now, action: 'mss.doctor', mailbox: place.address, outcome: 'success' });
    const store = await place.store();
    const versions = await store.all<{ owner: string; version: number }>(
      'SELECT owner, MAX(version) AS version FROM mss_migrations GROUP BY owner ORDER BY owner LIMIT 100',
    );
    const list = versions.map(({ owner, version }) => `${owner} ${version}`).join(', ');
    found.ok('ledger.store', {
      fr: `ouvert et inscriptible (${store.dialect} ; ${list})`,
      en: `open and writable (${store.dialect}; ${list})`,
    });
  });
  if (!isOpen) {
    for (const name of ['ledger.audit', 'outbox', 'inbox'])
      found.skipped(name, { fr: 'le registre ne s’ouvre pas', en: 'the ledger does not open' });
    return;
  }
  const ledger = await place.ledger();
  await found.attempt('ledger.audit', async () => {
    const { ok, events, broken } = await ledger.audit.verify(place.address);
    if (ok)
      found.ok('ledger.audit', {
        fr: `chaîne des traces intacte (${events} événements)`,
        en: `the chain of the audit trail is intact (${events} events)`,
      });
    else
      found.wrong(
        'ledger.audit',
        {
          fr: `chaîne des traces rompue à l’événement ${broken?.seq ?? '?'} (${broken?.reason ?? '?'}) – conservez la base et cherchez qui l’a modifiée`,
          en: `the chain of the audit trail is broken at event ${broken?.seq ?? '?'} (${broken?.reason ?? '?'}) – keep the database and find out who changed it`,
        },
        { requirement: 'ECO.4.1.1', code: 'ERR_MSS_LEDGER_AUDIT_BROKEN' },
      );
  });
  await found.attempt('outbox', async () => {
    const { entries, uncertainRecipients, oldestDueAt } = await ledger.outbox.stats();
    const overdue = oldestDueAt !== null && now.getTime() - oldestDueAt.getTime() > dayMs / 24;
    const told = {
      fr: `${entries.waiting + entries.sending} en attente, ${uncertainRecipients} destinataires incertains`,
      en: `${entries.waiting + entries.sending} waiting, ${uncertainRecipients} recipients uncertain`,
    };
    if (uncertainRecipients > 0)
      found.warning('outbox', {
        fr: `${told.fr} – voir « mss outbox list --state uncertain »`,
        en: `${told.en} – see: mss outbox list --state uncertain`,
      });
    else if (overdue) found.warning('outbox', { fr: `${told.fr} – lancez « mss outbox run »`, en: `${told.en} – run: mss outbox run` });
    else found.ok('outbox', told);
  });
  await found.attempt('inbox', async () => {
    const quarantined = await ledger.inbox.list({ mailbox: place.address, state: 'quarantined', limit: 1000 });
    const told = { fr: `${quarantined.length} en quarantaine`, en: `${quarantined.length} in quarantine` };
    if (quarantined.length > 0)
      found.warning('inbox', {
        fr: `${told.fr} – voir « mss inbox list --state quarantined »`,
        en: `${told.en} – see: mss inbox list --state quarantined`,
      });
    else found.ok('inbox', told);
  });
}

const directoryAgeDays = 8;

/** The local copies of what others publish. */
export async function checkCopies(place: Workplace, found: Examination, now: Date): Promise<void> {
  const { whiteList, directory } = place.config;
  if (whiteList === undefined) found.skipped('white-list', { fr: 'pas de liste blanche configurée', en: 'no white list configured' });
  else await found.attempt('white-list', async () => checkWhiteList(whiteList, { found, now, place }));
  if (directory === undefined) {
    found.skipped('directory', { fr: 'pas de copie de l’annuaire configurée', en: 'no copy of the directory configured' });
    return;
  }
  await found.attempt('directory', async () => {
    const { openConfiguredDirectory } = await import('../../session/directory.js');
    await using opened = await openConfiguredDirectory(directory, place.context.io);
    const [newest] = await opened.directory.snapshots();
    const age = newest === undefined ? null : days(newest.takenAt, now);
    const told = { fr: `copie de l’annuaire d’il y a ${age ?? '?'} jours`, en: `copy of the directory ${age ?? '?'} days old` };
    if (age === null || age > directoryAgeDays)
      found.warning('directory', { fr: `${told.fr} – lancez « mss annuaire sync »`, en: `${told.en} – run: mss annuaire sync` });
    else found.ok('directory', told);
  });
}

const whiteListAgeDays = 7;

async function checkWhiteList(
  list: NonNullable<MssConfig['whiteList']>,
  { found, now, place }: { readonly found: Examination; readonly now: Date; readonly place: Workplace },
): Promise<void> {
  const { openConfiguredWhiteList } = await import('../../session/trust-space.js');
  const { domains, confirmedAt } = await openConfiguredWhiteList(place, list);
  const age = confirmedAt === null ? null : days(confirmedAt, now);
  const told = {
    fr: `${domains} domaines, liste confirmée il y a ${age ?? '?'} jours`,
    en: `${domains} domains, list confirmed ${age ?? '?'} days ago`,
  };
  if (age === null || age > whiteListAgeDays)
    found.warning('white-list', { fr: `${told.fr} – mettez la liste à jour`, en: `${told.en} – bring the list up to date` });
  else found.ok('white-list', told);
}
