import { isMssError, type MssError } from '@mss/core';
import { cardError, type CardErrorCode } from './errors.js';
import type { CardModule } from './module.js';
import { ck, ckr, returnNameOf, returnValueOf, type Pkcs11Handle } from './pkcs11.js';
import type { PresentToken } from './tokens.js';

/** What the person who is asked should know. */
export interface PinRequest {
  readonly tokenLabel: string;
  readonly tokenSerial: string;
  readonly reader: string;
  /** What the card says: `low` after a wrong PIN, `final` before the one that would block it. `unknown`: it says nothing. */
  readonly triesLeft: 'unknown' | 'low' | 'final';
  /** `first`: since the identity was opened; `reinserted`: the card was away, or logged out; `again`: the last PIN was refused or not given. */
  readonly reason: 'first' | 'reinserted' | 'again';
}

/**
 * Asks for the PIN, each time it is needed, and once each time. `null`: the person does not want to.
 * The PIN is passed to the PKCS#11 library and kept nowhere.
 */
export type PinCallback = (request: PinRequest) => Promise<string | null> | string | null;

/** How a login is made. */
export interface Login {
  readonly module: CardModule;
  readonly token: PresentToken;
  readonly session: Pkcs11Handle;
  readonly pin: PinCallback;
  readonly reason: PinRequest['reason'];
  readonly finalTry: 'refuse' | 'ask';
}

/** What of a card is refused before anybody is asked. */
function checkFlags({ info, label }: PresentToken, finalTry: Login['finalTry']): PinRequest['triesLeft'] {
  const has = (flag: number): boolean => (info.flags & flag) !== 0;
  const details = { token: label };
  if (has(ck.userPinLocked)) throw blocked(label);
  if (!has(ck.userPinInitialized) || has(ck.userPinToBeChanged)) {
    throw cardError('ERR_MSS_PKI_CARD_PIN_UNSET', 'the PIN of the card has to be set first', { details });
  }
  if (has(ck.protectedAuthenticationPath)) {
    throw cardError('ERR_MSS_PKI_CARD_PIN_PAD', 'the reader wants the PIN on its own keypad, which is not supported', { details });
  }
  if (!has(ck.userPinFinalTry)) return has(ck.userPinCountLow) ? 'low' : 'unknown';
  if (finalTry === 'ask') return 'final';
  throw cardError('ERR_MSS_PKI_CARD_PIN_FINAL_TRY', 'one more wrong PIN would block the card: it is not tried', { details });
}

const blocked = (label: string): MssError<CardErrorCode> =>
  cardError('ERR_MSS_PKI_CARD_PIN_BLOCKED', "the card is blocked: its issuer's tool opens it again", { details: { token: label } });

function checkLength(pin: string, { info, label }: PresentToken): void {
  const length = Buffer.byteLength(pin, 'utf8');
  if (length >= Math.max(1, info.minPinLen) && (info.maxPinLen === 0 || length <= info.maxPinLen) && !pin.includes('\0')) return;
  const { minPinLen, maxPinLen } = info;
  throw cardError('ERR_MSS_PKI_CARD_PIN_FORMAT', `the PIN of this card has ${minPinLen} to ${maxPinLen} characters`, {
    details: { token: label, minPinLen, maxPinLen },
  });
}

async function ask({ pin, token, reason }: Login, triesLeft: PinRequest['triesLeft']): Promise<string> {
  const { label: tokenLabel, serial: tokenSerial, reader } = token;
  const details = { token: tokenLabel };
  let given: string | null;
  try {
    given = await pin({ tokenLabel, tokenSerial, reader, triesLeft, reason });
  } catch (cause) {
    throw cardError('ERR_MSS_PKI_CARD_PIN_CANCELLED', 'the PIN could not be asked for', { cause, details });
  }
  if (given === null) throw cardError('ERR_MSS_PKI_CARD_PIN_CANCELLED', 'no PIN was given', { details });
  return given;
}

/**
 * Asks for the PIN and logs in: exactly one C_Login for one PIN that was given, and none for a PIN that this card has refused before.
 * The session was opened before the question, so that a PIN is never shown to a card that came in meanwhile.
 *
 * @throws ERR_MSS_PKI_CARD_PIN_BLOCKED | _PIN_UNSET | _PIN_PAD | _PIN_FINAL_TRY before anybody is asked
 * @throws ERR_MSS_PKI_CARD_PIN_CANCELLED | _PIN_FORMAT before the card is
 * @throws ERR_MSS_PKI_CARD_PIN_WRONG
 * @throws ERR_MSS_PKI_CARD_REMOVED when the card was taken out in between
 */
export async function login(how: Login): Promise<void> {
  const { module, token, session } = how;
  const given = await ask(how, checkFlags(token, how.finalTry));
  checkLength(given, token);
  const who = `${token.manufacturer}/${token.model}/${token.serial}/${token.label}`;
  if (module.refusedPins.has(who, given)) {
    throw cardError('ERR_MSS_PKI_CARD_PIN_WRONG', 'the card has refused this PIN before: it is not tried again', {
      details: { token: token.label, tried: false },
    });
  }
  try {
    module.library.C_Login(session, ck.user, given);
  } catch (error) {
    if (returnValueOf(error) === ckr.userAlreadyLoggedIn) return;
    const refusal = refusalOf(error, token);
    if (!isMssError(refusal, 'ERR_MSS_PKI_CARD_REMOVED')) module.refusedPins.add(who, given);
    throw refusal;
  }
}

/** Answers by which a card that was taken out is told from one that said no: after any other, the PIN counts as tried. */
const removed: ReadonlySet<number | null> = new Set([
  ckr.deviceRemoved,
  ckr.sessionClosed,
  ckr.sessionHandleInvalid,
  ckr.tokenNotPresent,
  ckr.notInitialized,
]);

/** No cause: nothing that was near the PIN is passed on. */
function refusalOf(error: unknown, { label }: PresentToken): MssError<CardErrorCode> {
  const value = returnValueOf(error);
  const details = { token: label, ckr: returnNameOf(error) };
  if (removed.has(value)) return cardError('ERR_MSS_PKI_CARD_REMOVED', 'the card was taken out', { details });
  if (value === ckr.pinLocked) return blocked(label);
  if (value === ckr.pinIncorrect) {
    return cardError('ERR_MSS_PKI_CARD_PIN_WRONG', 'the card refuses the PIN', { details: { ...details, tried: true } });
  }
  if (value === ckr.pinInvalid || value === ckr.pinLengthRange) {
    return cardError('ERR_MSS_PKI_CARD_PIN_FORMAT', 'the card does not take this PIN', { details });
  }
  if (value === ckr.pinExpired || value === ckr.userPinNotInitialized) {
    return cardError('ERR_MSS_PKI_CARD_PIN_UNSET', 'the PIN of the card has to be set first', { details });
  }
  return cardError('ERR_MSS_PKI_CARD_MODULE', 'the card does not log in', { details });
}
