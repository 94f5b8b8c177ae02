import type { ErrorCodes } from './type.js';

/** Mailbox commands. */
export const mailboxCodes: ErrorCodes = Object.freeze({
  ERR_MSS_CLI_CONFIG: [2, 'la configuration est incorrecte'],
  ERR_MSS_CLI_SECRET: [2, 'un secret de la configuration ne peut pas être lu'],
  ERR_MSS_CLI_TOKEN_COMMAND: [3, "la commande qui donne le jeton d'accès a échoué"],
  ERR_MSS_CLI_OTHER_MAILBOX: [3, 'cet envoi appartient à une autre BAL que celle de la configuration'],
  ERR_MSS_CLI_WAITING: [3, 'pas encore parti : le message attend son prochain essai dans la file'],
  ERR_MSS_CLI_NOT_SENT: [1, "le message n'est pas parti et ne partira pas : annulé ou délai dépassé"],
  ERR_MSS_CLI_QUARANTINE: [1, 'des messages ont été mis en quarantaine (voir mss inbox list)'],
  ERR_MSS_CLI_UNFINISHED: [3, 'des messages ou des étapes restent à faire : le prochain appel les reprendra'],
  ERR_MSS_CLI_DOCTOR: [1, 'au moins une vérification a échoué'],
  ERR_MSS_CLI_NOTHING_FOUND: [1, "rien n'a été trouvé"],
  ERR_MSS_CLI_CONSENT: [1, "la personne doit d'abord être interrogée (--consent)"],
  ERR_MSS_CLI_TOO_LATE: [1, 'trop tard : le message est parti ou en train de partir'],
  ERR_MSS_CLI_DOCTOR_NO_ANSWER: [3, "au moins un serveur n'a pas répondu"],
});
