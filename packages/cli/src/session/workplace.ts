import { getProfile, silentLogger, type Environment, type Logger, type ProfileId } from '@mss/core';
import type { Ledger } from '@mss/ledger';
import type { ClientIdentity, SecureChannelPolicy } from '@mss/pki';
import type { Store } from '@mss/store';
import {
  checkMailboxKind,
  createSmtpPool,
  openMailbox,
  type Mailbox,
  type MailboxAuthentication,
  type MailboxKind,
  type MailboxSettings,
  type MailService,
  type SmtpPool,
} from '@mss/transport';

import type { CommandContext } from '../command.js';
import { loadConfig, type LoadedConfig, type MssConfig } from '../config/config.js';
import { openIdentity, openPolicy } from './channel.js';
import { openConfiguredLedger, type OpenedLedger } from './ledger.js';
import { configuredServer, discover, type MailboxServer } from './servers.js';
import { signIn, type SignedIn } from './sign-in.js';

/** A configured mailbox at work: each part is opened when it is first asked for, and all are closed together. */
export interface Workplace extends AsyncDisposable {
  readonly config: MssConfig;
  readonly loaded: LoadedConfig;
  readonly context: CommandContext;
  readonly profile: ProfileId;
  readonly environment: Environment;
  readonly address: string;
  readonly kind: MailboxKind;
  readonly author: string;
  readonly logger: Logger;
  ledger(): Promise<Ledger>;
  store(): Promise<Store>;
  identity(): Promise<ClientIdentity | null>;
  policy(): Promise<SecureChannelPolicy>;
  server(service: MailService): Promise<MailboxServer>;
  auth(): Promise<MailboxAuthentication>;
  smtp(): Promise<SmtpPool>;
  /** A connection of its own each time; the caller closes it. */
  openMailbox(signal?: AbortSignal): Promise<Mailbox>;
  /** The same, with a trace in the ledger of what is done there (ECO.4.1.1). */
  openTracedMailbox(signal?: AbortSignal): Promise<Mailbox>;
}

const kinds: Readonly<Record<MssConfig['mailbox']['kind'], MailboxKind>> = { per: 'personal', org: 'organisational', app: 'applicative' };

/** A promise made when it is first asked for; one that failed is made again the next time. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}

/** With `MSS_DEBUG=1` what the packages log goes to standard error; none of it names a patient. */
function loggerOf({ io }: CommandContext): Logger {
  if (!io.debug) return silentLogger;
  const log = (level: string) => (fields: object, message?: string) => io.stderr(`${level} ${message ?? ''} ${JSON.stringify(fields)}\n`);
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

/** Whether the profile allows this authentication for this kind of mailbox. @throws MssError `ERR_MSS_MAILBOX_AUTHENTICATION` */
function ensureAllowed({ mailbox, authentication }: MssConfig, profile: ProfileId): void {
  const type = authentication.type === 'psc' || authentication.type === 'token-command' ? 'token' : authentication.type;
  const { kind, operatorAllows } = mailbox;
  const [refusal] = checkMailboxKind({
    kind: kinds[kind],
    profile,
    auth: { type },
    ...(operatorAllows === undefined ? {} : { operatorAllows }),
  });
  if (refusal !== undefined) throw refusal;
}

/** Reads the configuration and stands ready; nothing is opened yet. */
export async function openWorkplace(
  context: CommandContext,
  options: { readonly config: string; readonly selfCopy?: boolean | undefined },
): Promise<Workplace> {
  const loaded = await loadConfig(context, options.config);
  const { config } = loaded;
  const { io } = context;
  const explicit = context.explicit ?? [];
  const profile = explicit.includes('profile') ? context.profile : (config.profile ?? context.profile);
  const environment = explicit.includes('environment') ? context.environment : (config.environment ?? context.environment);
  getProfile(profile);
  const logger = loggerOf(context);
  const address = config.mailbox.address;
  const closing: (() => Promise<void>)[] = [];
  const keep = <Value>(value: Value, close: (value: Value) => Promise<void>): Value => {
    closing.push(() => close(value));
    return value;
  };

  const opened = once(async (): Promise<OpenedLedger> => {
    const selfCopy = options.selfCopy ?? config.outbox?.selfCopy ?? false;
    return keep(await openConfiguredLedger(config, { io, logger, selfCopy }), (one) => one.close());
  });
  const identity = once(async () => {
    const found = await openIdentity(config, io);
    if (found !== null && 'close' in found) closing.push(() => found.close());
    return found;
  });
  const policy = once(async () => keep(await openPolicy(config, { io, logger, profile }, await identity()), (one) => one.close()));
  const settings = once(async (): Promise<MailboxSettings> => discover(config, { policy: await policy(), profile, signal: io.stop }));
  const server = async (service: MailService): Promise<MailboxServer> => {
    const known = configuredServer(config, service);
    if (known !== null) return known;
    const found = await settings();
    const { host, port, security, servername, mailboxDomain } = found[service];
    return { host, port, security, servername, mailboxDomain, userName: found.userName };
  };
  const signedIn = once(async (): Promise<SignedIn> => {
    // Before anybody is asked for anything.
    ensureAllowed(config, profile);
    const known = (['imap', 'smtp'] as const).map((service) => configuredServer(config, service));
    const servers = known.some((one) => one === null) && config.servers === 'auto' ? [await server('imap'), await server('smtp')] : known;
    const hosts = servers.flatMap((one) => (one === null ? [] : [one.host]));
    const userName = servers.find((one) => one?.userName != null)?.userName ?? address;
    const about = { context, logger, profile, userName, hosts, identity: await identity(), signal: io.stop };
    return keep(await signIn(config, about), (one) => one.close());
  });
  const smtp = once(async () => {
    const { userName: _userName, ...to } = await server('smtp');
    const options = { policy: await policy(), ...to, auth: (await signedIn()).auth, maxConnections: config.outbox?.connections ?? 2 };
    return keep(createSmtpPool(options), (one) => one.close());
  });

  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).toReversed()) await one();
  };
  const openConnection = async (signal?: AbortSignal): Promise<Mailbox> => {
    const { userName: _userName, ...to } = await server('imap');
    const { operatorAllows } = config.mailbox;
    return openMailbox(
      {
        policy: await policy(),
        ...to,
        auth: (await signedIn()).auth,
        kind: kinds[config.mailbox.kind],
        profile,
        ...(operatorAllows === undefined ? {} : { operatorAllows }),
      },
      signal === undefined ? {} : { signal },
    );
  };
  const author = config.author ?? 'mss';
  return {
    config,
    loaded,
    context,
    profile,
    environment,
    address,
    kind: kinds[config.mailbox.kind],
    author,
    logger,
    ledger: async () => (await opened()).ledger,
    store: async () => (await opened()).store,
    identity,
    policy,
    server,
    auth: async () => (await signedIn()).auth,
    smtp,
    openMailbox: openConnection,
    openTracedMailbox: async (signal) => {
      const { ledger } = await opened();
      const mailbox = await openConnection(signal);
      try {
        return await ledger.audit.traced(mailbox, { address, author });
      } catch (error) {
        await mailbox.close();
        throw error;
      }
    },
    [Symbol.asyncDispose]: close,
  };
}
