import { isIP } from 'node:net';
import { isMssError, withDeadline } from '@mss/core';
import { toAsciiDomain } from '@mss/formats/mime';
import { startTlsDialogues, type ConnectionDecision, type StartTlsDialogue } from '@mss/pki';
import { checkedAddresses, isInside, refuse, type Candidate, type Discovery } from './context.js';
import { autoconfigError } from './errors.js';
import type { MailServer } from './types.js';

/** Servers tried for one service of one source. */
const maxTried = 8;
/** For one server, so that a silent one leaves time for the next. */
const serverMs = 8_000;

const dialogues: Readonly<Record<Candidate['service'], () => StartTlsDialogue>> = {
  imap: () => startTlsDialogues.imap(),
  smtp: () => startTlsDialogues.smtp(),
};

/** A host as configuration writes it may be an address. */
const normal = (host: string): string => toAsciiDomain(host.replace(/\.$/, '')) ?? host.toLowerCase();

/**
 * The name that the certificate must cover: the host, where the mailbox's domain, or a person, vouches for it; the domain
 * itself otherwise, which only a server that the domain's owner has authorised can prove (RFC 6186 §6).
 */
function nameToProve({ options, domain }: Discovery, { host, source }: Candidate): string {
  const chosen = source === 'configuration' || source === 'preset' || options.confirmedTargets?.some((one) => normal(one) === host);
  return chosen === true || isInside(host, domain) ? host : domain;
}

async function connectionTo(
  discovery: Discovery,
  candidate: Candidate,
  target: { readonly servername: string; readonly addresses: readonly string[] },
): Promise<ConnectionDecision> {
  const { options, domain: mailboxDomain, signal } = discovery;
  const { port, security, service } = candidate;
  const startTls = security === 'starttls' ? { startTls: dialogues[service]() } : {};
  const deadline = withDeadline(serverMs, signal);
  let last: unknown;
  try {
    for (const host of target.addresses) {
      try {
        const { servername } = target;
        return await options.policy.warm({
          host,
          port,
          servername,
          mailboxDomain,
          timeoutMs: serverMs,
          signal: deadline.signal,
          // Looking does not need the identity of the policy: nobody is asked for a PIN before there is a mailbox to open.
          clientIdentity: null,
          ...startTls,
        });
      } catch (error) {
        if (!isMssError(error, 'ERR_MSS_TLS_UNREACHABLE')) throw error;
        last = error;
      }
    }
    throw last;
  } finally {
    deadline.release();
  }
}

async function take(discovery: Discovery, candidate: Candidate): Promise<MailServer> {
  const { options, domain } = discovery;
  const host = normal(candidate.host);
  const known = candidate.source === 'configuration' || candidate.source === 'preset';
  const servername = nameToProve(discovery, { ...candidate, host });
  const literal = isIP(host) !== 0 || options.behindProxy === true;
  const addresses = literal ? [host] : await checkedAddresses(discovery, host, known);
  const { port, security, source } = candidate;
  if (addresses.length === 0) throw autoconfigError('ERR_MSS_AUTOCONFIG_DNS', `${host} has no address`, { details: { host } });
  const decision = options.verify === false ? null : await connectionTo(discovery, candidate, { servername, addresses }).catch(explain);
  return {
    host: options.pinAddresses === true ? (addresses[0] ?? host) : host,
    port,
    security,
    servername,
    mailboxDomain: domain,
    source,
    addresses: literal ? [] : addresses,
    decision,
  };

  /** A certificate that does not cover a name that is not the host's: the target is not authorised by the domain. */
  function explain(error: unknown): never {
    if (!isMssError(error, 'ERR_MSS_TLS_HOST') || servername === host) throw error;
    const what = `${host} is outside ${domain}: its certificate does not cover that domain, and no one has confirmed it`;
    throw autoconfigError('ERR_MSS_AUTOCONFIG_OUTSIDE', what, { details: { host, domain }, cause: error });
  }
}

/** The first of these servers that may be used; each other is noted as refused. `null` when none may. */
export async function takeFirst(discovery: Discovery, candidates: readonly Candidate[]): Promise<MailServer | null> {
  for (const candidate of candidates.slice(0, maxTried)) {
    try {
      return await take(discovery, candidate);
    } catch (error) {
      refuse(discovery, error, candidate);
    }
  }
  return null;
}
