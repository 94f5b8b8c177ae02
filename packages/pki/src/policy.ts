import {
  resolveLimits,
  silentLogger,
  systemClock,
  systemRandom,
  type Clock,
  type Limits,
  type Logger,
  type ProfileId,
  type RandomSource,
  type TlsRules,
} from '@mss/core';
import type { ClientIdentity } from './client-identity.js';
import { CrlSource } from './crl/source.js';
import { createMemoryCrlStore, type CrlStore } from './crl/store.js';
import { pkiError } from './errors.js';
import { secureFetch } from './fetch/secure-fetch.js';
import { ChainGate } from './gate/gate.js';
import { isGoodByCrl, RevocationChecker } from './gate/revocation.js';
import type { PlainHttp } from './net/http-get.js';
import { nodeDial, systemResolver, type Dial, type Resolver } from './net/dial.js';
import { proxyDial, resolveProxy, type ProxyOptions } from './net/proxy.js';
import { OcspSource } from './ocsp/source.js';
import { mailizPreset, type OperatorPreset } from './operator-preset.js';
import { connectInClear } from './tls/clear-text.js';
import { Connector } from './tls/connector.js';
import { TlsContexts } from './tls/context.js';
import { foreignTlsOptions } from './tls/foreign-options.js';
import { resolveRules, type PolicyKind } from './tls/rules.js';
import type { TrustStore } from './trust-store.js';
import type { SecureChannelPolicy } from './types.js';
import type { Certificate } from './x509/certificate.js';

/** How revocation is established. All certificates below the anchor need a verdict; unknown refuses. */
export interface RevocationOptions {
  /** Where the last unexpired CRLs are kept. Default: in memory; give {@link createCrlStore} to outlive the process (ECO.1.1.7). */
  readonly store?: CrlStore;
  /** For one fetch. Default 10,000. */
  readonly timeoutMs?: number;
  /** Which is asked first when a certificate names both; the other when the first cannot tell. Default `crl`. Stapled responses are always read. */
  readonly prefer?: 'crl' | 'ocsp';
  /** A CRL older than this, or past half of its validity, is fetched again in the background when it is used. Default 12 hours. */
  readonly refreshAfterMs?: number;
}

export interface SecureChannelPolicyOptions {
  /** Default `ref2-0.1`. */
  readonly profile?: ProfileId;
  /** `operator` (default): the profile's versions and suites. `public-web`: TLS 1.2 or above with today's suites, same gate. */
  readonly kind?: PolicyKind;
  readonly trust: TrustStore | readonly TrustStore[];
  readonly revocation?: RevocationOptions;
  /** Offered to servers whose verdict is warm; a connection may name another, or none. */
  readonly clientIdentity?: ClientIdentity;
  readonly proxy?: ProxyOptions;
  /** `limits.crlBytes` is used. */
  readonly limits?: Partial<Limits>;
  /** Operators whose domains narrow the trust. Default: Mailiz. */
  readonly presets?: readonly OperatorPreset[];
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** For the nonces of OCSP. */
  readonly random?: RandomSource;
  readonly resolver?: Resolver;
  /** Opens TCP connections instead of Node. */
  readonly dial?: Dial;
  /** `host:port` of operators behind a VPN that `dangerouslyConnectInClear` may reach without TLS. Default: none. */
  readonly dangerouslyAllowClearText?: readonly string[];
}

const dayMs = 24 * 60 * 60 * 1000;

function storesFor(trust: TrustStore | readonly TrustStore[], igcSanteOnly: boolean): readonly TrustStore[] {
  const given = 'anchors' in trust ? [trust] : trust;
  if (given.length === 0) throw new TypeError('a policy needs at least one trust store');
  const stores = igcSanteOnly ? given.filter((store) => store.igcSante) : given;
  if (stores.length > 0) return stores;
  throw pkiError('ERR_MSS_TLS_NOT_IGC_SANTE', 'the profile accepts only IGC Santé, and no trust store is marked `igcSante`', {
    requirement: 'ECO.1.1.10',
  });
}

/** @internal The parts of a policy, put together. */
export interface Channel {
  readonly connector: Connector;
  readonly gate: ChainGate;
  readonly contexts: TlsContexts;
  readonly rules: TlsRules;
  readonly crls: CrlSource;
  readonly ocsp: OcspSource;
  readonly dial: Dial;
  readonly resolver: Resolver;
  readonly behindProxy: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @internal */
export function assembleChannel(options: SecureChannelPolicyOptions): Channel {
  const { clock = systemClock, logger = silentLogger, resolver = systemResolver, revocation = {}, presets = [mailizPreset] } = options;
  const limits = resolveLimits(options.limits);
  const { profile, rules } = resolveRules(options.profile, options.kind ?? 'operator');
  const stores = storesFor(options.trust, rules.igcSanteOnly);
  const contexts = new TlsContexts(rules, stores);
  const direct = options.dial ?? nodeDial(resolver);
  const proxy = resolveProxy(options.proxy);
  const dial = proxy === null ? direct : proxyDial(direct, proxy);
  const { store = createMemoryCrlStore(), timeoutMs = 10_000, refreshAfterMs = dayMs / 2, prefer = 'crl' } = revocation;
  const http: PlainHttp = { dial: direct, tunnel: dial, resolver, proxy, authorities: contexts.authorities };
  const crls = new CrlSource({ clock, logger, store, http, maxBytes: limits.crlBytes, timeoutMs, refreshAfterMs });
  const isGood = (certificate: Certificate, issuer: Certificate): Promise<boolean> => isGoodByCrl(crls, certificate, issuer);
  const ocsp = new OcspSource({ clock, logger, random: options.random ?? systemRandom, http, timeoutMs, isGood });
  const gate = new ChainGate({ stores, profile, clock, checker: new RevocationChecker({ crls, ocsp, clock, prefer }) });
  const identity = options.clientIdentity ?? null;
  const connector = new Connector({ profile, rules, gate, contexts, dial, clock, logger, identity, presets });
  return { connector, gate, contexts, rules, crls, ocsp, dial, resolver, behindProxy: proxy !== null, clock, logger };
}

/**
 * Makes the policy that everything on the network uses: TLS version and suites of the profile, own path building, revocation of every
 * certificate, and all of it before a credential, a document or a client certificate has left.
 *
 * Opens nothing by itself, and keeps no process alive.
 *
 * @throws ERR_MSS_TLS_NOT_IGC_SANTE when the profile accepts only IGC Santé and no trust store is marked so
 * @see Référentiel #2 v0.1 §2.1, ECO.1.1.1 to ECO.1.1.8
 */
export function createSecureChannelPolicy(options: SecureChannelPolicyOptions): SecureChannelPolicy {
  const channel = assembleChannel(options);
  const { connector } = channel;
  const close = async (): Promise<void> => {
    channel.crls.close();
    channel.ocsp.close();
    channel.gate.clear();
  };
  return {
    connect: (target) => connector.connect(target),
    connectStartTls: ({ startTls, ...target }) => connector.connect(target, { startTls }),
    upgrade: (stream, target) => connector.upgrade(stream, target),
    warm: ({ startTls, ...target }) => connector.warm(target, startTls ?? null),
    tlsOptions: (target) => foreignTlsOptions(target, channel),
    dangerouslyConnectInClear: (target) => connectInClear(target, { ...channel, allowed: options.dangerouslyAllowClearText ?? [] }),
    fetch: (url, init) => secureFetch(url, init, channel),
    close,
    [Symbol.asyncDispose]: close,
  };
}
