/** French sentences: mailbox commands. */
export const mailboxSentences: Readonly<Record<string, string>> = Object.freeze({
  ERR_MSS_CLI_CONFIG: 'la configuration est incorrecte',
  ERR_MSS_CLI_SECRET: 'un secret de la configuration ne peut pas être lu',
  ERR_MSS_CLI_TOKEN_COMMAND: "la commande qui donne le jeton d'accès a échoué",
  ERR_MSS_CLI_OTHER_MAILBOX: 'cet envoi appartient à une autre BAL que celle de la configuration',
  ERR_MSS_CLI_WAITING: 'pas encore parti : le message attend son prochain essai dans la file',
  ERR_MSS_CLI_NOT_SENT: "le message n'est pas parti et ne partira pas : annulé ou délai dépassé",
  ERR_MSS_CLI_QUARANTINE: 'des messages ont été mis en quarantaine (voir mss inbox list)',
  ERR_MSS_CLI_UNFINISHED: 'des messages ou des étapes restent à faire : le prochain appel les reprendra',
  ERR_MSS_CLI_DOCTOR: 'au moins une vérification a échoué',
  ERR_MSS_CLI_NOTHING_FOUND: "rien n'a été trouvé",
  ERR_MSS_CLI_CONSENT: "la personne doit d'abord être interrogée (--consent)",
  ERR_MSS_CLI_TOO_LATE: 'trop tard : le message est parti ou en train de partir',
  ERR_MSS_CLI_DOCTOR_NO_ANSWER: "au moins un serveur n'a pas répondu",
});
