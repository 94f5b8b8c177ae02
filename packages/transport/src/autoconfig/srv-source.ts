import { getProfile, systemRandom } from '@mss/core';
import { toAsciiDomain } from '@mss/formats/mime';
import { refuse, type Candidate, type Discovery } from './context.js';
import { autoconfigError } from './errors.js';
import { isNotOffered, orderSrvRecords, type SrvRecord } from './srv.js';
import type { MailService } from './types.js';

/**
 * | name | service | TLS | source |
 * |---|---|---|---|
 * | `_imaps._tcp`, `_imap._tcp` | IMAP | from the first byte, STARTTLS | RFC 6186 §3.2 |
 * | `_submissions._tcp`, `_submission._tcp` | submission | from the first byte, STARTTLS | RFC 8314 §5.1, RFC 6186 §3.1 |
 */
const names: Readonly<Record<MailService, Readonly<Record<Candidate['security'], string>>>> = {
  imap: { implicit: '_imaps._tcp', starttls: '_imap._tcp' },
  smtp: { implicit: '_submissions._tcp', starttls: '_submission._tcp' },
};

/** More than the machines of any operator; a list that is longer is somebody's joke. */
const maxRecords = 64;

type SecuredRecord = SrvRecord & Pick<Candidate, 'security'>;

async function lookUp(
  discovery: Discovery,
  service: MailService,
  security: Candidate['security'],
): Promise<{ readonly records: readonly SecuredRecord[]; readonly notOffered: boolean }> {
  const name = `${names[service][security]}.${discovery.domain}`;
  const none = { records: [], notOffered: false };
  try {
    const found = await discovery.dns.srv(name, discovery.signal);
    const notOffered = isNotOffered(found);
    discovery.evidence.push({ source: 'srv', asked: name, found: notOffered ? 'not offered' : `${found.length} records` });
    if (notOffered) return { records: [], notOffered };
    if (found.length > maxRecords) {
      const what = `${name} has ${found.length} SRV records; ${maxRecords} are believed`;
      throw autoconfigError('ERR_MSS_AUTOCONFIG_TOO_MANY_RECORDS', what, { details: { name, records: found.length, maxRecords } });
    }
    return { records: found.map((record) => ({ ...record, security })), notOffered };
  } catch (error) {
    refuse(discovery, error, { source: 'srv', service });
    return none;
  }
}

function candidateOf(discovery: Discovery, service: MailService, record: SecuredRecord): Candidate[] {
  const { port, security } = record;
  const host = toAsciiDomain(record.target.replace(/\.$/, ''));
  if (host !== null && Number.isInteger(port) && port > 0 && port <= 65_535) return [{ service, source: 'srv', host, port, security }];
  const about = { source: 'srv', service, host: record.target.slice(0, 253), port } as const;
  refuse(discovery, autoconfigError('ERR_MSS_AUTOCONFIG_TARGET', 'an SRV record names no host or no port'), about);
  return [];
}

/**
 * The servers of a service that the domain's SRV records name, in the order to try them: by priority over both ways of TLS
 * (RFC 6186 §3.4), then the profile's preferred way, then by weight.
 *
 * @throws ERR_MSS_AUTOCONFIG_NOT_OFFERED when every record there is has the target "."
 */
export async function srvCandidates(discovery: Discovery, service: MailService): Promise<readonly Candidate[]> {
  const { random = systemRandom, profile } = discovery.options;
  const [implicit, starttls] = await Promise.all([lookUp(discovery, service, 'implicit'), lookUp(discovery, service, 'starttls')]);
  if ((implicit.notOffered || starttls.notOffered) && implicit.records.length + starttls.records.length === 0) {
    throw autoconfigError('ERR_MSS_AUTOCONFIG_NOT_OFFERED', `${discovery.domain} says that it does not offer ${service}`, {
      details: { domain: discovery.domain, service },
    });
  }
  const asksForStartTls = getProfile(profile).requirements.some(({ id }) => id === 'ECO.1.0.1');
  const ways = asksForStartTls ? [starttls, implicit] : [implicit, starttls];
  const ordered = ways.flatMap(({ records }) => orderSrvRecords(records, random));
  // A stable sort: within a priority the preferred way stays first, and each way keeps the order that was drawn.
  return ordered.sort((a, b) => a.priority - b.priority).flatMap((record) => candidateOf(discovery, service, record));
}
