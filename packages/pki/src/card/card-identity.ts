import { X509Certificate } from 'node:crypto';
import { isMssError, systemClock, type Clock, type MssError } from '@mss/core';
import { identityKey, type ClientIdentity, type ClientKey } from '../client-identity.js';
import { underSignal } from '../net/dial.js';
import { readCertificates } from '../x509/bundle.js';
import type { Certificate } from '../x509/certificate.js';
import { engineContext, findEngine, keyUri, narrowsOf } from './engine.js';
import { cardError, type CardErrorCode } from './errors.js';
import { loadModule, moduleError, type CardModule } from './module.js';
import { ck, isGone, type Pkcs11Handle, type Pkcs11Library } from './pkcs11.js';
import { login, type PinCallback, type PinRequest } from './pin.js';
import { selectCard, type CardCertificateSelection, type CardTokenSelection, type SelectedCard } from './select.js';
import { attributeOf, findObjects, type CardToken } from './tokens.js';

/** Which card, which certificate, and who is asked for the PIN. */
export interface CardIdentityOptions {
  /** Path of the PKCS#11 library of the card's vendor. */
  readonly module: string;
  readonly pin: PinCallback;
  readonly token?: CardTokenSelection;
  readonly certificate?: CardCertificateSelection;
  /** `refuse` (default): a PIN is not even asked for when one more wrong one would block the card. `ask`: it is, with `triesLeft: 'final'`. */
  readonly finalTry?: 'refuse' | 'ask';
  /** Authorities between the card's certificate and its root, PEM, DER or PKCS#7, when the card does not hold them. */
  readonly intermediates?: string | Uint8Array;
  /** Path of the OpenSSL engine `pkcs11`. Default: where Linux distributions put it. */
  readonly engine?: string;
  readonly clock?: Clock;
}

/** The certificate of a card, with a key that never leaves it. */
export interface CardIdentity extends ClientIdentity, AsyncDisposable {
  readonly kind: 'card';
  readonly token: CardToken;
  /** Address of the private key (RFC 7512), without PIN. */
  readonly keyUri: string;
  /** PEM of the certificate and of its authorities. */
  readonly chainPem: string;
  /** `locked`: the PIN is asked for at the first connection to a server whose verdict is good. `refused`: only {@link unlock} asks again. */
  readonly state: 'locked' | 'ready' | 'refused' | 'closed';
  /** Asks for the PIN now; also after a wrong or a cancelled one, where connections do not ask again. */
  unlock(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Logs out. Open connections stay open; new ones are refused. */
  close(): Promise<void>;
}

/** @internal The outside world of a card identity; tests give another. */
export interface CardParts {
  readonly module: CardModule;
  readonly engine: string;
  readonly createContext: typeof engineContext;
}

const armour = ({ der }: Certificate): string => new X509Certificate(der).toString();

const isLoggedIn = (state: number): boolean => state === ck.stateReadOnlyUser || state === ck.stateReadWriteUser;

/** The login on a card: made when it is needed, made anew when the card was away. */
class CardSession {
  readonly #options: CardIdentityOptions;
  readonly #parts: CardParts;
  readonly #selected: SelectedCard;
  /** PEM. */
  readonly chain: string;
  #session: Pkcs11Handle | null = null;
  #key: ClientKey | null = null;
  #ownLogin = false;
  #refusal: MssError | null = null;
  #reason: PinRequest['reason'] = 'first';
  #opening: Promise<ClientKey> | null = null;
  #closed = false;

  constructor(options: CardIdentityOptions, parts: CardParts, selected: SelectedCard) {
    this.#options = options;
    this.#parts = parts;
    this.#selected = selected;
    const given = options.intermediates === undefined ? [] : readCertificates(options.intermediates);
    const above = [...selected.intermediates.map(({ certificate }) => certificate), ...given];
    this.chain = [selected.found.certificate, ...above].map(armour).join('');
  }

  get state(): CardIdentity['state'] {
    if (this.#closed) return 'closed';
    if (this.#refusal !== null) return 'refused';
    return this.#isAlive() ? 'ready' : 'locked';
  }

  /** The key of the login that stands. */
  current(): ClientKey {
    if (this.#closed) throw closedError();
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#key === null) throw cardError('ERR_MSS_PKI_CARD_LOCKED', 'the PIN of the card has not been given yet');
    return this.#key;
  }

  /** The key, after a login if there is none. One question for all that wait. */
  async ready(signal?: AbortSignal): Promise<ClientKey> {
    if (this.#closed) throw closedError();
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#key !== null && this.#isAlive()) return this.#key;
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return signal === undefined ? this.#opening : underSignal(this.#opening, signal, 'waiting for the PIN of the card');
  }

  async unlock(signal?: AbortSignal): Promise<void> {
    if (this.#refusal !== null) {
      this.#refusal = null;
      this.#reason = 'again';
    }
    await this.ready(signal);
  }

  close(): void {
    this.#closed = true;
    this.#leave();
  }

  /** Is the same card still there, and are we logged in? Asked of the library, just before each signature. */
  #isAlive(): boolean {
    if (this.#session === null) return false;
    const { library } = this.#parts.module;
    try {
      const { flags } = library.C_GetSlotInfo(this.#slot);
      const { state } = library.C_GetSessionInfo(this.#session);
      return (flags & ck.slotTokenPresent) !== 0 && (isLoggedIn(state) || !this.#loginRequired);
    } catch {
      return false;
    }
  }

  #slot: Pkcs11Handle = new Uint8Array();
  #loginRequired = true;

  /** Ends what is left of the last login. A library that has lost the card may refuse each of these calls. */
  #leave(): void {
    const { library } = this.#parts.module;
    const session = this.#session;
    this.#session = null;
    this.#key = null;
    if (session === null) return;
    for (const end of [() => this.#ownLogin && library.C_Logout(session), () => library.C_CloseSession(session)]) {
      try {
        end();
      } catch {
        // Gone with the card.
      }
    }
    this.#ownLogin = false;
  }

  async #open(): Promise<ClientKey> {
    if (this.#session !== null) {
      this.#reason = 'reinserted';
      this.#leave();
    }
    try {
      const key = await this.#logIn(this.#find());
      this.#reason = 'reinserted';
      return key;
    } catch (error) {
      this.#leave();
      if (isGone(error)) throw removed(error);
      if (isMssError(error)) throw error;
      throw moduleError(error, 'the card does not answer');
    }
  }

  /** After a PIN that was refused, not given, or of no use, nobody is asked again until the host says so. */
  #note(error: unknown): unknown {
    if (isMssError(error) && error.permanent) this.#refusal = error;
    return error;
  }

  /** The same card and certificate as when the identity was opened. */
  #find(): SelectedCard {
    const { label, serial } = this.#selected.token;
    const { sha256 } = this.#selected.found.certificate;
    const now = (this.#options.clock ?? systemClock).now();
    try {
      return selectCard(this.#parts.module.library, { token: { label, serial }, certificate: { sha256 }, now });
    } catch (error) {
      const away = ['ERR_MSS_PKI_CARD_ABSENT', 'ERR_MSS_PKI_CARD_NO_CERTIFICATE'].some((code) => isMssError(error, code));
      throw away ? removed(error) : error;
    }
  }

  async #logIn({ token, found }: SelectedCard): Promise<ClientKey> {
    const { module } = this.#parts;
    const { library } = module;
    const session = library.C_OpenSession(token.slot, ck.serialSession);
    this.#session = session;
    this.#slot = token.slot;
    this.#loginRequired = (token.info.flags & ck.loginRequired) !== 0;
    try {
      if (this.#loginRequired && !isLoggedIn(library.C_GetSessionInfo(session).state)) {
        const { pin, finalTry = 'refuse' } = this.#options;
        await login({ module, token, session, pin, finalTry, reason: this.#reason });
        this.#ownLogin = true;
      }
      if (this.#closed) throw closedError();
      this.#checkKey(session, found.id);
    } catch (error) {
      throw this.#note(error);
    }
    const how = { module, engine: this.#parts.engine, uri: keyUri(token, found.id), chain: this.chain };
    const key: ClientKey = {
      assertUsable: () => {
        if (this.#closed) throw closedError();
        if (this.#key !== key || !this.#isAlive()) throw removed(undefined);
      },
      createContext: (options) => {
        // An engine that finds no key would ask for a PIN on the terminal, and one that gets no session would wait for ever.
        key.assertUsable();
        try {
          this.#checkSessions();
          return this.#parts.createContext(options, how);
        } catch (error) {
          throw isGone(error) ? removed(error) : this.#note(error);
        }
      },
    };
    this.#key = key;
    return key;
  }

  #checkKey(session: Pkcs11Handle, id: Uint8Array): void {
    const { library } = this.#parts.module;
    const template = [
      { type: ck.attributeClass, value: ck.privateKey },
      { type: ck.attributeId, value: Buffer.from(id) },
    ];
    const [object] = id.length === 0 ? [] : findObjects(library, session, template);
    if (object === undefined) throw cardError('ERR_MSS_PKI_CARD_KEY', 'the card holds no private key for its certificate');
    const always = attributeOf(library, session, { object, type: ck.attributeAlwaysAuthenticate });
    if (always?.[0] === 1) throw cardError('ERR_MSS_PKI_CARD_KEY', 'the key asks for the PIN at every signature: it is not for TLS');
  }

  #checkSessions(): void {
    const { maxSessionCount: most, sessionCount: open } = this.#parts.module.library.C_GetTokenInfo(this.#slot);
    // 0: unlimited; all bits set: the library does not tell.
    const limited = most > 0 && most < 0xffff_ffff && open < 0xffff_ffff;
    if (limited && open >= most) throw cardError('ERR_MSS_PKI_CARD_ENGINE', `the card allows ${most} sessions, and all are in use`);
  }
}

const closedError = (): MssError<CardErrorCode> => cardError('ERR_MSS_PKI_CARD_CLOSED', 'the card identity is closed');

const removed = (cause: unknown): MssError<CardErrorCode> =>
  cardError('ERR_MSS_PKI_CARD_REMOVED', 'the card is not in its reader any more', cause === undefined ? {} : { cause });

function signsWithPss(library: Pkcs11Library, { token }: SelectedCard): boolean {
  try {
    return library.C_GetMechanismList(token.slot).includes(ck.rsaPkcsPss);
  } catch (error) {
    throw isGone(error) ? removed(error) : moduleError(error, 'the card cannot be read');
  }
}

/** @internal */
export function openCard(options: CardIdentityOptions, parts: CardParts): CardIdentity {
  const now = (options.clock ?? systemClock).now();
  const selected = selectCard(parts.module.library, { token: options.token ?? {}, certificate: options.certificate ?? {}, now });
  const session = new CardSession(options, parts, selected);
  const { label, serial, manufacturer, model, reader } = selected.token;
  const close = async (): Promise<void> => session.close();
  const narrows = narrowsOf(signsWithPss(parts.module.library, selected));
  const identity = {
    kind: 'card' as const,
    certificate: selected.found.certificate.summary,
    keyUri: keyUri(selected.token, selected.found.id),
    chainPem: session.chain,
    token: Object.freeze({ label, serial, manufacturer, model, reader }),
    get state() {
      return session.state;
    },
    unlock: async ({ signal }: { readonly signal?: AbortSignal } = {}) => session.unlock(signal),
    close,
    [Symbol.asyncDispose]: close,
    [identityKey]: {
      ...(narrows === undefined ? {} : { narrows }),
      current: () => session.current(),
      ready: async (signal: AbortSignal) => session.ready(signal),
    },
  };
  return Object.freeze(Object.defineProperty(identity, identityKey, { enumerable: false }));
}

/**
 * Opens the authentication certificate of a CPS card, or of another PKCS#11 token, as an identity for `createSecureChannelPolicy`.
 *
 * Card and certificate are found here, without PIN. The PIN is asked for when a connection needs it, after the server's verdict is
 * good; what is given is passed to the card exactly once. After a wrong or cancelled PIN connections fail until {@link CardIdentity.unlock}.
 * A card that was taken out makes connections fail, and works again after its PIN. Signatures are made on the calling thread: a card
 * takes some tenths of a second.
 *
 * Not checked: whether the card's certificate is revoked; the server does that.
 *
 * @throws ERR_MSS_PKI_CARD_SUPPORT | ERR_MSS_PKI_CARD_MODULE | ERR_MSS_PKI_CARD_ENGINE
 * @throws ERR_MSS_PKI_CARD_ABSENT no card, or none that answers
 * @throws ERR_MSS_PKI_CARD_NO_CERTIFICATE | ERR_MSS_PKI_CARD_EXPIRED
 * @throws ERR_MSS_PKI_CARD_AMBIGUOUS
 * @see PKCS #11 v2.40 (OASIS); RFC 7512
 */
export async function openCardIdentity(options: CardIdentityOptions): Promise<CardIdentity> {
  const engine = findEngine(options.engine);
  return openCard(options, { module: await loadModule(options.module), engine, createContext: engineContext });
}
