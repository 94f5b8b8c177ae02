import { lookup, resolveSrv } from 'node:dns/promises';

import { MssError, withDeadline } from '@mss/core';
import { probeTls, type TlsProbe } from '@mss/pki';
import { openSmtpSession, type MailService } from '@mss/transport';

import { proxyOf, revocationOf, trustOf } from '../../session/channel.js';
import { domainOf, type MailboxServer } from '../../session/servers.js';
import type { Workplace } from '../../session/workplace.js';
import type { Examination } from './check.js';

const services: readonly MailService[] = ['imap', 'smtp'];
const hourMs = 3_600_000;
const instant = (at: Date | null): string => (at === null ? '–' : `${at.toISOString().slice(0, 16)}Z`);

/** Where the servers are: configuration or autoconfiguration, then their names. */
export async function checkServers(place: Workplace, found: Examination): Promise<ReadonlyMap<MailService, MailboxServer>> {
  const servers = new Map<MailService, MailboxServer>();
  const automatic = place.config.servers === 'auto';
  if (!automatic)
    found.skipped('autoconfiguration', { fr: 'serveurs écrits dans la configuration', en: 'servers stand in the configuration' });
  else await checkSrv(place, found);
  const name = automatic ? 'autoconfiguration' : 'servers';
  await found.attempt(name, async () => {
    for (const service of services) if (automatic || has(place, service)) servers.set(service, await place.server(service));
    const list = [...servers].map(([service, { host, port }]) => `${service} ${host}:${port}`).join(', ');
    if (automatic) found.ok(name, { fr: `trouvés : ${list}`, en: `found: ${list}` });
  });
  for (const [service, { host }] of servers) {
    if (place.config.proxy !== undefined)
      found.skipped(`dns.${service}`, { fr: 'le proxy résout les noms', en: 'the proxy resolves names' });
    else
      await found.attempt(`dns.${service}`, async () => {
        const addresses = await lookup(host, { all: true }).catch((cause: unknown) => {
          throw new MssError('ERR_MSS_TLS_UNREACHABLE', 'the name of the server cannot be resolved', {
            cause,
            permanent: false,
            details: { french: `le nom ${host} n’est pas connu du DNS` },
          });
        });
        const list = addresses.map(({ address }) => address).join(', ');
        found.ok(`dns.${service}`, { fr: `${host} : ${list}`, en: `${host}: ${list}` });
      });
  }
  return servers;
}

const has = ({ config }: Workplace, service: MailService): boolean => config.servers === 'auto' || config.servers[service] !== undefined;

/** SRV records are one of two ways: that there are none is no fault. */
async function checkSrv(place: Workplace, found: Examination): Promise<void> {
  const domain = domainOf(place.address);
  const records = await Promise.all(
    ['_imaps', '_imap', '_submissions', '_submission'].map(async (service) => resolveSrv(`${service}._tcp.${domain}`).catch(() => [])),
  );
  const list = records
    .flat()
    .map(({ name, port }) => `${name}:${port}`)
    .join(', ');
  if (list === '')
    found.warning('dns.srv', { fr: `le domaine ${domain} n’a pas d’enregistrement SRV`, en: `the domain ${domain} has no SRV records` });
  else found.ok('dns.srv', { fr: list, en: list });
}

/** The channel to each server, without any credential. */
export async function checkChannels(
  place: Workplace,
  found: Examination,
  about: { readonly servers: ReadonlyMap<MailService, MailboxServer>; readonly timeoutMs: number; readonly now: Date },
): Promise<void> {
  const seen: TlsProbe[] = [];
  for (const [service, server] of about.servers) {
    await found.attempt(`tls.${service}`, async () => {
      const probe = await probeTls({
        host: server.host,
        port: server.port,
        mailboxDomain: server.mailboxDomain,
        starttls: server.security === 'starttls' ? service : 'none',
        profile: place.profile,
        trust: await trustOf(place.config, place.context.io),
        revocation: revocationOf(place.config),
        ...(await proxyOf(place.config, place.context.io)),
        ...(server.servername === undefined ? {} : { servername: server.servername }),
        timeoutMs: about.timeoutMs,
      });
      seen.push(probe);
      if (probe.refusal !== null) throw refusalOf(probe);
      tellChannel(service, probe, { found, now: about.now });
    });
  }
  tellClock(seen, found, about.now);
}

function refusalOf({ refusal }: TlsProbe): MssError {
  const { code = 'ERR_MSS_TLS_HANDSHAKE', reason = '', requirement } = refusal ?? {};
  return new MssError(code, reason, requirement === null || requirement === undefined ? {} : { requirement });
}

function tellChannel(service: MailService, probe: TlsProbe, { found, now }: { readonly found: Examination; readonly now: Date }): void {
  const { protocol, cipher, chain, revocation } = probe;
  const [leaf] = chain;
  const left = leaf === undefined ? 0 : Math.floor((leaf.notAfter.getTime() - now.getTime()) / (24 * hourMs));
  const suite = `${protocol ?? '–'}, ${cipher ?? '–'}`;
  const told = { fr: `${suite}, certificat valable encore ${left} jours`, en: `${suite}, certificate valid for ${left} more days` };
  if (left < 15)
    found.warning(
      `tls.${service}`,
      { fr: `${told.fr} – prévenez l’opérateur`, en: `${told.en} – tell the operator` },
      { requirement: 'ECO.1.1.5' },
    );
  else found.ok(`tls.${service}`, told);
  const { method, nextUpdate, certificates } = revocation;
  const oldest = certificates
    .map((one) => one.thisUpdate)
    .reduce<Date | null>((first, at) => (at !== null && (first === null || at < first) ? at : first), null);
  const age = oldest === null ? '?' : String(Math.max(0, Math.round((now.getTime() - oldest.getTime()) / hourMs)));
  const words = {
    fr: `${certificates.length} certificats vérifiés (${method ?? '–'}), preuve de ${age} h, prochaine ${instant(nextUpdate)}`,
    en: `${certificates.length} certificates checked (${method ?? '–'}), evidence ${age} h old, next ${instant(nextUpdate)}`,
  };
  if (nextUpdate !== null && nextUpdate.getTime() - now.getTime() < hourMs)
    found.warning(
      `revocation.${service}`,
      { fr: `${words.fr} – bientôt périmée`, en: `${words.en} – soon stale` },
      { requirement: 'ECO.1.1.7' },
    );
  else found.ok(`revocation.${service}`, words);
}

const clockToleranceMs = 5 * 60_000;

/** Nothing signed lately may lie in the future; a clock that is ahead shows as expired CRLs and certificates above. */
function tellClock(probes: readonly TlsProbe[], found: Examination, now: Date): void {
  const signed = probes.flatMap(({ chain, revocation }) => [
    ...chain.slice(0, -1).map((one) => one.notBefore),
    ...revocation.certificates.flatMap((one) => one.thisUpdate ?? []),
  ]);
  const latest = signed.reduce<Date | null>((last, at) => (last === null || at > last ? at : last), null);
  if (latest === null) {
    found.skipped('clock', { fr: 'aucune preuve datée pour comparer l’heure', en: 'no dated evidence to compare the clock with' });
    return;
  }
  const behind = latest.getTime() - now.getTime();
  if (behind > clockToleranceMs) {
    found.warning(
      'clock',
      {
        fr: `l’horloge de ce poste retarde d’au moins ${Math.ceil(behind / 60_000)} minutes – mettez-la à l’heure (NTP)`,
        en: `the clock of this machine is at least ${Math.ceil(behind / 60_000)} minutes behind – set it (NTP)`,
      },
      { requirement: 'ECO.1.1.5' },
    );
  } else
    found.ok('clock', {
      fr: `en accord avec les preuves datées (la plus récente : ${instant(latest)})`,
      en: `agrees with dated evidence (the latest: ${instant(latest)})`,
    });
}

const usualExtensions = ['CONDSTORE', 'IDLE', 'UIDPLUS', 'SPECIAL-USE'];
/** What patients' mailboxes take, encoded. */
const patientBytes = 25_000_000;

/** Signs in to both servers, looks at what they offer, sends nothing. */
export async function checkSignIn(
  place: Workplace,
  found: Examination,
  about: { readonly servers: ReadonlyMap<MailService, MailboxServer>; readonly timeoutMs: number },
): Promise<void> {
  if (about.servers.has('imap')) {
    await found.attempt('authentication.imap', () => checkImap(place, found, about.timeoutMs));
  }
  const smtp = about.servers.get('smtp');
  if (smtp !== undefined)
    await found.attempt('authentication.smtp', () => checkSmtp(place, found, { server: smtp, timeoutMs: about.timeoutMs }));
}

async function checkImap(place: Workplace, found: Examination, timeoutMs: number): Promise<void> {
  const deadline = withDeadline(timeoutMs, place.context.io.stop);
  try {
    await using mailbox = await place.openMailbox(deadline.signal);
    found.ok('authentication.imap', { fr: 'la BAL s’ouvre', en: 'the mailbox opens' });
    const missing = usualExtensions.filter((one) => !mailbox.capabilities.includes(one));
    if (missing.length === 0) found.ok('capabilities.imap', { fr: usualExtensions.join(', '), en: usualExtensions.join(', ') });
    else
      found.warning('capabilities.imap', {
        fr: `absents : ${missing.join(', ')} – la réception marche, moins vite ou sans partage entre postes`,
        en: `missing: ${missing.join(', ')} – receiving works, more slowly or without sharing between workstations`,
      });
    await found.attempt('quota', async () => {
      const quota = await mailbox.quota({ signal: deadline.signal });
      const { storage = null } = quota ?? {};
      if (storage === null) {
        found.skipped('quota', { fr: 'le serveur n’annonce pas de quota', en: 'the server tells no quota' });
        return;
      }
      const used = Math.round((100 * storage.usedBytes) / Math.max(1, storage.limitBytes));
      const told = { fr: `BAL remplie à ${used} %`, en: `mailbox ${used} % full` };
      if (used >= 90)
        found.warning('quota', { fr: `${told.fr} – archivez ou supprimez des messages`, en: `${told.en} – archive or delete messages` });
      else found.ok('quota', told);
    });
  } finally {
    deadline.release();
  }
}

async function checkSmtp(
  place: Workplace,
  found: Examination,
  about: { readonly server: MailboxServer; readonly timeoutMs: number },
): Promise<void> {
  const { userName: _userName, ...server } = about.server;
  const deadline = withDeadline(about.timeoutMs, place.context.io.stop);
  try {
    await using session = await openSmtpSession(
      { policy: await place.policy(), ...server, auth: await place.auth() },
      { signal: deadline.signal },
    );
    found.ok('authentication.smtp', { fr: 'l’envoi est ouvert', en: 'submission is open' });
    const { dsn, maxSizeBytes } = session.capabilities;
    const size =
      maxSizeBytes === null
        ? { fr: 'taille non annoncée', en: 'size not told' }
        : { fr: `${Math.floor(maxSizeBytes / 1e6)} Mo au plus`, en: `${Math.floor(maxSizeBytes / 1e6)} MB at most` };
    if (!dsn)
      found.warning(
        'capabilities.smtp',
        {
          fr: `pas d’accusé de remise (DSN) – voyez avec l’opérateur ; ${size.fr}`,
          en: `no delivery receipts (DSN) – ask the operator; ${size.en}`,
        },
        { requirement: 'ECO.2.3.1' },
      );
    else if (maxSizeBytes !== null && maxSizeBytes < patientBytes)
      found.warning('capabilities.smtp', {
        fr: `DSN ; ${size.fr} – moins que les 25 Mo d’usage`,
        en: `DSN; ${size.en} – less than the usual 25 MB`,
      });
    else found.ok('capabilities.smtp', { fr: `DSN ; ${size.fr}`, en: `DSN; ${size.en}` });
  } finally {
    deadline.release();
  }
}
