import { createSecureContext } from 'node:tls';
import type { CardParts } from '../../src/card/card-identity.js';
import { RefusedPins } from '../../src/card/module.js';
import { ck, ckr, type Pkcs11Handle, type Pkcs11Library } from '../../src/card/pkcs11.js';

/** A card that SoftHSM cannot be: one that counts tries, blocks, and is taken out. */
export interface FakeToken {
  label: string;
  serial: string;
  reader: string;
  pin: string;
  flags: number;
  maxSessions: number;
  triesLeft: number;
  alwaysAuthenticate: boolean;
  mechanisms: number[];
  certificates: { label: string; id: Uint8Array; der: Uint8Array; hasKey: boolean }[];
}

export function fakeToken(given: Partial<FakeToken> = {}): FakeToken {
  return {
    label: 'CPS',
    serial: '8000000001',
    reader: 'Lecteur 0',
    pin: '4831',
    flags: 0,
    maxSessions: 0,
    triesLeft: 3,
    alwaysAuthenticate: false,
    mechanisms: [ck.rsaPkcsPss],
    certificates: [],
    ...given,
  };
}

const failure = (value: number, name: string): Error => Object.assign(new Error(name), { code: value });
const handle = (number: number): Pkcs11Handle => Uint8Array.of(number);

/** PKCS#11 in memory, as pkcs11js shows it, with a count of the calls that matter. */
export class FakeLibrary implements Pkcs11Library {
  readonly calls: Record<string, number> = {};
  /** One token for each slot; `null`: no card in the reader. */
  slots: (FakeToken | null)[];
  /** Answers a login with this instead. */
  loginAnswer: number | null = null;
  /** Answers every listing of slots with this. */
  listAnswer: number | null = null;
  readonly #sessions = new Map<number, FakeToken>();
  readonly #loggedIn = new Set<FakeToken>();
  #next = 1;
  #found: number[] = [];

  constructor(...slots: (FakeToken | null)[]) {
    this.slots = slots;
  }

  #count(name: string): void {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
  }

  #token(slot: Pkcs11Handle): FakeToken {
    const token = this.slots[slot[0] ?? -1];
    if (token === null || token === undefined) throw failure(ckr.tokenNotPresent, 'CKR_TOKEN_NOT_PRESENT');
    return token;
  }

  #session(session: Pkcs11Handle): FakeToken {
    const token = this.#sessions.get(session[0] ?? -1);
    if (token === undefined || !this.slots.includes(token)) throw failure(ckr.sessionHandleInvalid, 'CKR_SESSION_HANDLE_INVALID');
    return token;
  }

  /** Takes a card out: its sessions and its login are gone. */
  remove(token: FakeToken): void {
    this.slots = this.slots.map((one) => (one === token ? null : one));
    for (const [number, one] of this.#sessions) if (one === token) this.#sessions.delete(number);
    this.#loggedIn.delete(token);
  }

  insert(token: FakeToken, slot = 0): void {
    this.slots[slot] = token;
  }

  C_Initialize(): void {
    this.#count('C_Initialize');
  }

  C_Finalize(): void {
    this.#count('C_Finalize');
    this.#sessions.clear();
    this.#loggedIn.clear();
    this.listAnswer = null;
  }

  C_GetSlotList(): readonly Pkcs11Handle[] {
    if (this.listAnswer !== null) throw failure(this.listAnswer, 'CKR_X');
    return this.slots.flatMap((token, index) => (token === null ? [] : [handle(index)]));
  }

  C_GetSlotInfo(slot: Pkcs11Handle): { slotDescription: string; flags: number } {
    const token = this.slots[slot[0] ?? -1] ?? null;
    return { slotDescription: (token?.reader ?? '').padEnd(64), flags: token === null ? 0 : ck.slotTokenPresent };
  }

  C_GetTokenInfo(slot: Pkcs11Handle): ReturnType<Pkcs11Library['C_GetTokenInfo']> {
    const { label, serial, flags, triesLeft, maxSessions } = this.#token(slot);
    const tries =
      triesLeft === 0
        ? ck.userPinLocked
        : triesLeft === 1
          ? ck.userPinFinalTry | ck.userPinCountLow
          : triesLeft === 2
            ? ck.userPinCountLow
            : 0;
    return {
      label: label.padEnd(32),
      serialNumber: serial.padEnd(16),
      manufacturerID: 'ASIP'.padEnd(32),
      model: 'FICTIVE\0\0\0\0\0\0\0\0\0',
      flags: ck.tokenInitialized | ck.loginRequired | ck.userPinInitialized | tries | flags,
      minPinLen: 4,
      maxPinLen: 8,
      maxSessionCount: maxSessions,
      sessionCount: [...this.#sessions.values()].length,
    };
  }

  C_GetMechanismList(slot: Pkcs11Handle): readonly number[] {
    return this.#token(slot).mechanisms;
  }

  C_OpenSession(slot: Pkcs11Handle): Pkcs11Handle {
    this.#sessions.set(this.#next, this.#token(slot));
    return handle(this.#next++);
  }

  C_CloseSession(session: Pkcs11Handle): void {
    this.#session(session);
    this.#sessions.delete(session[0] ?? -1);
  }

  C_GetSessionInfo(session: Pkcs11Handle): { state: number } {
    return { state: this.#loggedIn.has(this.#session(session)) ? ck.stateReadOnlyUser : 0 };
  }

  C_Login(session: Pkcs11Handle, user: number, pin: string): void {
    this.#count('C_Login');
    const token = this.#session(session);
    if (user !== ck.user) throw new TypeError('not the user');
    if (this.loginAnswer !== null) throw failure(this.loginAnswer, 'CKR_Y');
    if (token.triesLeft === 0) throw failure(ckr.pinLocked, 'CKR_PIN_LOCKED');
    if (pin !== token.pin) {
      token.triesLeft -= 1;
      throw failure(ckr.pinIncorrect, 'CKR_PIN_INCORRECT');
    }
    token.triesLeft = 3;
    this.#loggedIn.add(token);
  }

  C_Logout(session: Pkcs11Handle): void {
    this.#count('C_Logout');
    this.#loggedIn.delete(this.#session(session));
  }

  C_FindObjectsInit(session: Pkcs11Handle, template: Parameters<Pkcs11Library['C_FindObjectsInit']>[1]): void {
    const token = this.#session(session);
    const wanted = (type: number): unknown => template.find((one) => one.type === type)?.value;
    const isKey = wanted(ck.attributeClass) === ck.privateKey;
    const id = wanted(ck.attributeId);
    this.#found = token.certificates.flatMap((one, index) => {
      const visible = isKey ? one.hasKey && this.#loggedIn.has(token) && Buffer.compare(one.id, id as Uint8Array) === 0 : true;
      return visible ? [index] : [];
    });
  }

  C_FindObjects(): readonly Pkcs11Handle[] {
    return this.#found.map(handle);
  }

  C_FindObjectsFinal(): void {
    this.#found = [];
  }

  C_GetAttributeValue(
    session: Pkcs11Handle,
    object: Pkcs11Handle,
    template: Parameters<Pkcs11Library['C_GetAttributeValue']>[2],
  ): ReturnType<Pkcs11Library['C_GetAttributeValue']> {
    const token = this.#session(session);
    const one = token.certificates[object[0] ?? -1];
    const values: Record<number, Uint8Array | undefined> = {
      [ck.attributeLabel]: one === undefined ? undefined : Buffer.from(one.label),
      [ck.attributeId]: one?.id,
      [ck.attributeValue]: one?.der,
      [ck.attributeAlwaysAuthenticate]: Uint8Array.of(token.alwaysAuthenticate ? 1 : 0),
    };
    return template.map(({ type }) => ({ type, value: values[type] ?? new Uint8Array() }));
  }
}

/** A card identity's outside world on a fake library. The engine is a software context: it signs nothing here. */
export function fakeParts(
  library: FakeLibrary,
): CardParts & { readonly contexts: { uri: string; chain: string; maxVersion: string | undefined; sigalgs: string | undefined }[] } {
  const contexts: { uri: string; chain: string; maxVersion: string | undefined; sigalgs: string | undefined }[] = [];
  return {
    contexts,
    engine: '/fictif/pkcs11.so',
    module: { path: '/fictif/cps.so', library, refusedPins: new RefusedPins(), contexts: [] },
    createContext: (options, { uri, chain }) => {
      contexts.push({ uri, chain, maxVersion: options.maxVersion, sigalgs: options.sigalgs });
      return createSecureContext(options);
    },
  };
}
