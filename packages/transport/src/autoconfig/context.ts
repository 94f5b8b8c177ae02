import { isMssError } from '@mss/core';
import { isPrivateAddress } from '@mss/pki';
import { autoconfigError } from './errors.js';
import type { MailDns } from './dns.js';
import type {
  AutoconfigEvidence,
  AutoconfigRefusal,
  AutoconfigSource,
  DiscoverMailboxOptions,
  MailServerSetting,
  MailService,
} from './types.js';

/** A server that a source names. */
export interface Candidate extends MailServerSetting {
  readonly service: MailService;
  readonly source: AutoconfigSource;
}

/** What one discovery has at hand, and what it has found out so far. */
export interface Discovery {
  readonly options: DiscoverMailboxOptions;
  /** Domain of the mailbox, lower case, A-labels. */
  readonly domain: string;
  readonly dns: MailDns;
  readonly signal: AbortSignal;
  readonly evidence: AutoconfigEvidence[];
  readonly refusals: AutoconfigRefusal[];
}

/** Notes why something was not taken; what is no error of the toolkit, or an end by signal, goes on up. */
export function refuse(discovery: Discovery, error: unknown, about: Partial<Candidate> & Pick<Candidate, 'source'>): void {
  if (!isMssError(error) || discovery.signal.aborted) throw error;
  const { code, message, permanent, requirement = null } = error;
  const { source, service = null, host = null, port = null } = about;
  discovery.refusals.push({ source, service, code, message, host, port, requirement, permanent });
}

/** Whether a host is the mailbox's domain or below it. Both as A-labels. */
export function isInside(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/**
 * Where a host leads to, once that is known to be allowed. Whoever connects must use these addresses, not the name again:
 * the DNS may give another answer the second time.
 *
 * @returns none when the name has no address.
 * @throws ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS when one of the addresses is private and that is not configured
 * @throws ERR_MSS_AUTOCONFIG_DNS when the DNS does not answer
 */
export async function checkedAddresses(discovery: Discovery, host: string, trusted: boolean): Promise<readonly string[]> {
  const { options, dns, signal } = discovery;
  const addresses = await dns.addresses(host, signal);
  const { allowPrivateAddresses: allowed = false } = options;
  const mayBePrivate = trusted || (typeof allowed === 'boolean' ? allowed : allowed.some((one) => one.toLowerCase() === host));
  if (!mayBePrivate && addresses.some(isPrivateAddress)) {
    const what = `${host} leads to a private address, which is not configured`;
    throw autoconfigError('ERR_MSS_AUTOCONFIG_PRIVATE_ADDRESS', what, { details: { host } });
  }
  return addresses.slice(0, maxAddresses);
}

/** Addresses of one host that are tried. */
const maxAddresses = 4;
