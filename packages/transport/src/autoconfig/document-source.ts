import { refuse, type Candidate, type Discovery } from './context.js';
import { readAutoconfigDocument, type AddressParts, type DocumentServer } from './document.js';
import { autoconfigError } from './errors.js';
import { getFromDomain } from './https-get.js';

/** Where a domain publishes the document, in the order to ask. Never elsewhere: no central database, no plain HTTP. */
function places(domain: string): readonly string[] {
  return [`https://autoconfig.${domain}/mail/config-v1.1.xml`, `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`];
}

/** What a domain's document says. */
export interface DocumentAnswer {
  readonly candidates: readonly Candidate[];
  readonly userName: string | null;
}

async function ask(discovery: Discovery, place: string, parts: AddressParts): Promise<readonly DocumentServer[] | null> {
  const { evidence } = discovery;
  try {
    const bytes = await getFromDomain(discovery, place);
    if (bytes === null) {
      evidence.push({ source: 'autoconfig', asked: place, found: 'nothing' });
      return null;
    }
    const servers = readAutoconfigDocument(bytes, parts);
    evidence.push({ source: 'autoconfig', asked: place, found: `${servers.length} servers` });
    return servers;
  } catch (error) {
    refuse(discovery, error, { source: 'autoconfig', host: new URL(place).hostname, port: 443 });
    evidence.push({ source: 'autoconfig', asked: place, found: 'no document' });
    return null;
  }
}

/** The servers of the first document that the mailbox's own domain publishes. */
export async function documentAnswer(discovery: Discovery, parts: AddressParts): Promise<DocumentAnswer> {
  for (const place of places(discovery.domain)) {
    const servers = await ask(discovery, place, parts);
    if (servers === null) continue;
    const candidates = servers.flatMap(({ service, setting, refused, host }): Candidate[] => {
      if (setting !== null) return [{ ...setting, service, source: 'autoconfig' }];
      const what =
        refused === 'ERR_MSS_AUTOCONFIG_CLEAR_TEXT' ? 'the document names a server without TLS' : 'the document names no host or no port';
      const code = refused ?? 'ERR_MSS_AUTOCONFIG_TARGET';
      const requirement = code === 'ERR_MSS_AUTOCONFIG_CLEAR_TEXT' ? { requirement: 'ECO.1.1.1' } : {};
      refuse(discovery, autoconfigError(code, what, requirement), { service, source: 'autoconfig', host });
      return [];
    });
    return { candidates, userName: servers.find(({ setting }) => setting !== null)?.userName ?? null };
  }
  return { candidates: [], userName: null };
}
