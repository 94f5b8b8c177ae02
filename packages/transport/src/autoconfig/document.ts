import { isMssError } from '@mss/core';
import { toAsciiDomain } from '@mss/formats/mime';
import { attributeOf, childOf, childrenOf, isElement, parseXml, textOf, type XmlElement } from '@mss/formats/xml';
import { autoconfigError } from './errors.js';
import type { MailServerSetting, MailService } from './types.js';

/** The address for which a document is read, taken apart. */
export interface AddressParts {
  readonly address: string;
  readonly localPart: string;
  /** A-labels. */
  readonly domain: string;
}

/** A server as a document names it; `refused` when it cannot be used. */
export interface DocumentServer {
  readonly service: MailService;
  readonly setting: MailServerSetting | null;
  readonly refused: 'ERR_MSS_AUTOCONFIG_CLEAR_TEXT' | 'ERR_MSS_AUTOCONFIG_TARGET' | null;
  /** As written, bounded, for the account of a refusal. */
  readonly host: string;
  readonly userName: string | null;
}

/** Far more than a document needs: the largest public one has 8 kB. */
export const maxDocumentBytes: number = 256 * 1024;

const limits = { xmlBytes: maxDocumentBytes, xmlDepth: 20, xmlNodes: 5_000, xmlAttributes: 20, xmlAttributeLength: 1_024 };
const maxServers = 10;

const textIn = (element: XmlElement, name: string): string => {
  const child = childOf(element, name, element.namespace);
  return child === null ? '' : textOf(child).trim().slice(0, 1_024);
};

function fill(template: string, { address, localPart, domain }: AddressParts): string {
  const values: Readonly<Record<string, string>> = { EMAILADDRESS: address, EMAILLOCALPART: localPart, EMAILDOMAIN: domain };
  return template.replaceAll(/%([A-Z]+)%/g, (whole, name: string) => values[name] ?? whole);
}

/** Only a name made from the address: a document does not say as whom to log in. */
function userNameOf(element: XmlElement, parts: AddressParts): string | null {
  const template = textIn(element, 'username');
  if (!/%EMAIL(?:ADDRESS|LOCALPART)%/.test(template)) return null;
  const name = fill(template, parts);
  return name.length <= 320 && !/[\p{Cc}%\s]/u.test(name) ? name : null;
}

const securities: Readonly<Record<string, MailServerSetting['security']>> = { SSL: 'implicit', TLS: 'starttls', STARTTLS: 'starttls' };

function serverOf(element: XmlElement, service: MailService, parts: AddressParts): DocumentServer {
  const written = fill(textIn(element, 'hostname'), parts);
  const host = toAsciiDomain(written);
  const port = /^\d{1,5}$/.test(textIn(element, 'port')) ? Number(textIn(element, 'port')) : 0;
  const security = securities[textIn(element, 'socketType').toUpperCase()];
  const usable = host !== null && port > 0 && port <= 65_535;
  return {
    service,
    setting: usable && security !== undefined ? { host, port, security } : null,
    refused: !usable ? 'ERR_MSS_AUTOCONFIG_TARGET' : security === undefined ? 'ERR_MSS_AUTOCONFIG_CLEAR_TEXT' : null,
    host: written.slice(0, 253),
    userName: userNameOf(element, parts),
  };
}

function rootOf(bytes: Uint8Array): XmlElement {
  try {
    return parseXml(bytes, { limits }).value.root;
  } catch (cause) {
    if (!isMssError(cause)) throw cause;
    throw autoconfigError('ERR_MSS_AUTOCONFIG_DOCUMENT', 'the autoconfig document is not readable XML', {
      details: { reason: cause.code },
      cause,
    });
  }
}

/**
 * The IMAP and submission servers of an autoconfig document, in its order; POP, Exchange and everything else is left.
 *
 * ```
 * clientConfig > emailProvider > domain*, incomingServer[@type='imap']*, outgoingServer[@type='smtp']*
 * server: hostname, port, socketType ("SSL" | "STARTTLS", "plain" is refused), username
 * %EMAILADDRESS%, %EMAILLOCALPART%, %EMAILDOMAIN% stand for parts of the address
 * ```
 *
 * @throws ERR_MSS_AUTOCONFIG_DOCUMENT not XML, a DOCTYPE, over a limit, another kind of document
 * @see Mozilla "Autoconfiguration in Thunderbird", config file format 1.1
 */
export function readAutoconfigDocument(bytes: Uint8Array, parts: AddressParts): readonly DocumentServer[] {
  const root = rootOf(bytes);
  const providers = childrenOf(root, 'emailProvider', root.namespace);
  const names = (provider: XmlElement): (string | null)[] =>
    childrenOf(provider, 'domain', provider.namespace).map((one) => toAsciiDomain(fill(textOf(one).trim(), parts)));
  const provider = providers.find((one) => names(one).includes(parts.domain)) ?? providers[0];
  if (root.name !== 'clientConfig' || provider === undefined) {
    throw autoconfigError('ERR_MSS_AUTOCONFIG_DOCUMENT', 'the document is no mail configuration', {
      details: { root: root.name.slice(0, 64) },
    });
  }
  const isOf = (element: XmlElement, name: string, type: string): boolean => element.name === name && attributeOf(element, 'type') === type;
  return provider.children
    .filter(isElement)
    .flatMap((element) => {
      if (isOf(element, 'incomingServer', 'imap')) return [serverOf(element, 'imap', parts)];
      return isOf(element, 'outgoingServer', 'smtp') ? [serverOf(element, 'smtp', parts)] : [];
    })
    .slice(0, maxServers);
}
