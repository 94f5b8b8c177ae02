import type { ErrorCodes } from './type.js';

/** Outbox, inbox and receipts. */
export const ledgerCodes: ErrorCodes = Object.freeze({
  ERR_MSS_LEDGER_INBOX_NOT_FOUND: [1, 'aucun message reçu ne porte cet identifiant'],
  ERR_MSS_LEDGER_INBOX_STATE: [1, "cette action n'est pas possible dans l'état actuel du message"],
  ERR_MSS_LEDGER_INBOX_CLAIM_UNSUPPORTED: [
    3,
    'le serveur ne permet pas à plusieurs postes de se répartir les messages ; utilisez une base de données commune',
  ],
  ERR_MSS_LEDGER_INBOX_RESULT: [2, "la réponse donnée après la remise du message n'est pas permise"],
  ERR_MSS_LEDGER_INBOX_LEASE_LOST: [3, 'un autre poste a repris le traitement de ce message'],
  ERR_MSS_LEDGER_INBOX_NO_QUEUE: [2, "aucun moyen d'envoyer les accusés de lecture n'est configuré"],
  ERR_MSS_LEDGER_DOCUMENT_ID_TAKEN: [1, 'un autre contenu a déjà été mis en file sous cet identifiant de document'],
  ERR_MSS_LEDGER_NOT_FOUND: [1, "cet envoi n'est pas dans la boîte d'envoi"],
  ERR_MSS_LEDGER_ENTRY: [2, 'cet envoi ne peut pas être mis en file'],
  ERR_MSS_LEDGER_OPPOSED: [1, "le patient s'oppose à l'envoi à ce destinataire"],
  ERR_MSS_LEDGER_SUPPRESSED: [1, 'ce destinataire est sur la liste des adresses en échec'],
  ERR_MSS_LEDGER_STATE: [1, "cette action n'est pas possible dans l'état actuel de l'envoi"],
  ERR_MSS_LEDGER_LEASE_LOST: [3, 'un autre poste a repris cet envoi'],
  ERR_MSS_LEDGER_CLOSED: [2, 'le registre des envois est déjà fermé'],
  ERR_MSS_LEDGER_CONTENT_MISSING: [2, 'le contenu conservé a disparu'],
  ERR_MSS_LEDGER_CONTENT_KEY: [2, "le contenu conservé est scellé par une clé qui n'est pas fournie"],
  ERR_MSS_LEDGER_CONTENT_TAMPERED: [2, "le contenu conservé a été modifié, ou sa clé n'est pas la bonne"],
  ERR_MSS_LEDGER_CONTENT_TRUNCATED: [2, 'le contenu conservé est incomplet'],
  ERR_MSS_LEDGER_VAULT_FULL: [3, "il n'y a plus de place pour conserver le contenu"],
  ERR_MSS_LEDGER_VAULT_UNAVAILABLE: [3, "le lieu de conservation du contenu n'est pas accessible"],
  ERR_MSS_LEDGER_AUDIT_EVENT: [2, 'une trace sans auteur, action ou boîte est refusée'],
  ERR_MSS_LEDGER_AUDIT_BROKEN: [1, 'la chaîne des traces est rompue'],
});
