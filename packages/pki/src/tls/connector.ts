import type { Duplex } from 'node:stream';
import { isMssError, MssError, withDeadline, type Clock, type Logger, type Profile, type TlsRules } from '@mss/core';
import { identityKey, type ClientIdentity } from '../client-identity.js';
import { pkiError, type PkiErrorCode } from '../errors.js';
import { revocationUnknown, type ChainGate, type GateTarget, type JudgedChain, type Judgement } from '../gate/gate.js';
import { underSignal, type Dial } from '../net/dial.js';
import { presetOfDomain, type OperatorPreset } from '../operator-preset.js';
import type { ConnectionDecision, ConnectionOptions, ConnectOptions, SecureSocket, SecureTarget, StartTlsDialogue } from '../types.js';
import type { AskHello } from './classify.js';
import type { TlsContexts } from './context.js';
import { decisionOf } from './decision.js';
import { handshake, RefusedHandshake, type HandshakeLooks, type HandshakeOutcome } from './handshake.js';
import { sniOf } from './server-name.js';
import { helloAsker, injected, openStream, type Opening } from './opening.js';

export interface ConnectorOptions {
  readonly profile: Profile;
  readonly rules: TlsRules;
  readonly gate: ChainGate;
  readonly contexts: TlsContexts;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly identity: ClientIdentity | null;
  readonly presets: readonly OperatorPreset[];
}

/** What could be seen of a server that was refused. */
export interface SeenServer {
  readonly chain: JudgedChain;
  readonly protocol: string | null;
}

/** How a connection is made, where it is not the usual way. */
export interface ConnectHow {
  /** Default: TLS begins at once. */
  readonly startTls?: StartTlsDialogue | null;
  /** Default: the policy's. */
  readonly dial?: Dial;
  /** Told how a refused connection looked, for `probeTls`. */
  readonly onRefused?: ((seen: SeenServer) => void) | undefined;
}

/** One connection in the making. */
interface Attempt {
  readonly options: ConnectOptions;
  readonly target: GateTarget;
  readonly wanted: ClientIdentity | null;
  readonly signal: AbortSignal;
  readonly open: () => Promise<Duplex>;
  readonly ask: AskHello | null;
  /** The stream is the caller's and cannot be opened again. */
  readonly once: boolean;
  readonly onRefused: ConnectHow['onRefused'];
}

const defaultTimeoutMs = 30_000;

/** Refusals behind which a key may stand that can no longer sign. */
const brokenOff: ReadonlySet<PkiErrorCode> = new Set<PkiErrorCode>([
  'ERR_MSS_TLS_HANDSHAKE',
  'ERR_MSS_TLS_CLOSED',
  'ERR_MSS_TLS_CLIENT_CERTIFICATE',
]);

/** Chains that one server may show within one deadline: a balancer with a certificate on each of its machines. */
const maxChains = 3;

/** Each chain costs a handshake to see it and one to use it. */
const maxAttempts = 2 * maxChains + 1;

/** Endpoints whose last chain is remembered. */
const maxEndpoints = 1000;

/** Requirements of v0.1 that v1.0.1 states under another number. */
const renumbered: Readonly<Record<string, string>> = { 'ECO.1.1.2': 'ECO.1.1.1', 'ECO.1.1.4': 'ECO.1.1.10', 'ECO.1.1.8': 'ECO.1.1.10' };

function requirementIn(profile: Profile, requirement: string): string {
  return profile.requirements.some(({ id }) => id === requirement) ? requirement : (renumbered[requirement] ?? requirement);
}

/** Makes verified connections: opens, shows the chain to the gate, settles what is not known, opens once more. */
export class Connector {
  readonly #options: ConnectorOptions;
  /** The chain that an endpoint showed last. */
  readonly #lastChain = new Map<string, string>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** What the gate must know about a target. */
  gateTarget({ host, servername, mailboxDomain }: SecureTarget): GateTarget {
    const { rules, profile, presets } = this.#options;
    const preset = mailboxDomain === undefined ? null : presetOfDomain(mailboxDomain, presets);
    const required = rules.igcSanteOnly ? 'ECO.1.1.10' : (preset?.igcSanteOnly ?? null);
    return { name: servername ?? host, igcSanteOnly: required === null ? null : requirementIn(profile, required) };
  }

  /** Whether the chain that the target showed last is good now: then a client identity may be offered. */
  isWarm(target: SecureTarget): boolean {
    const chain = this.#lastChain.get(endpointOf(target));
    return chain !== undefined && this.#options.gate.judge(chain, this.gateTarget(target)).outcome === 'good';
  }

  /** Whether the chain that the target showed last was evaluated; the verdict itself comes from the second look. */
  #isKnown(target: SecureTarget): boolean {
    const chain = this.#lastChain.get(endpointOf(target));
    return chain !== undefined && this.#options.gate.knows(chain);
  }

  /** The identity for a connection: its own, the policy's, or none. */
  wantedIdentity({ clientIdentity }: Pick<ConnectionOptions, 'clientIdentity'>): ClientIdentity | null {
    return clientIdentity === undefined ? this.#options.identity : clientIdentity;
  }

  /** Settles the verdict of a server on a connection of its own, without identity; then, and only then, opens the identity's key. */
  async warm(options: ConnectOptions, startTls: StartTlsDialogue | null): Promise<ConnectionDecision> {
    const deadline = withDeadline(options.timeoutMs ?? defaultTimeoutMs, options.signal);
    try {
      const socket = await this.connect({ ...options, clientIdentity: null, signal: deadline.signal }, { startTls });
      socket.destroy();
      await this.wantedIdentity(options)?.[identityKey].ready(deadline.signal);
      return socket.decision;
    } finally {
      deadline.release();
    }
  }

  /** Another ClientHello to the same server, on a connection of its own. */
  asker(options: ConnectOptions, startTls: StartTlsDialogue | null, signal: AbortSignal): AskHello {
    return helloAsker({ dial: this.#options.dial, target: options, signal, startTls });
  }

  /** Opens and secures, after a STARTTLS dialogue if there is one. */
  connect(options: ConnectOptions, { startTls = null, dial = this.#options.dial, onRefused }: ConnectHow = {}): Promise<SecureSocket> {
    return this.#underDeadline(options, async (signal) => {
      const opening: Opening = { dial, target: options, signal, startTls };
      return this.#secure({
        ...this.#common(options, signal),
        open: () => openStream(opening),
        ask: helloAsker(opening),
        once: false,
        onRefused,
      });
    });
  }

  /** Secures a stream of the caller's, which is destroyed when that fails. */
  async upgrade(stream: Duplex, options: ConnectOptions): Promise<SecureSocket> {
    try {
      return await this.#underDeadline(options, async (signal) => {
        if (stream.readableLength > 0) throw injected(options);
        return this.#secure({ ...this.#common(options, signal), open: async () => stream, ask: null, once: true, onRefused: undefined });
      });
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  #common(options: ConnectOptions, signal: AbortSignal): Pick<Attempt, 'options' | 'target' | 'wanted' | 'signal'> {
    return { options, target: this.gateTarget(options), wanted: this.wantedIdentity(options), signal };
  }

  async #underDeadline<Value>(options: ConnectOptions, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const deadline = withDeadline(options.timeoutMs ?? defaultTimeoutMs, options.signal);
    try {
      return await work(deadline.signal);
    } catch (error) {
      throw this.#account(error, options);
    } finally {
      deadline.release();
    }
  }

  /** One handshake after the other until one stands on a settled verdict. */
  async #secure(attempt: Attempt): Promise<SecureSocket> {
    const chains = new Set<string>();
    for (let count = 0; count < maxAttempts; count++) {
      const outcome = await this.#handshake(attempt, count === 0);
      if (outcome.kind === 'secured') return this.#hand(outcome, attempt);
      if (outcome.kind === 'changed') {
        this.#lastChain.delete(endpointOf(attempt.options));
        continue;
      }
      chains.add(outcome.chainKey);
      if (chains.size > maxChains) break;
      if (outcome.kind === 'unsettled') await this.#settle(outcome, attempt);
      this.#remember(attempt.options, outcome.chainKey);
      if (attempt.once) throw verdictPending(attempt.options);
    }
    throw pkiError(
      'ERR_MSS_TLS_TOO_MANY_CHAINS',
      `the server showed more than ${maxChains} different chains, or a verdict that does not last`,
    );
  }

  /** How closely a handshake is looked at: the cheap way only for a chain that was there last time, and only at the first attempt. */
  #looks(options: ConnectOptions, { wanted, first }: { readonly wanted: ClientIdentity | null; readonly first: boolean }): HandshakeLooks {
    if (wanted !== null) return this.isWarm(options) ? 'full' : 'look-only';
    return first && this.#isKnown(options) ? 'second-only' : 'full';
  }

  async #handshake(attempt: Attempt, first: boolean): Promise<HandshakeOutcome> {
    const { options, target, wanted, signal, ask, once, onRefused } = attempt;
    const { gate, contexts, rules } = this.#options;
    // A stream of the caller's is used for both looks, save that a card is not even asked for its PIN before the verdict.
    const withCard = wanted !== null && wanted.kind !== 'software';
    const looks = once ? (withCard && !this.isWarm(options) ? 'look-only' : 'full') : this.#looks(options, { wanted, first });
    const identity = looks === 'full' ? wanted : null;
    // Before anything is opened: somebody may have to type a PIN, or the key may be gone.
    if (identity !== null) {
      await identity[identityKey].ready(signal);
      contexts.of(identity);
    }
    const stream = await attempt.open();
    try {
      return await handshake(stream, { gate, contexts, rules, target, identity, looks, once, signal, ask });
    } catch (error) {
      if (!(error instanceof RefusedHandshake)) throw error;
      // A handshake that broke because a card was taken out in the middle says so.
      if (brokenOff.has(error.refusal.code)) identity?.[identityKey].current().assertUsable();
      report(error, onRefused);
      throw error.refusal;
    }
  }

  /** @throws ERR_MSS_TLS_REVOKED | ERR_MSS_TLS_REVOCATION_UNKNOWN, or whatever else the verdict has become */
  async #settle({ chainKey, protocol, judgement }: Extract<HandshakeOutcome, { kind: 'unsettled' }>, attempt: Attempt): Promise<void> {
    const { gate } = this.#options;
    const reasons = await underSignal(gate.settle(judgement.paths), attempt.signal, 'settling the revocation of the server');
    const settled = gate.judge(chainKey, attempt.target);
    if (settled.outcome === 'good') return;
    report({ judgement: settled, protocol }, attempt.onRefused);
    throw settled.outcome === 'refused' ? settled.error : revocationUnknown(reasons);
  }

  #hand(
    { socket, judgement, chainKey }: Extract<HandshakeOutcome, { kind: 'secured' }>,
    { options, target, wanted }: Attempt,
  ): SecureSocket {
    const { clock, logger } = this.#options;
    this.#remember(options, chainKey);
    const servername = sniOf(target.name) || null;
    const decision = decisionOf(socket, { target: options, servername, judged: judgement, identity: wanted, at: clock.now() });
    logger.debug({ host: decision.host, port: decision.port, protocol: decision.protocol, cipher: decision.cipher }, 'channel secured');
    return Object.assign(socket, { decision });
  }

  #remember(target: SecureTarget, chainKey: string): void {
    const endpoint = endpointOf(target);
    this.#lastChain.delete(endpoint);
    this.#lastChain.set(endpoint, chainKey);
    const [oldest] = this.#lastChain.keys();
    if (this.#lastChain.size > maxEndpoints && oldest !== undefined) this.#lastChain.delete(oldest);
  }

  /** Gives a refusal the requirement number of the profile, and tells the log. */
  #account(error: unknown, { host, port }: SecureTarget): unknown {
    if (!isMssError<PkiErrorCode>(error)) return error;
    const { profile, logger } = this.#options;
    logger.warn({ host, port, code: error.code, requirement: error.requirement }, 'no channel');
    const requirement = error.requirement === undefined ? undefined : requirementIn(profile, error.requirement);
    if (requirement === undefined || requirement === error.requirement) return error;
    const { code, message, cause, permanent, details } = error;
    return new MssError<PkiErrorCode>(code, message, { cause, permanent, details, requirement });
  }
}

function endpointOf({ host, port, servername = '', mailboxDomain = '' }: SecureTarget): string {
  return `${host} ${port} ${servername} ${mailboxDomain}`;
}

function report(
  { judgement, protocol }: { readonly judgement: Judgement | null; readonly protocol: string | null },
  onRefused: ConnectHow['onRefused'],
): void {
  if (judgement !== null && judgement.outcome !== 'unseen') onRefused?.({ chain: judgement, protocol });
}

/** The verdict is settled now, but the connection on which it was asked for is gone. */
export function verdictPending({ host, port }: SecureTarget): MssError<PkiErrorCode> {
  return pkiError('ERR_MSS_TLS_VERDICT_PENDING', `the verdict on ${host}:${port} was not settled when it was needed: connect once more`, {
    details: { host, port },
  });
}
