import type { ProfileId } from '@mss/core';
import { sniOf } from '../tls/server-name.js';
import { resolveRules } from '../tls/rules.js';

/** One server of the operator, and the port of this machine behind which stunnel reaches it. */
export interface StunnelService {
  /** Section of the configuration: letters, digits, `-`. */
  readonly name: string;
  /** Port on 127.0.0.1, and on nothing else. */
  readonly localPort: number;
  readonly host: string;
  readonly port: number;
  /** Name that the certificate must cover; default `host`. */
  readonly servername?: string;
  /** STARTTLS; default implicit TLS. stunnel then offers the local client a connection without STARTTLS. */
  readonly starttls?: 'imap' | 'smtp';
}

export interface StunnelOptions {
  /** Default `ref2-0.1`. */
  readonly profile?: ProfileId;
  readonly services: readonly StunnelService[];
  /** PEM file: the anchors and their intermediates. */
  readonly caFile: string;
  /**
   * PEM file with the CRLs. stunnel fetches none: the host renews the file and starts stunnel again. Only the CRL of the server's own
   * certificate is asked for (stunnel 5.68): a revoked intermediate is not found.
   */
  readonly crlFile: string;
  readonly card: {
    /** Path of the PKCS#11 library. */
    readonly module: string;
    /** `CardIdentity.keyUri`. */
    readonly keyUri: string;
    /** PEM file: `CardIdentity.chainPem`. */
    readonly certificateFile: string;
  };
  /**
   * Without, stunnel asks on its terminal or in its window, which is better. With it, the result must never be written to a file: give it
   * to `stunnel -fd 0` through a pipe.
   */
  readonly pin?: string;
}

function line(name: string, value: string | number): string {
  // One line is one option: a value must not bring another.
  if (typeof value === 'string' && (Array.from(value).some((one) => one < ' ') || value.trim() !== value || value === '')) {
    throw new TypeError(`${name} of stunnel's configuration is empty, or has blanks around it or control characters`);
  }
  return `${name} = ${value}`;
}

function checked({ name, localPort, port }: StunnelService): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) throw new TypeError('the name of a service is of letters, digits and "-"');
  for (const one of [localPort, port])
    if (!Number.isInteger(one) || one < 1 || one > 65_535) throw new TypeError('a port is from 1 to 65535');
  return `[${name}]`;
}

/**
 * Writes a configuration of stunnel (5.60 or later) that holds the profile's version and suites, verifies chain, host and CRLs, and signs
 * with a card: the way for systems on which Node cannot use the card itself. Between the application and stunnel runs clear text on
 * 127.0.0.1: list `127.0.0.1:localPort` in `dangerouslyAllowClearText`.
 *
 * What stunnel does not do, and the gate of this package does: fetch CRLs, check those of the intermediates, give a decision record, bound
 * the tries of a PIN. So call `policy.warm` for the server itself just before each local connection.
 *
 * @throws TypeError a value would not be one line of the configuration
 * @see https://www.stunnel.org/static/stunnel.html
 */
export function stunnelConfiguration(options: StunnelOptions): string {
  const { services, card, caFile, crlFile, pin } = options;
  const { rules } = resolveRules(options.profile, 'operator');
  const suites = rules.suites.map(({ openssl }) => openssl).join(':');
  const versions =
    rules.minVersion === rules.maxVersion
      ? [line('sslVersion', rules.minVersion)]
      : [line('sslVersionMin', rules.minVersion), line('sslVersionMax', rules.maxVersion)];
  const global = [
    line('foreground', 'yes'),
    line('syslog', 'no'),
    line('debug', 'info'),
    line('engine', 'pkcs11'),
    line('engineCtrl', `MODULE_PATH:${card.module}`),
    ...(pin === undefined ? [] : [line('engineCtrl', `PIN:${pin}`)]),
  ];
  const sections = services.map((service) => {
    const name = sniOf(service.servername ?? service.host);
    if (name === '') throw new TypeError('stunnel needs the name that the certificate of the server covers');
    return [
      '',
      checked(service),
      line('client', 'yes'),
      line('accept', `127.0.0.1:${service.localPort}`),
      line('connect', `${service.host}:${service.port}`),
      ...(service.starttls === undefined ? [] : [line('protocol', service.starttls)]),
      line('sni', name),
      line('checkHost', name),
      line('verifyChain', 'yes'),
      line('CAfile', caFile),
      line('CRLfile', crlFile),
      ...versions,
      line('ciphers', suites),
      line('renegotiation', 'no'),
      line('sessionResume', 'no'),
      line('options', 'NO_TICKET'),
      line('engineId', 'pkcs11'),
      line('cert', card.certificateFile),
      line('key', card.keyUri),
    ];
  });
  return `${[...global, ...sections.flat()].join('\n')}\n`;
}
