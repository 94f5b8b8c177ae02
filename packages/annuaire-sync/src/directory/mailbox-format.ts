import { positionsOf, type Column, type ColumnPositions, type FileFormat } from './file-format.js';

/** The 31 columns of `Extraction_Correspondance_MSSante`, by their English names. */
export type MailboxField =
  | 'type'
  | 'address'
  | 'identifierType'
  | 'identifier'
  | 'nationalIdentifier'
  | 'structureIdentifierType'
  | 'structureIdentifier'
  | 'service'
  | 'civility'
  | 'familyName'
  | 'givenName'
  | 'categoryCode'
  | 'category'
  | 'professionCode'
  | 'profession'
  | 'specialtyCode'
  | 'specialty'
  | 'dematerialisation'
  | 'legalName'
  | 'tradeName'
  | 'complement'
  | 'distribution'
  | 'streetNumber'
  | 'streetRepetition'
  | 'streetType'
  | 'street'
  | 'mention'
  | 'postalLine'
  | 'postalCode'
  | 'department'
  | 'country';

const column = (field: MailboxField, title: string, ...aliases: string[]): Column<MailboxField> => ({ field, title, aliases });

/** Headings of the structure's address are published with or without their suffix " structure BAL". */
const structureColumn = (field: MailboxField, title: string, ...aliases: string[]): Column<MailboxField> =>
  column(field, `${title} structure BAL`, title, ...aliases.flatMap((alias) => [alias, `${alias} structure BAL`]));

const columns: readonly Column<MailboxField>[] = [
  column('type', 'Type de BAL', 'Type BAL', 'Type de boîte aux lettres'),
  column('address', 'Adresse BAL', 'Adresse de la BAL', 'Adresse de BAL', 'Adresse de messagerie'),
  column('identifierType', 'Type Identifiant PP', "Type d'identifiant PP"),
  column('identifier', 'Identifiant PP'),
  column('nationalIdentifier', 'Identification nationale PP', 'Identifiant national PP'),
  column('structureIdentifierType', 'Type identifiant structure', "Type d'identifiant structure", "Type d'identifiant de la structure"),
  column('structureIdentifier', 'Identification Structure', 'Identifiant structure', 'Identification de la structure'),
  column('service', 'Service de rattachement', 'Service'),
  column('civility', "Civilité d'exercice", "Code civilité d'exercice"),
  column('familyName', "Nom d'exercice"),
  column('givenName', "Prénom d'exercice"),
  column(
    'categoryCode',
    'Catégorie profession',
    'Code catégorie profession',
    'Catégorie professionnelle',
    'Code catégorie professionnelle',
  ),
  column('category', 'Libellé de catégorie profession', 'Libellé catégorie profession', 'Libellé catégorie professionnelle'),
  column('professionCode', 'Code Profession'),
  column('profession', 'Libellé Profession'),
  column('specialtyCode', 'Code savoir-faire'),
  column('specialty', 'Libellé savoir-faire'),
  column('dematerialisation', 'Dématérialisation', 'Indicateur dématérialisation', 'Acceptation de la dématérialisation'),
  structureColumn('legalName', 'Raison Sociale'),
  structureColumn('tradeName', 'Enseigne commerciale'),
  structureColumn('complement', 'L2COMPLEMENTLOCALISATION'),
  structureColumn('distribution', 'L3COMPLEMENTDISTRIBUTION'),
  structureColumn('streetNumber', 'L4NUMEROVOIE'),
  structureColumn('streetRepetition', 'L4COMPLEMENTNUMEROVOIE'),
  structureColumn('streetType', 'NL4TYPEVOIE', 'L4TYPEVOIE'),
  structureColumn('street', 'L4LIBELLEVOIE'),
  structureColumn('mention', 'L5LIEUDITMENTION'),
  structureColumn('postalLine', 'L6LIGNEACHEMINEMENT'),
  structureColumn('postalCode', 'Code postal'),
  structureColumn('department', 'Département', 'Code département'),
  structureColumn('country', 'Pays'),
];

/**
 * `Extraction_Correspondance_MSSante`: one line for each mailbox and activity, UTF-8, `|`, no quoting.
 *
 * All 31 columns must be there: a file that lost one is not the file this code knows.
 */
export const mailboxFormat: FileFormat<MailboxField> = {
  kind: 'mailboxes',
  columns,
  required: columns.map(({ field }) => field),
};

/** Position of each field in a mailbox's canonical line. */
export const mailboxColumns: ColumnPositions<MailboxField> = positionsOf(columns);
