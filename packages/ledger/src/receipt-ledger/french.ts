import type { Contradiction, ReceiptVerdict } from './types.js';

/** The verdicts in French, for screens of hosts: one sentence each, without names or dates. */
export const knownInFrench: Readonly<Record<ReceiptVerdict, string>> = Object.freeze({
  waiting: 'Le message n’est pas encore parti.',
  refused: 'L’opérateur a refusé ce destinataire : le message ne lui a pas été envoyé.',
  expired: 'Le message n’a pas pu être envoyé dans le délai prévu.',
  cancelled: 'L’envoi a été annulé avant le départ du message.',
  'given-up': 'Le message est peut-être parti, aucune preuve n’est arrivée dans le délai prévu : vérifiez auprès du destinataire.',
  uncertain: 'Le message est peut-être parti : la preuve est attendue.',
  accepted: 'Le message est parti ; rien de plus n’est connu pour l’instant.',
  silent: 'Le message est parti et aucune nouvelle n’est revenue dans le délai prévu.',
  relayed: 'Le message a été transmis à un système qui ne rend pas compte de la remise.',
  delayed: 'La remise du message est retardée ; la messagerie essaie encore.',
  failed: 'Le message n’a pas été remis.',
  'perhaps-failed': 'Un avis d’échec d’origine douteuse est arrivé : vérifiez auprès du destinataire.',
  'in-doubt': 'Des avis contradictoires sont arrivés, remise et échec : vérifiez auprès du destinataire.',
  delivered: 'Le message est dans la boîte aux lettres du destinataire.',
  deleted: 'Le message a été supprimé par le destinataire, peut-être sans avoir été lu.',
  dispatched: 'Le message a été imprimé ou transmis par le destinataire.',
  processed: 'Le message a été traité par le logiciel du destinataire.',
  'not-processed': 'Le message est arrivé, mais le logiciel du destinataire n’a pas pu le traiter.',
  'not-integrated': 'Le message est arrivé, mais le logiciel du destinataire n’a pas pu ranger le document dans le dossier du patient.',
  displayed: 'Le message a été affiché chez le destinataire.',
  replied: 'Le destinataire a répondu au message.',
});

/** The contradictions in French. */
export const contradictionsInFrench: Readonly<Record<Contradiction, string>> = Object.freeze({
  'delivered-and-failed': 'Un avis annonce la remise, un autre l’échec.',
  'used-and-failed': 'Un avis d’échec contredit la suite donnée par le destinataire ; il concerne sans doute une copie transférée.',
  'processed-and-not-integrated': 'Le logiciel du destinataire annonce à la fois le rangement du document et son échec.',
  'processed-and-not-processed': 'Le logiciel du destinataire annonce à la fois le traitement du message et son échec.',
  'not-sent-and-received': 'Un accusé est arrivé pour un destinataire à qui le message n’a pas été envoyé.',
});
