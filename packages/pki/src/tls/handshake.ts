import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { MssError, TlsRules } from '@mss/core';
import { identityKey, type ClientIdentity, type ClientKey } from '../client-identity.js';
import { pkiError, type PkiErrorCode } from '../errors.js';
import type { ChainGate, GateTarget, Judgement } from '../gate/gate.js';
import { abortError } from '../net/dial.js';
import { classifyFailure, isVerifyFailure, type AskHello } from './classify.js';
import type { TlsContexts } from './context.js';
import { failClosed } from './fail-closed.js';
import { sniOf } from './server-name.js';
import { peerChain, sentChain, shownChain, type ShownCertificate } from './peer-chain.js';

/** What one handshake came to. A refusal is thrown. */
export type HandshakeOutcome =
  | {
      readonly kind: 'secured';
      readonly socket: TLSSocket;
      readonly chainKey: string;
      readonly judgement: Extract<Judgement, { outcome: 'good' }>;
    }
  /** The chain's revocation is to be settled. Nothing but the ClientHello was sent. */
  | {
      readonly kind: 'unsettled';
      readonly chainKey: string;
      readonly protocol: string | null;
      readonly judgement: Extract<Judgement, { outcome: 'unsettled' }>;
    }
  /** The chain is good, but this handshake was only to look at it: connect once more. */
  | { readonly kind: 'again'; readonly chainKey: string }
  /** Not the chain that was expected: connect once more and look. */
  | { readonly kind: 'changed' };

/** A handshake that was refused, with what could be seen of the server. */
export class RefusedHandshake extends Error {
  readonly refusal: MssError<PkiErrorCode>;
  readonly judgement: Judgement | null;
  /** The version that was agreed on, when it came so far. */
  readonly protocol: string | null;

  constructor(
    refusal: MssError<PkiErrorCode>,
    { judgement, protocol }: { readonly judgement: Judgement | null; readonly protocol: string | null },
  ) {
    super(refusal.message, { cause: refusal });
    this.refusal = refusal;
    this.judgement = judgement;
    this.protocol = protocol;
  }
}

/**
 * `full`: the first look, before the client's flight, and the second. `look-only`: stop at the first look even when the chain is good,
 * because an identity is wanted, and withheld until the verdict is warm. `second-only`: nothing but a warm verdict is to be confirmed
 * and no identity is offered, so the second look, before the first byte of the application, is enough.
 */
export type HandshakeLooks = 'full' | 'look-only' | 'second-only';

export interface HandshakeOptions {
  readonly gate: ChainGate;
  readonly contexts: TlsContexts;
  readonly rules: TlsRules;
  readonly target: GateTarget;
  /** Only for a server whose verdict is warm, or with `once`, when the first look decides before it is offered. */
  readonly identity: ClientIdentity | null;
  readonly looks: HandshakeLooks;
  /** The stream cannot be opened again: a chain that is seen for the first time, and is good, may go on. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Another connection to the same server, to explain a failure; `null` when none can be made. */
  readonly ask: AskHello | null;
}

/** Marks an end that the gate decided, so that it is told from what the TLS stack reports. */
class Stopped extends Error {}

/** One handshake in progress: the gate's two looks at it. */
class Handshake {
  sawCertificate = false;
  judgement: Judgement | null = null;
  protocol: string | null = null;
  chainKey = '';
  /** Why the client's key cannot sign. */
  #unusable: unknown = null;
  /** The key of the client identity that is offered. */
  readonly #key: ClientKey | null;
  readonly #options: HandshakeOptions;
  /** The chain was evaluated on this very connection: see {@link sentChain} for why it must then be closed. */
  #learned = false;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#key = options.identity?.[identityKey].current() ?? null;
  }

  /**
   * First look, in 'OCSPResponse': OpenSSL has the server's whole flight, and the client's has not been made. Ending the connection here
   * means that not even a client certificate leaves.
   *
   * Only a good verdict is taken from memory. Any other is made of what came on this very connection: certificates are not signed by the
   * handshake of TLS 1.2, and what a man in the middle has once added to a chain must not refuse the server for ever.
   *
   * @returns why the connection must end.
   */
  onServerFlight(socket: TLSSocket, stapled: Uint8Array | null): Error | undefined {
    const { looks } = this.#options;
    this.sawCertificate = true;
    this.protocol = socket.getProtocol();
    const shown = peerChain(socket);
    this.chainKey = this.#keyOf(shown);
    this.#judge(stapled);
    if (this.judgement?.outcome !== 'good') {
      this.#learn(socket, shown);
      this.#judge(stapled);
    }
    const stop = this.#learned || looks === 'look-only' || this.judgement?.outcome !== 'good' || !this.#canSign();
    return stop ? new Stopped() : undefined;
  }

  #judge(stapled: Uint8Array | null): void {
    const { gate, target } = this.#options;
    if (stapled !== null) gate.staple(this.chainKey, stapled);
    this.judgement = gate.judge(this.chainKey, target);
  }

  #learn(socket: TLSSocket, shown: readonly Uint8Array[]): void {
    const { gate, once } = this.#options;
    const sent = once ? [] : sentChain(socket);
    this.#learned = !once;
    // Shown issuers may come from the trust store; both together miss nothing.
    gate.learn(this.chainKey, sent.length === 0 ? shown : [...sent, ...shown.slice(1)]);
  }

  /**
   * Asked right before the client's flight: a card may have been taken out since the connection was opened.
   *
   * QUIRK: destroying the socket keeps the flight from leaving, but OpenSSL still makes it, signature included (seen on 22, 24 and 26;
   * `setKeyCert` has no effect on a client). Hence an identity is only brought to a server whose verdict was good a moment ago.
   */
  #canSign(): boolean {
    try {
      this.#key?.assertUsable();
      return true;
    } catch (error) {
      this.#unusable = error;
      return false;
    }
  }

  /** What was learnt from a single look, which misses certificates, is kept apart. */
  #keyOf(shown: readonly Uint8Array[]): string {
    return this.#options.gate.keyOf(shown) + (this.#options.once ? ':once' : '');
  }

  /** Second look, after the handshake and before the first byte of the application. */
  checkServerIdentity(certificate: ShownCertificate): Error | undefined {
    const { gate, target, looks } = this.#options;
    const key = this.#keyOf(shownChain(certificate));
    if (looks === 'second-only') {
      this.sawCertificate = true;
      this.chainKey = key;
      this.judgement = gate.judge(key, target);
    }
    return this.judgement?.outcome === 'good' && key === this.chainKey ? undefined : new Stopped();
  }

  /** What the gate decided, once the connection is stopped. */
  outcome(): HandshakeOutcome {
    const { judgement, chainKey, protocol } = this;
    if (this.#unusable !== null) throw this.#unusable;
    if (this.#options.looks === 'second-only') return { kind: 'changed' };
    if (judgement?.outcome === 'unsettled') return { kind: 'unsettled', chainKey, protocol, judgement };
    if (judgement?.outcome === 'good' && (this.#learned || this.#options.looks === 'look-only')) return { kind: 'again', chainKey };
    if (judgement?.outcome === 'refused') throw new RefusedHandshake(judgement.error, this);
    throw new RefusedHandshake(pkiError('ERR_MSS_TLS_HANDSHAKE', 'the chain of the server changed during the handshake'), this);
  }
}

/**
 * Secures a connected stream, or stops before anything that matters has left. The stream is destroyed unless the outcome is `secured`.
 *
 * @throws RefusedHandshake
 */
export async function handshake(stream: Duplex, options: HandshakeOptions): Promise<HandshakeOutcome> {
  const { contexts, rules, target, identity, signal } = options;
  const state = new Handshake(options);
  // Its end was told before anybody here could hear it.
  if (stream.destroyed) throw new RefusedHandshake(pkiError('ERR_MSS_TLS_CLOSED', 'the connection was closed before the handshake'), state);
  // What happens to the stream reaches us through the TLS socket; by itself it must not end the process.
  stream.on('error', () => {});
  const tlsOptions: ConnectionOptions & { readonly requestOCSP: boolean } = {
    socket: stream,
    servername: sniOf(target.name),
    secureContext: contexts.of(identity),
    minVersion: rules.minVersion,
    maxVersion: rules.maxVersion,
    rejectUnauthorized: true,
    requestOCSP: options.looks !== 'second-only',
    checkServerIdentity: (_, certificate) => failClosed(() => state.checkServerIdentity(certificate)),
  };
  const socket = connect(tlsOptions);
  const failure = await new Promise<Error | null>((resolve) => {
    const onAbort = (): void => void socket.destroy(abortError(signal, 'the TLS handshake'));
    const onClose = (): void => done(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    const done = (error: Error | null): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
      resolve(error);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    socket.on('OCSPResponse', (stapled: Uint8Array | null) => {
      const stop = failClosed(() => state.onServerFlight(socket, stapled));
      if (stop !== undefined) socket.destroy(stop);
    });
    socket.once('secureConnect', () => done(null));
    // Stays for good: an error between this promise and the caller's own listener must not end the process.
    socket.on('error', done);
    socket.once('close', onClose);
  });
  if (failure === null) return secured(socket, state);
  socket.destroy();
  stream.destroy();
  if (signal.aborted) throw new RefusedHandshake(abortError(signal, 'the TLS handshake'), state);
  if (failure instanceof Stopped) return state.outcome();
  // OpenSSL was first to refuse: look, to be able to say why.
  if (options.looks === 'second-only' && isVerifyFailure(failure)) return { kind: 'changed' };
  const refusal = await classifyFailure(failure, {
    rules,
    sawCertificate: state.sawCertificate,
    offeredIdentity: identity !== null,
    ask: options.ask,
  });
  throw new RefusedHandshake(refusal, state);
}

function secured(socket: TLSSocket, state: Handshake): HandshakeOutcome {
  const { judgement, chainKey } = state;
  if (judgement?.outcome !== 'good' || !socket.authorized || socket.isSessionReused()) {
    socket.destroy();
    throw new RefusedHandshake(pkiError('ERR_MSS_TLS_HANDSHAKE', 'the handshake ended without a verdict'), state);
  }
  return { kind: 'secured', socket, chainKey, judgement };
}
