import type { ErrorCodes } from './type.js';

/** The command itself, XML, ZIP and MIME. */
export const formatCodes: ErrorCodes = Object.freeze({
  ERR_MSS_CLI_USAGE: [2, 'arguments incorrects ; voir « mss help »'],
  ERR_MSS_CLI_FILE: [2, "un fichier n'a pas pu être lu ou écrit"],
  ERR_MSS_CLI_ENCODING: [2, "le texte n'est pas en UTF-8"],
  ERR_MSS_CLI_TOO_LARGE: [2, 'le fichier dépasse la taille admise'],
  ERR_MSS_CLI_NEGATIVE: [1, 'la vérification est négative'],
  ERR_MSS_CLI_INTERNAL: [2, 'erreur inattendue (MSS_DEBUG=1 pour le détail)'],
  ERR_MSS_CORE_OID_INVALID: [2, "l'OID n'est pas écrit en chiffres séparés par des points"],

  ERR_MSS_XML_DOCTYPE: [2, 'le XML contient une déclaration DOCTYPE : il est refusé'],
  ERR_MSS_XML_MALFORMED: [2, "le XML est mal formé : ce n'est pas un document lisible"],
  ERR_MSS_XML_LIMIT: [2, 'le XML dépasse une limite de lecture (taille, profondeur ou nombre d’éléments)'],
  ERR_MSS_XML_ENCODING: [2, "l'encodage du XML n'est pas reconnu, ou n'est pas celui qu'il annonce"],
  ERR_MSS_XML_WRITE: [2, 'une valeur contient un caractère que le XML interdit'],

  ERR_MSS_ZIP_NOT_A_ZIP: [2, "le fichier n'est pas une archive ZIP"],
  ERR_MSS_ZIP_EMPTY: [2, "l'archive est vide"],
  ERR_MSS_ZIP_TRUNCATED: [2, "l'archive est incomplète (coupée)"],
  ERR_MSS_ZIP_INCONSISTENT: [2, "l'archive est endommagée : ses en-têtes se contredisent"],
  ERR_MSS_ZIP_MULTI_DISK: [2, 'les archives en plusieurs volumes ne sont pas lues'],
  ERR_MSS_ZIP_ZIP64: [2, "l'archive a des champs ZIP64 incorrects"],
  ERR_MSS_ZIP_DUPLICATE_ENTRY: [2, "deux fichiers de l'archive ont le même nom"],
  ERR_MSS_ZIP_ENCRYPTED: [2, "l'archive est chiffrée ou protégée par un mot de passe"],
  ERR_MSS_ZIP_OVERLAP: [2, "l'archive est piégée : deux fichiers occupent la même place"],
  ERR_MSS_ZIP_UNSAFE_NAME: [2, "un nom de fichier de l'archive est dangereux"],
  ERR_MSS_ZIP_UNSAFE_TYPE: [2, "l'archive contient un lien ou un fichier spécial"],
  ERR_MSS_ZIP_RATIO: [2, "un fichier de l'archive est anormalement compressé (bombe ZIP)"],
  ERR_MSS_ZIP_TOO_MANY_ENTRIES: [2, "l'archive contient trop de fichiers"],
  ERR_MSS_ZIP_TOO_LARGE: [2, "l'archive, ou son contenu, dépasse la taille admise"],
  ERR_MSS_ZIP_METHOD: [2, "la méthode de compression de l'archive n'est pas admise"],
  ERR_MSS_ZIP_DEFLATE: [2, "l'archive est endommagée : un fichier ne se décompresse pas"],
  ERR_MSS_ZIP_CRC: [2, "l'archive est endommagée : la somme de contrôle d'un fichier est fausse"],
  ERR_MSS_ZIP_SIZE: [2, "l'archive est endommagée : un fichier n'a pas la taille annoncée"],
  ERR_MSS_ZIP_WRITE: [2, "l'archive ne peut pas être écrite"],

  ERR_MSS_MIME_LIMIT: [2, 'le courriel dépasse une limite de lecture (taille, en-têtes ou nombre de parties)'],
  ERR_MSS_MIME_NOT_A_MESSAGE: [2, "le fichier n'est pas un courriel"],
  ERR_MSS_MIME_ADDRESS_INVALID: [2, "une adresse de courriel n'est pas valable"],
  ERR_MSS_MIME_HEADER_INJECTION: [2, "une valeur d'en-tête contient un saut de ligne ou un caractère de contrôle"],
  ERR_MSS_MIME_WRITE: [2, 'le courriel ne peut pas être écrit'],
});
