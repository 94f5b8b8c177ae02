import type { ProfileId } from '@mss/core';
import type { SecureChannelPolicy } from '@mss/pki';
import { discoverMailbox, type MailboxSettings, type MailService } from '@mss/transport';

import type { MssConfig, ServerConfig } from '../config/config.js';

/** A server to connect to, and the user name that goes with it. */
export interface MailboxServer extends ServerConfig {
  readonly mailboxDomain: string;
  /** The user name that autoconfiguration tells; `null`: the address. */
  readonly userName: string | null;
}

/** Asks DNS and the mailbox's domain. */
export async function discover(
  config: MssConfig,
  options: { readonly policy: SecureChannelPolicy; readonly profile: ProfileId; readonly signal?: AbortSignal | undefined },
): Promise<MailboxSettings> {
  const { policy, profile, signal } = options;
  const explicit = config.servers === 'auto' ? {} : config.servers;
  return discoverMailbox(config.mailbox.address, {
    policy,
    profile,
    behindProxy: config.proxy !== undefined,
    configuration: {
      ...(explicit.imap === undefined ? {} : { imap: explicit.imap }),
      ...(explicit.smtp === undefined ? {} : { smtp: explicit.smtp }),
    },
    ...(explicit.confirmedTargets === undefined ? {} : { confirmedTargets: explicit.confirmedTargets }),
    ...(explicit.privateHosts === undefined ? {} : { allowPrivateAddresses: explicit.privateHosts }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The server of a service as the configuration has it; `null`: it has to be discovered. */
export function configuredServer(config: MssConfig, service: MailService): MailboxServer | null {
  const server = config.servers === 'auto' ? undefined : config.servers[service];
  return server === undefined ? null : { ...server, mailboxDomain: domainOf(config.mailbox.address), userName: null };
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
