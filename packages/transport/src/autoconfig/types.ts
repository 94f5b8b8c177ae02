import type { Logger, ProfileId, RandomSource } from '@mss/core';
import type { ConnectionDecision, OperatorPreset, SecureChannelPolicy } from '@mss/pki';
import type { AutoconfigErrorCode } from './errors.js';
import type { MailDns } from './dns.js';

/** The two services of a mailbox. */
export type MailService = 'imap' | 'smtp';

/** Who named a server, in the order in which they are asked. */
export type AutoconfigSource = 'configuration' | 'preset' | 'srv' | 'autoconfig';

/** A server as a person or an operator names it. TLS always: there is no third value. */
export interface MailServerSetting {
  readonly host: string;
  readonly port: number;
  readonly security: 'implicit' | 'starttls';
}

/** A server of the mailbox: spread it into the options of `openMailbox` or `openSmtpSession`. */
export interface MailServer extends MailServerSetting {
  /**
   * Name that the certificate must cover, on every connection: the host itself, or the domain of the mailbox when the host
   * is outside it and nobody has confirmed it (RFC 6186 §6, RFC 7817 §3).
   */
  readonly servername: string;
  /** Domain of the mailbox, which may narrow the trust (ECO.1.1.8). */
  readonly mailboxDomain: string;
  readonly source: AutoconfigSource;
  /** Where the host led to when it was checked; empty when a proxy resolves names. */
  readonly addresses: readonly string[];
  /** The channel that was tried; `null` with `verify: false`. */
  readonly decision: ConnectionDecision | null;
}

/** A server, or a place to ask, that was not taken. */
export interface AutoconfigRefusal {
  readonly source: AutoconfigSource;
  readonly service: MailService | null;
  /** `ERR_MSS_AUTOCONFIG_*`, or the code of `@mss/pki` for a channel that was refused. */
  readonly code: AutoconfigErrorCode | (string & {});
  readonly message: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly requirement: string | null;
  /** `false`: asking again later may help. */
  readonly permanent: boolean;
}

/** One thing that was asked and what came of it, for `mss doctor` and for support. */
export interface AutoconfigEvidence {
  readonly source: AutoconfigSource;
  /** A DNS name, an address on the web, or the name of a preset. */
  readonly asked: string;
  readonly found: string;
}

/** The settings of a mailbox. */
export interface MailboxSettings {
  readonly imap: MailServer;
  readonly smtp: MailServer;
  /** The user name of SASL: the address, unless the autoconfig document of the domain asks for a part of it. */
  readonly userName: string;
  /** The last source that was needed: that of the two servers which comes later in the order. */
  readonly source: AutoconfigSource;
  readonly evidence: readonly AutoconfigEvidence[];
  readonly refusals: readonly AutoconfigRefusal[];
}

/** An operator of which the host application knows the servers. `null`: they are not known, the other sources are asked. */
export interface MailboxPreset extends OperatorPreset {
  readonly imap: MailServerSetting | null;
  readonly smtp: MailServerSetting | null;
}

export interface DiscoverMailboxOptions {
  /** For the mailbox's servers, and for the autoconfig document unless `webPolicy` is given. Nothing but it opens connections. */
  readonly policy: Pick<SecureChannelPolicy, 'connect' | 'warm'>;
  /** For the autoconfig document, for example of kind `public-web`. Default: `policy`, which then also narrows the trust (ECO.1.1.8). */
  readonly webPolicy?: Pick<SecureChannelPolicy, 'connect'>;
  /** What a person has configured for this mailbox. Comes first and is final. */
  readonly configuration?: { readonly imap?: MailServerSetting; readonly smtp?: MailServerSetting };
  /** Operators known to the host application; give them to the policy as well. Default: Mailiz, whose servers are configuration. */
  readonly presets?: readonly MailboxPreset[];
  /** Hosts outside the mailbox's domain that somebody has confirmed. */
  readonly confirmedTargets?: readonly string[];
  /**
   * Whether what DNS and documents name may be in a private network, as a hospital's connector is: always, or for these
   * hosts. What was configured may be. Default `false`.
   */
  readonly allowPrivateAddresses?: boolean | readonly string[];
  /** The policy's proxy resolves names: addresses cannot be checked here, it decides where it connects. Default `false`. */
  readonly behindProxy?: boolean;
  /** Default `true`: a server is taken only once a channel to it has stood. `false`: nobody is connected to but for the document. */
  readonly verify?: boolean;
  /** Puts the address that was checked in place of `host`, for a session that is opened at once. Default `false`: names, which can be kept. */
  readonly pinAddresses?: boolean;
  /** `ref2-1.0.1` prefers STARTTLS (ECO.1.0.1, ECO.1.0.2) where the domain leaves the choice, `ref2-0.1` implicit TLS (RFC 8314 §3). */
  readonly profile?: ProfileId;
  readonly resolver?: MailDns;
  readonly random?: RandomSource;
  readonly logger?: Logger;
  /** For everything. Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
