import type { ErrorCodes } from './type.js';

/** CPS cards. */
export const cardCodes: ErrorCodes = Object.freeze({
  ERR_MSS_PKI_CARD_SUPPORT: [2, "le module facultatif pkcs11js, nécessaire aux cartes, n'est pas installé"],
  ERR_MSS_PKI_CARD_MODULE: [3, 'la bibliothèque PKCS#11 de la carte ne répond pas correctement'],
  ERR_MSS_PKI_CARD_ENGINE: [2, "le moteur OpenSSL « pkcs11 » est absent ou n'accepte pas la clé de la carte"],
  ERR_MSS_PKI_CARD_ABSENT: [3, "aucune carte correspondante n'est dans un lecteur"],
  ERR_MSS_PKI_CARD_AMBIGUOUS: [2, 'plusieurs cartes ou certificats correspondent : précisez lequel'],
  ERR_MSS_PKI_CARD_NO_CERTIFICATE: [1, "la carte ne contient pas de certificat d'authentification correspondant"],
  ERR_MSS_PKI_CARD_EXPIRED: [1, 'le certificat de la carte est expiré ou pas encore valable'],
  ERR_MSS_PKI_CARD_KEY: [1, "la carte n'a pas de clé utilisable pour ce certificat"],
  ERR_MSS_PKI_CARD_REMOVED: [3, 'la carte a été retirée du lecteur'],
  ERR_MSS_PKI_CARD_LOCKED: [3, "le code porteur n'a pas encore été saisi"],
  ERR_MSS_PKI_CARD_PIN_CANCELLED: [1, 'la saisie du code porteur a été annulée'],
  ERR_MSS_PKI_CARD_PIN_WRONG: [1, 'le code porteur est faux ; il ne sera pas essayé de nouveau'],
  ERR_MSS_PKI_CARD_PIN_FORMAT: [1, "le code porteur n'a pas la longueur attendue"],
  ERR_MSS_PKI_CARD_PIN_FINAL_TRY: [1, "il ne reste qu'un essai avant le blocage de la carte : il n'est pas tenté"],
  ERR_MSS_PKI_CARD_PIN_BLOCKED: [1, "la carte est bloquée ; débloquez-la avec l'outil de son émetteur"],
  ERR_MSS_PKI_CARD_PIN_UNSET: [1, "le code porteur de la carte doit d'abord être défini ou changé"],
  ERR_MSS_PKI_CARD_PIN_PAD: [2, "ce lecteur exige la saisie du code sur son clavier, ce qui n'est pas pris en charge"],
  ERR_MSS_PKI_CARD_CLOSED: [2, "l'identité par carte a été fermée"],
});
