import { rootCertificates } from 'node:tls';

import { defaultLimits, type Logger, type ProfileId } from '@mss/core';
import {
  createCrlStore,
  createSecureChannelPolicy,
  createTrustStore,
  loadClientIdentity,
  openCardIdentity,
  type CardIdentity,
  type ClientIdentity,
  type ProxyOptions,
  type RevocationOptions,
  type SecureChannelPolicy,
  type TrustStore,
} from '@mss/pki';

import type { CardConfig, MssConfig, TrustConfig } from '../config/config.js';
import { readSecret } from '../config/secrets.js';
import { readInput, type CliIo } from '../io.js';

/** What a channel needs besides the configuration. */
export interface ChannelContext {
  readonly io: CliIo;
  readonly logger: Logger;
  readonly profile: ProfileId;
}

const read = (path: string, io: CliIo): Promise<Uint8Array> => readInput(path, { io, maxBytes: defaultLimits.crlBytes });

async function readAll(paths: readonly string[], io: CliIo): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  for (const path of paths) files.push(await read(path, io));
  return files;
}

async function trustStoreOf(trust: TrustConfig, name: string, io: CliIo): Promise<TrustStore> {
  return createTrustStore({
    name: trust.name ?? name,
    anchors: await readAll(trust.anchors, io),
    igcSante: trust.igcSante ?? false,
    ...(trust.intermediates === undefined ? {} : { intermediates: await readAll(trust.intermediates, io) }),
    ...(trust.pins === undefined ? {} : { pins: trust.pins }),
  });
}

/** The trust stores of the configuration. */
export async function trustOf({ trust }: MssConfig, io: CliIo): Promise<readonly TrustStore[]> {
  const stores = [await trustStoreOf(trust, 'trust', io)];
  for (const [index, one] of (trust.more ?? []).entries()) stores.push(await trustStoreOf(one, `trust.more[${index}]`, io));
  return stores;
}

export function revocationOf({ revocation = {} }: MssConfig): RevocationOptions {
  const { cache, ...rest } = revocation;
  return { ...rest, ...(cache === undefined ? {} : { store: createCrlStore({ directory: cache }) }) };
}

export async function proxyOf({ proxy }: MssConfig, io: CliIo): Promise<{ readonly proxy?: ProxyOptions }> {
  if (proxy === undefined) return {};
  const { password, ...rest } = proxy;
  if (password === undefined) return { proxy: rest };
  return { proxy: { ...rest, password: await readSecret(password, { io, place: 'proxy.password', prompt: 'proxy : ' }) } };
}

/** The policy that every connection to the operator uses. */
export async function openPolicy(
  config: MssConfig,
  context: ChannelContext,
  identity: ClientIdentity | null,
): Promise<SecureChannelPolicy> {
  const { io, logger, profile } = context;
  return createSecureChannelPolicy({
    profile,
    logger,
    trust: await trustOf(config, io),
    revocation: revocationOf(config),
    ...(await proxyOf(config, io)),
    ...(identity === null ? {} : { clientIdentity: identity }),
  });
}

/** The policy for what stands on the public Web: Pro Santé Connect, the extraction, the white list. */
export async function openWebPolicy(
  config: Pick<MssConfig, 'revocation' | 'proxy'>,
  options: { readonly io: CliIo; readonly logger: Logger; readonly anchors?: readonly string[] | undefined; readonly profile: ProfileId },
): Promise<SecureChannelPolicy> {
  const { io, logger, anchors, profile } = options;
  return createSecureChannelPolicy({
    kind: 'public-web',
    profile,
    logger,
    trust: createTrustStore({ name: 'public', anchors: anchors === undefined ? rootCertificates : await readAll(anchors, io) }),
    revocation: revocationOf(config as MssConfig),
    ...(await proxyOf(config as MssConfig, io)),
  });
}

/** The client certificate of the configuration; a card is read, and not logged in to before a connection needs it. */
export async function openIdentity(config: MssConfig, io: CliIo): Promise<ClientIdentity | CardIdentity | null> {
  const identity = config.clientIdentity;
  if (identity === undefined) return null;
  if (identity.type === 'card') return openCard(identity, io);
  const passphrase =
    identity.passphrase === undefined
      ? {}
      : {
          passphrase: await readSecret(identity.passphrase, {
            io,
            place: 'clientIdentity.passphrase',
            prompt: 'Phrase secrète du certificat : ',
          }),
        };
  if (identity.type === 'pfx') return loadClientIdentity({ pfx: await read(identity.file, io), ...passphrase });
  return loadClientIdentity({ cert: await read(identity.certificate, io), key: await read(identity.key, io), ...passphrase });
}

async function openCard(card: CardConfig, io: CliIo): Promise<CardIdentity> {
  const { label, serial, reader, certificate, intermediates, engine } = card;
  const warnings = {
    unknown: '',
    low: ' (attention : un code faux a déjà été saisi)',
    final: ' (attention : dernier essai avant blocage)',
  };
  return openCardIdentity({
    module: card.module,
    pin: async ({ tokenLabel, triesLeft }) => {
      const prompt = `Code porteur de « ${tokenLabel} »${warnings[triesLeft]} : `;
      if (card.pin === undefined) return (await io.ask?.(prompt)) ?? null;
      return readSecret(card.pin, { io, place: 'clientIdentity.pin', prompt });
    },
    token: {
      ...(label === undefined ? {} : { label }),
      ...(serial === undefined ? {} : { serial }),
      ...(reader === undefined ? {} : { reader }),
    },
    ...(certificate === undefined ? {} : { certificate: { sha256: certificate } }),
    ...(intermediates === undefined ? {} : { intermediates: await read(intermediates, io) }),
    ...(engine === undefined ? {} : { engine }),
  });
}
