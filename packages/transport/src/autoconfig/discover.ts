import { isMssError, silentLogger, withDeadline, type MssError } from '@mss/core';
import { formatMssAddress, parseMssAddress } from '@mss/formats/mime';
import type { Candidate, Discovery } from './context.js';
import { createMailDns } from './dns.js';
import type { AddressParts } from './document.js';
import { documentAnswer, type DocumentAnswer } from './document-source.js';
import { autoconfigError, type AutoconfigErrorCode } from './errors.js';
import { mailizMailboxPreset, presetFor } from './preset.js';
import { srvCandidates } from './srv-source.js';
import { takeFirst } from './take.js';
import type { AutoconfigSource, DiscoverMailboxOptions, MailboxSettings, MailServer, MailService } from './types.js';

const defaultTimeoutMs = 30_000;
const order: readonly AutoconfigSource[] = ['configuration', 'preset', 'srv', 'autoconfig'];

function partsOf(text: string): AddressParts {
  const address = parseMssAddress(text);
  // The text is not repeated: it may be a patient's.
  if (address === null) throw autoconfigError('ERR_MSS_AUTOCONFIG_ADDRESS', 'not an e-mail address');
  const whole = formatMssAddress(address);
  const at = whole.lastIndexOf('@');
  return { address: whole, localPart: whole.slice(0, at), domain: whole.slice(at + 1) };
}

/** What was configured, or what the host application knows of the operator: final, nothing else is asked. */
function knownServer({ options, domain, evidence }: Discovery, service: MailService): Candidate | null {
  const configured = options.configuration?.[service];
  if (configured !== undefined) return { ...configured, service, source: 'configuration' };
  const preset = presetFor(domain, options.presets ?? [mailizMailboxPreset]);
  const setting = preset?.[service] ?? null;
  if (preset !== null) {
    const found = setting === null ? `no ${service} server: it is configuration` : `${service} server`;
    evidence.push({ source: 'preset', asked: preset.name, found });
  }
  return setting === null ? null : { ...setting, service, source: 'preset' };
}

async function find(discovery: Discovery, service: MailService, document: () => Promise<DocumentAnswer>): Promise<MailServer> {
  const known = knownServer(discovery, service);
  const first = discovery.refusals.length;
  const found =
    known !== null
      ? await takeFirst(discovery, [known])
      : ((await takeFirst(discovery, await srvCandidates(discovery, service))) ??
        (await takeFirst(
          discovery,
          (await document()).candidates.filter((one) => one.service === service),
        )));
  if (found !== null) return found;
  throw nothingFound(discovery, service, first);
}

function nothingFound({ domain, refusals }: Discovery, service: MailService, first: number): MssError<AutoconfigErrorCode> {
  // What the document's place was refused for counts for both services, though it was asked once.
  const concerned = refusals.filter((one, index) => (one.service ?? service) === service && (index >= first || one.service === null));
  const details = { domain, service, refusals: concerned };
  const requirement = concerned.find((one) => one.requirement !== null)?.requirement ?? null;
  const more = { details, ...(requirement === null ? {} : { requirement }) };
  if (concerned.length === 0) return autoconfigError('ERR_MSS_AUTOCONFIG_NOT_FOUND', `nobody names a ${service} server of ${domain}`, more);
  const reasons = concerned
    .map(({ message }) => message)
    .join('; ')
    .slice(0, 1_000);
  return concerned.some(({ permanent }) => permanent)
    ? autoconfigError('ERR_MSS_AUTOCONFIG_REFUSED', `no ${service} server of ${domain} may be used: ${reasons}`, more)
    : autoconfigError('ERR_MSS_AUTOCONFIG_UNREACHABLE', `no ${service} server of ${domain} can be found now: ${reasons}`, more);
}

/** A promise made when it is first asked for. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}

/**
 * Finds the servers of a mailbox: what was configured or is known of the operator, then the SRV records of its domain, then the
 * autoconfig document that the domain publishes. Nobody else is asked.
 *
 * A server outside the domain must show a certificate that covers the domain, unless it is confirmed: the result's `servername`
 * says so, and the policy enforces it on every connection to come. Names that lead into a private network are refused unless
 * configured, and the address that was checked is the one that is dialled.
 *
 * Not checked: DNSSEC; SRV-ID names of certificates (RFC 4985): the domain must stand as a DNS name.
 *
 * @throws MssError `ERR_MSS_AUTOCONFIG_ADDRESS`, `_NOT_FOUND`, `_NOT_OFFERED`, `_REFUSED`, `_UNREACHABLE`, `_TIMEOUT`, `_ABORTED`
 * @see RFC 6186; RFC 8314 §5.1; RFC 2782; référentiel #2 v1.0.1 ECO.1.1.9, v0.1 ECO.1.1.8
 */
export async function discoverMailbox(address: string, options: DiscoverMailboxOptions): Promise<MailboxSettings> {
  const parts = partsOf(address);
  const { timeoutMs = defaultTimeoutMs, logger = silentLogger } = options;
  const deadline = withDeadline(timeoutMs, options.signal);
  const { domain } = parts;
  const { signal } = deadline;
  const discovery: Discovery = { options, domain, dns: options.resolver ?? createMailDns(), signal, evidence: [], refusals: [] };
  const document = once(() => documentAnswer(discovery, parts));
  try {
    const imap = await find(discovery, 'imap', document);
    const smtp = await find(discovery, 'smtp', document);
    const userName = imap.source === 'autoconfig' ? (await document()).userName : null;
    const source = order[Math.max(order.indexOf(imap.source), order.indexOf(smtp.source))] ?? imap.source;
    logger.debug({ domain, source, refusals: discovery.refusals.length }, 'mailbox configured');
    return { imap, smtp, userName: userName ?? parts.address, source, evidence: discovery.evidence, refusals: discovery.refusals };
  } catch (error) {
    logger.warn({ domain, code: isMssError(error) ? error.code : 'unknown' }, 'mailbox not configured');
    throw signal.aborted ? stopped(options.signal, error) : error;
  } finally {
    deadline.release();
  }
}

function stopped(signal: AbortSignal | undefined, cause: unknown): MssError<AutoconfigErrorCode> {
  return signal?.aborted === true
    ? autoconfigError('ERR_MSS_AUTOCONFIG_ABORTED', 'the caller aborted', { cause: signal.reason })
    : autoconfigError('ERR_MSS_AUTOCONFIG_TIMEOUT', 'the servers were not found within the deadline', { cause });
}
