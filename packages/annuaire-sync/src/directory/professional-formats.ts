import { positionsOf, type Column, type ColumnPositions, type FileFormat } from './file-format.js';

type PersonField =
  | 'identifierType'
  | 'identifier'
  | 'nationalIdentifier'
  | 'familyName'
  | 'givenName'
  | 'professionCode'
  | 'profession'
  | 'categoryCode'
  | 'category'
  | 'specialtyTypeCode'
  | 'specialtyType'
  | 'specialtyCode'
  | 'specialty';

/** The columns of `PS_LibreAcces_Personne_activite` that the toolkit knows, by their English names. */
export type ActivityField =
  | PersonField
  | 'civilityCode'
  | 'civility'
  | 'titleCode'
  | 'title'
  | 'practiceCode'
  | 'practice'
  | 'siret'
  | 'siren'
  | 'finess'
  | 'legalFiness'
  | 'structureIdentifier'
  | 'legalName'
  | 'tradeName'
  | 'complement'
  | 'distribution'
  | 'streetNumber'
  | 'streetRepetition'
  | 'streetTypeCode'
  | 'streetType'
  | 'street'
  | 'mention'
  | 'postalLine'
  | 'postalCode'
  | 'communeCode'
  | 'commune'
  | 'countryCode'
  | 'country'
  | 'phone'
  | 'otherPhone'
  | 'fax'
  | 'email'
  | 'department'
  | 'departmentName'
  | 'formerStructureIdentifier'
  | 'authority';

type SkillField = PersonField;

type DiplomaField =
  | 'identifierType'
  | 'identifier'
  | 'nationalIdentifier'
  | 'familyName'
  | 'givenName'
  | 'diplomaTypeCode'
  | 'diplomaType'
  | 'diplomaCode'
  | 'diploma'
  | 'authorisationTypeCode'
  | 'authorisationType'
  | 'authorisationCode'
  | 'authorisation';

const column = <Field extends string>(field: Field, title: string, ...aliases: string[]): Column<Field> => ({ field, title, aliases });

/** Headings of the structure's address are published with or without their suffix. */
const placeColumn = (field: ActivityField, title: string): Column<ActivityField> => column(field, `${title} (coord. structure)`, title);

const identity = [
  column('identifierType', "Type d'identifiant PP", 'Type Identifiant PP'),
  column('identifier', 'Identifiant PP'),
  column('nationalIdentifier', 'Identification nationale PP'),
] as const;
const name = [column('familyName', "Nom d'exercice"), column('givenName', "Prénom d'exercice")] as const;
const profession = [
  column('professionCode', 'Code profession'),
  column('profession', 'Libellé profession'),
  column('categoryCode', 'Code catégorie professionnelle'),
  column('category', 'Libellé catégorie professionnelle'),
] as const;
const specialty = [
  column('specialtyTypeCode', 'Code type savoir-faire'),
  column('specialtyType', 'Libellé type savoir-faire'),
  column('specialtyCode', 'Code savoir-faire'),
  column('specialty', 'Libellé savoir-faire'),
] as const;

const activityColumns: readonly Column<ActivityField>[] = [
  ...identity,
  column('civilityCode', "Code civilité d'exercice"),
  column('civility', "Libellé civilité d'exercice"),
  column('titleCode', 'Code civilité'),
  column('title', 'Libellé civilité'),
  ...name,
  ...profession,
  ...specialty,
  column('practiceCode', 'Code mode exercice'),
  column('practice', 'Libellé mode exercice'),
  column('siret', 'Numéro SIRET site'),
  column('siren', 'Numéro SIREN site'),
  column('finess', 'Numéro FINESS site'),
  column('legalFiness', 'Numéro FINESS établissement juridique'),
  column('structureIdentifier', 'Identifiant technique de la structure', 'Identifiant technique structure'),
  column('legalName', 'Raison sociale site'),
  column('tradeName', 'Enseigne commerciale site'),
  placeColumn('complement', 'Complément destinataire'),
  placeColumn('distribution', 'Complément point géographique'),
  placeColumn('streetNumber', 'Numéro Voie'),
  placeColumn('streetRepetition', 'Indice répétition voie'),
  placeColumn('streetTypeCode', 'Code type de voie'),
  placeColumn('streetType', 'Libellé type de voie'),
  placeColumn('street', 'Libellé Voie'),
  placeColumn('mention', 'Mention distribution'),
  placeColumn('postalLine', 'Bureau cedex'),
  placeColumn('postalCode', 'Code postal'),
  placeColumn('communeCode', 'Code commune'),
  placeColumn('commune', 'Libellé commune'),
  placeColumn('countryCode', 'Code pays'),
  placeColumn('country', 'Libellé pays'),
  placeColumn('phone', 'Téléphone'),
  placeColumn('otherPhone', 'Téléphone 2'),
  placeColumn('fax', 'Télécopie'),
  placeColumn('email', 'Adresse e-mail'),
  column('department', 'Code Département (structure)', 'Code Département'),
  column('departmentName', 'Libellé Département (structure)', 'Libellé Département'),
  column('formerStructureIdentifier', 'Ancien identifiant de la structure'),
  column('authority', "Autorité d'enregistrement"),
];

const skillColumns: readonly Column<SkillField>[] = [...identity, ...name, ...profession, ...specialty];

const diplomaColumns: readonly Column<DiplomaField>[] = [
  ...identity,
  ...name,
  column('diplomaTypeCode', 'Code type diplôme obtenu'),
  column('diplomaType', 'Libellé type diplôme obtenu'),
  column('diplomaCode', 'Code diplôme obtenu'),
  column('diploma', 'Libellé diplôme obtenu'),
  column('authorisationTypeCode', 'Code type autorisation'),
  column('authorisationType', 'Libellé type autorisation'),
  column('authorisationCode', 'Code discipline autorisation'),
  column('authorisation', 'Libellé discipline autorisation'),
];

const who = ['identifierType', 'identifier', 'nationalIdentifier', 'familyName', 'givenName'] as const;

/** `PS_LibreAcces_Personne_activite`: one line for each activity of each professional. Columns are added over the years. */
export const activityFormat: FileFormat<ActivityField> = {
  kind: 'activities',
  columns: activityColumns,
  required: [...who, 'profession'],
};

/** `PS_LibreAcces_SavoirFaire`: specialities and other qualifications, one a line. */
export const skillFormat: FileFormat<SkillField> = {
  kind: 'skills',
  columns: skillColumns,
  required: [...who, 'specialtyCode', 'specialty'],
};

/** `PS_LibreAcces_Dipl_AutExerc`: diplomas and authorisations, one a line. */
export const diplomaFormat: FileFormat<DiplomaField> = {
  kind: 'diplomas',
  columns: diplomaColumns,
  required: [...who, 'diplomaCode', 'diploma'],
};

/** Position of each field in the canonical line of an activity. */
export const professionalColumns: ColumnPositions<ActivityField> = positionsOf(activityColumns);

export const skillPositions: ColumnPositions<SkillField> = positionsOf(skillColumns);
export const diplomaPositions: ColumnPositions<DiplomaField> = positionsOf(diplomaColumns);
