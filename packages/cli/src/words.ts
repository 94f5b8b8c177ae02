import type { Language } from './command.js';

/** French words for values, by the key under which they stand; English shows the value itself. */
const french: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.freeze({
  sex: { M: 'masculin', F: 'féminin', U: 'indéterminé' },
  status: { good: 'bon', revoked: 'révoqué', unknown: 'inconnu' },
  action: { failed: 'échec', delayed: 'retardé', delivered: 'remis', relayed: 'relayé', expanded: 'redistribué' },
  kind: {
    dsn: 'accusé de remise ou de non-remise (DSN)',
    mdn: 'accusé de lecture ou d’intégration (MDN)',
    'integration-failure': 'échec d’intégration',
    none: 'pas un accusé',
  },
  outcome: {
    accepted: 'accepté par l’opérateur',
    'partly-accepted': 'accepté en partie',
    refused: 'refusé',
    uncertain: 'incertain : peut-être parti',
    waiting: 'en attente',
    pending: 'en cours',
    expired: 'non envoyé, délai dépassé',
    cancelled: 'annulé',
    'not-sent': 'non envoyé',
    'given-up': 'laissé sans suite',
    updated: 'mis à jour',
    unchanged: 'inchangé',
    ok: 'bon',
    warning: 'attention',
    failed: 'échec',
    skipped: 'sans objet',
  },
  state: {
    waiting: 'en attente',
    sending: 'en cours d’envoi',
    ending: 'réponse attendue',
    uncertain: 'incertain',
    accepted: 'accepté par l’opérateur',
    refused: 'refusé',
    expired: 'non envoyé, délai dépassé',
    cancelled: 'annulé',
    'given-up': 'laissé sans suite',
    settled: 'terminé',
    leased: 'en cours',
    'handed-over': 'remis, suites à finir',
    done: 'remis',
    quarantined: 'en quarantaine',
    elsewhere: 'traité par un autre poste',
    gone: 'supprimé entre-temps',
  },
  stage: {
    connect: 'connexion',
    greeting: 'connexion',
    ehlo: 'connexion',
    starttls: 'connexion',
    auth: 'authentification',
    mail: 'expéditeur',
    rcpt: 'destinataire',
    'data-started': 'transmission du contenu',
    'data-ended': 'contenu transmis, sans réponse',
    accepted: 'terminé',
  },
  dsn: { requested: 'demandé', unsupported: 'non offert par le serveur', 'not-asked': 'non demandé' },
  filedBy: { server: 'l’opérateur', client: 'ce poste', unknown: 'inconnu', nobody: 'personne encore' },
  role: { message: 'message', attachment: 'pièce jointe', document: 'document' },
  finding: {
    INS_SPACES: 'des espaces dans le matricule',
    INS_LOWER_CASE: '2A ou 2B en minuscules',
    INS_LENGTH: 'le matricule doit avoir 15 caractères',
    INS_CHARACTERS: 'un caractère ne peut pas figurer dans un matricule',
    INS_SEX: 'le premier chiffre ne peut pas commencer un matricule',
    INS_MONTH: 'le mois de naissance est impossible',
    INS_DEPARTMENT: 'le département de naissance est impossible',
    INS_KEY_MISSING: 'la clé manque (13 chiffres seulement)',
    INS_KEY: 'la clé est fausse',
    INS_OID_NOT_INS: "l'OID n'est pas celui d'un matricule INS",
    SUBJECT_PREFIXED: 'quelque chose précède XDM/1.0/DDM',
    SUBJECT_PREFIX_FORM: 'le préfixe n’est pas écrit exactement',
    SUBJECT_SPACES: 'espaces en trop',
    SUBJECT_NOT_NFC: 'accents décomposés',
    SUBJECT_APOSTROPHE: 'apostrophe typographique',
    SUBJECT_LABEL_VARIANT: 'libellé connu, autrement accentué ou en autre casse',
    SUBJECT_LABEL_LONG: 'libellé non coupé à 40 caractères',
    SUBJECT_LABEL_UNKNOWN: 'libellé inconnu',
    SUBJECT_DATE_FORM: 'date écrite autrement que JJ/MM/AAAA',
    SUBJECT_NAME_CASE: "le nom n'est pas en capitales",
    SUBJECT_AMBIGUOUS: 'plusieurs lectures sont possibles',
    SUBJECT_TRAITS_MISMATCH: 'les noms ne sont pas ceux du patient de METADATA.XML',
    SUBJECT_NO_PREFIX: 'le préfixe XDM/1.0/DDM manque',
    SUBJECT_FIELD_MISSING: 'un champ obligatoire manque',
    SUBJECT_TOO_LONG: 'objet trop long',
    RECEIPT_NOT_A_REPORT: "l'accusé n'a pas la forme multipart/report",
    RECEIPT_BROKEN_MULTIPART: 'les parties du courriel sont mal délimitées',
    RECEIPT_FIELDS_IN_TEXT: "les champs de l'accusé sont dans le texte",
    RECEIPT_FIELD_MALFORMED: "un champ de l'accusé est mal écrit",
    RECEIPT_FIELD_MISSING: "un champ obligatoire de l'accusé manque",
    RECEIPT_FREE_TEXT: 'pas de compte rendu structuré : le texte a été interprété',
    RECEIPT_UNKNOWN_DIALECT: 'système de messagerie inconnu : le texte a été interprété par des règles générales',
    RECEIPT_STATUS_FROM_TEXT: 'le statut vient du texte du serveur distant',
    RECEIPT_STATUS_INFERRED: 'le statut a été déduit des mots',
    RECEIPT_NO_RECIPIENT: "l'accusé ne nomme aucun destinataire",
    RECEIPT_DISPOSITION_MALFORMED: 'la disposition est mal écrite',
    RECEIPT_ERROR_IN_DISPOSITION: "le code d'erreur est dans le champ Disposition",
  },
});

const dates: readonly string[] = ['birthDate', 'serviceStart'];

/** A value in the words of the language, when there are some for it. HL7 dates are put in the order people read them. */
export function wordFor(key: string, value: string, language: Language): string | null {
  const hl7 = dates.includes(key) ? /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d))?/.exec(value) : null;
  if (hl7 !== null) {
    const [, year, month, day, hour, minute] = hl7;
    const time = hour === undefined ? '' : ` ${hour}:${minute}`;
    return language === 'fr' ? `${day}/${month}/${year}${time}` : `${year}-${month}-${day}${time}`;
  }
  return language === 'fr' ? (french[key]?.[value] ?? null) : null;
}
