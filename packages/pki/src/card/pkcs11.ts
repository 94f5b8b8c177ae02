/** A handle of PKCS#11, opaque. */
export type Pkcs11Handle = Uint8Array;

/** CK_TOKEN_INFO, what is used of it. */
export interface Pkcs11TokenInfo {
  readonly label: string;
  readonly serialNumber: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly flags: number;
  readonly minPinLen: number;
  readonly maxPinLen: number;
  readonly maxSessionCount: number;
  readonly sessionCount: number;
}

export interface Pkcs11Attribute {
  readonly type: number;
  readonly value?: number | boolean | Uint8Array;
}

/**
 * The calls of PKCS#11 v2.40 that a card identity makes, with the names and shapes of the package pkcs11js. No call signs: that is the
 * engine's part, in sessions of its own.
 */
export interface Pkcs11Library {
  C_Initialize(options: { readonly flags: number }): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): readonly Pkcs11Handle[];
  C_GetSlotInfo(slot: Pkcs11Handle): { readonly slotDescription: string; readonly flags: number };
  C_GetTokenInfo(slot: Pkcs11Handle): Pkcs11TokenInfo;
  C_GetMechanismList(slot: Pkcs11Handle): readonly number[];
  C_OpenSession(slot: Pkcs11Handle, flags: number): Pkcs11Handle;
  C_CloseSession(session: Pkcs11Handle): void;
  C_GetSessionInfo(session: Pkcs11Handle): { readonly state: number };
  C_Login(session: Pkcs11Handle, user: number, pin: string): void;
  C_Logout(session: Pkcs11Handle): void;
  C_FindObjectsInit(session: Pkcs11Handle, template: readonly Pkcs11Attribute[]): void;
  C_FindObjects(session: Pkcs11Handle, max: number): readonly Pkcs11Handle[];
  C_FindObjectsFinal(session: Pkcs11Handle): void;
  C_GetAttributeValue(
    session: Pkcs11Handle,
    object: Pkcs11Handle,
    template: readonly Pkcs11Attribute[],
  ): readonly { readonly type: number; readonly value: Uint8Array }[];
}

/** Numbers of PKCS#11 v2.40 §2 to §4. */
export const ck = {
  osLockingOk: 0x2,
  slotTokenPresent: 0x1,
  loginRequired: 0x4,
  userPinInitialized: 0x8,
  protectedAuthenticationPath: 0x100,
  tokenInitialized: 0x400,
  userPinCountLow: 0x1_0000,
  userPinFinalTry: 0x2_0000,
  userPinLocked: 0x4_0000,
  userPinToBeChanged: 0x8_0000,
  serialSession: 0x4,
  user: 1,
  stateReadOnlyUser: 1,
  stateReadWriteUser: 3,
  certificate: 1,
  privateKey: 3,
  attributeClass: 0x0,
  attributeLabel: 0x3,
  attributeValue: 0x11,
  attributeCertificateType: 0x80,
  attributeId: 0x102,
  attributeAlwaysAuthenticate: 0x202,
  rsaPkcsPss: 0xd,
} as const;

/** Return values that are told apart (PKCS#11 v2.40 §2.12). */
export const ckr = {
  generalError: 0x5,
  deviceError: 0x30,
  deviceRemoved: 0x32,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLengthRange: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionHandleInvalid: 0xb3,
  tokenNotPresent: 0xe0,
  tokenNotRecognized: 0xe1,
  userAlreadyLoggedIn: 0x100,
  userPinNotInitialized: 0x102,
  notInitialized: 0x190,
  alreadyInitialized: 0x191,
} as const;

/** The number of the return value that an error of pkcs11js carries; `null` for another error. */
export function returnValueOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number' && code !== 0) return code;
  const [, number] = /CKR_\w+:(\d+)/.exec(error.message) ?? [];
  return number === undefined ? null : Number(number);
}

/** The name of the return value, for an error's details. Nothing else of the message is passed on: it holds paths. */
export function returnNameOf(error: unknown): string | null {
  const [name] = /CKR_\w+/.exec(error instanceof Error ? error.message : '') ?? [];
  return name ?? null;
}

/** Whether the card, its reader or the whole library is gone. */
export function isGone(error: unknown): boolean {
  const value = returnValueOf(error);
  return value !== null && goneValues.has(value);
}

const goneValues: ReadonlySet<number> = new Set([
  ckr.generalError,
  ckr.deviceError,
  ckr.deviceRemoved,
  ckr.sessionClosed,
  ckr.sessionHandleInvalid,
  ckr.tokenNotPresent,
  ckr.tokenNotRecognized,
  ckr.notInitialized,
]);
