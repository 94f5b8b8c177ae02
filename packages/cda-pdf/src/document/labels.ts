/** French words for codes of HL7 that a header carries without a French display name. */

const lookUp =
  (table: Readonly<Record<string, string>>) =>
  (code: string): string =>
    Object.hasOwn(table, code) ? (table[code] ?? code) : code;

/** @see HL7 v3 vocabulary, NullFlavor; CI-SIS Structuration Minimale for the French words. */
export const nullFlavorLabel: (code: string) => string = lookUp({
  NI: 'non renseigné',
  UNK: 'inconnu',
  ASKU: 'demandé mais inconnu',
  NASK: 'non demandé',
  NAV: 'temporairement indisponible',
  MSK: 'masqué',
  NA: 'sans objet',
  OTH: 'autre',
  NP: 'non présent',
});

/** @see HL7 v3 vocabulary, TelecommunicationAddressUse and PostalAddressUse. */
export const useLabel: (code: string) => string = lookUp({
  H: 'domicile',
  HP: 'domicile principal',
  HV: 'vacances',
  WP: 'professionnel',
  DIR: 'ligne directe',
  PUB: 'standard',
  MC: 'mobile',
  EC: "en cas d'urgence",
  AS: 'répondeur',
  PG: 'récepteur de poche',
  BAD: 'hors service',
  TMP: 'temporaire',
  PST: 'postale',
  PHYS: 'physique',
  CONF: 'confidentiel',
});

/** @see HL7 v3 vocabulary, ParticipationType; CI-SIS for the roles of a French header. */
export const participantLabel: (code: string) => string = lookUp({
  PRF: 'Exécutant',
  PPRF: 'Exécutant principal',
  SPRF: 'Exécutant secondaire',
  INF: 'Informateur',
  CON: 'Consultant',
  REF: 'Demandeur',
  REFB: 'Adressé par',
  REFT: 'Adressé à',
  RESP: 'Responsable',
  VRF: 'Vérificateur',
  ATND: 'Médecin responsable',
  ADM: 'Responsable de l’admission',
  DIS: 'Responsable de la sortie',
  ENT: 'Opérateur de saisie',
  IND: 'Tiers concerné',
  PRCP: 'Destinataire principal',
  TRC: 'En copie',
  CALLBCK: 'À rappeler',
  HLD: 'Assuré',
  COV: 'Bénéficiaire',
  GUAR: 'Garant',
});

/** Headings of informants by `relatedEntity/@classCode`. @see ANS, cda_l10n.xml. */
export const informantLabel: (code: string) => string = lookUp({
  ECON: "Contact en cas d'urgence",
  NOK: 'Personne de confiance',
  CON: 'Informateur',
  CAREGIVER: 'Aidant',
  PAT: 'Patient',
  PRS: 'Proche',
  ASSIGNED: 'Informateur',
  AGNT: 'Mandataire',
  GUARD: 'Représentant légal',
});

/** @see HL7 v3 vocabulary, ActStatus. */
export const statusLabel: (code: string) => string = lookUp({
  completed: 'terminé',
  active: 'en cours',
  aborted: 'interrompu',
  cancelled: 'annulé',
  held: 'en attente',
  new: 'nouveau',
  suspended: 'suspendu',
});

/** @see HL7 v3 vocabulary, ActRelationshipType; CDA R2 §4.2.3.2. */
export const relationLabel: (code: string) => string = lookUp({
  RPLC: 'Remplace le document',
  APND: 'Complète le document',
  XFRM: 'Transforme le document',
});

/** @see JDV_J08; VOLET-TRANS, règles de gestion MSSanté. */
export const confidentialityLabel: (code: string) => string = lookUp({
  N: 'Normal',
  R: 'Restreint',
  V: 'Très restreint',
  INVISIBLE_PATIENT: 'Non visible par le patient',
  INVISIBLE_REPRESENTANTS_LEGAUX: 'Non visible par les représentants légaux du patient',
  MASQUE_PS: 'Masqué aux professionnels de santé',
});

/** @see HL7 v3 vocabulary, ParticipationSignature. */
export const signatureLabel: (code: string) => string = lookUp({ S: 'signé', I: 'signature prévue', X: 'signature requise' });

/** Sex as an identity document writes it. */
export const sexLabel = { F: 'Féminin', M: 'Masculin', U: 'Indéterminé' } as const;
