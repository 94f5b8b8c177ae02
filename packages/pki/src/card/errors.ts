import { MssError, type MssErrorOptions } from '@mss/core';

/** Codes of card identities. A part of `PkiErrorCode`. */
export type CardErrorCode =
  /** The optional package `pkcs11js` is not installed. */
  | 'ERR_MSS_PKI_CARD_SUPPORT'
  /** The PKCS#11 library cannot be loaded, or answers with an error; `details.ckr` names it. */
  | 'ERR_MSS_PKI_CARD_MODULE'
  /** The OpenSSL engine is missing, or does not take the key of the card. */
  | 'ERR_MSS_PKI_CARD_ENGINE'
  /** No card that answers to the selection is in a reader. Not permanent. */
  | 'ERR_MSS_PKI_CARD_ABSENT'
  /** Several cards or certificates answer to the selection; `details.candidates` lists them. */
  | 'ERR_MSS_PKI_CARD_AMBIGUOUS'
  /** The card holds no authentication certificate that answers to the selection. */
  | 'ERR_MSS_PKI_CARD_NO_CERTIFICATE'
  /** The authentication certificate of the card has expired, or is not valid yet. */
  | 'ERR_MSS_PKI_CARD_EXPIRED'
  /** The card holds no private key for its certificate, or one that asks for the PIN at every signature. */
  | 'ERR_MSS_PKI_CARD_KEY'
  /** The card was taken out, or another is in its place. Put back, it works again after its PIN. Not permanent. */
  | 'ERR_MSS_PKI_CARD_REMOVED'
  /** The PIN has not been given yet: `policy.warm` or `unlock()` asks for it. Not permanent. */
  | 'ERR_MSS_PKI_CARD_LOCKED'
  /** Nobody gave a PIN. Nothing was tried; closed until `unlock()`. */
  | 'ERR_MSS_PKI_CARD_PIN_CANCELLED'
  /** The card refused the PIN. One try is used up; closed until `unlock()`, and this PIN is never shown to this card again. */
  | 'ERR_MSS_PKI_CARD_PIN_WRONG'
  /** The PIN is shorter or longer than those of this card. Nothing was tried; closed until `unlock()`. */
  | 'ERR_MSS_PKI_CARD_PIN_FORMAT'
  /** One try is left before the card blocks, and `finalTry` does not allow it. Nothing was tried. */
  | 'ERR_MSS_PKI_CARD_PIN_FINAL_TRY'
  /** The card is blocked: only its issuer's tool opens it again. */
  | 'ERR_MSS_PKI_CARD_PIN_BLOCKED'
  /** The card's PIN has never been set, or must be changed first. */
  | 'ERR_MSS_PKI_CARD_PIN_UNSET'
  /** The reader wants the PIN on its own keypad, which is not supported. */
  | 'ERR_MSS_PKI_CARD_PIN_PAD'
  /** The identity was closed. */
  | 'ERR_MSS_PKI_CARD_CLOSED';

const passing: ReadonlySet<CardErrorCode> = new Set<CardErrorCode>([
  'ERR_MSS_PKI_CARD_ABSENT',
  'ERR_MSS_PKI_CARD_REMOVED',
  'ERR_MSS_PKI_CARD_LOCKED',
]);

export function cardError(code: CardErrorCode, message: string, options: MssErrorOptions = {}): MssError<CardErrorCode> {
  return new MssError<CardErrorCode>(code, message, { permanent: !passing.has(code), ...options });
}
