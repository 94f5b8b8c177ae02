import type { ErrorCodes } from './type.js';

/** Databases. */
export const storageCodes: ErrorCodes = Object.freeze({
  ERR_MSS_STORE_OPEN: [2, 'la base de données ne peut pas être ouverte'],
  ERR_MSS_STORE_NOT_A_DATABASE: [2, "le fichier n'est pas une base de données SQLite"],
  ERR_MSS_STORE_CORRUPT: [2, 'la base de données est endommagée ; restaurez une copie'],
  ERR_MSS_STORE_BUSY: [3, 'la base de données est occupée ; réessayez'],
  ERR_MSS_STORE_FULL: [3, "le disque est plein ; rien n'a été enregistré"],
  ERR_MSS_STORE_IO: [3, "le système n'a pas pu lire ou écrire la base de données"],
  ERR_MSS_STORE_READ_ONLY: [2, 'la base de données est en lecture seule'],
  ERR_MSS_STORE_CONSTRAINT: [1, "l'enregistrement contredit une règle de la base de données"],
  ERR_MSS_STORE_SQL: [2, 'erreur interne : requête incorrecte'],
  ERR_MSS_STORE_VALUE: [1, 'une valeur ne peut pas être enregistrée ou relue exactement'],
  ERR_MSS_STORE_NESTED: [2, 'erreur interne : la base est utilisée dans sa propre transaction'],
  ERR_MSS_STORE_CLOSED: [2, 'la base de données est déjà fermée'],
  ERR_MSS_STORE_ABORTED: [3, "l'opération a été abandonnée ; rien n'a été enregistré"],
  ERR_MSS_STORE_DEADLINE: [3, "la base de données n'a pas répondu à temps ; rien n'a été enregistré"],
  ERR_MSS_STORE_UNAVAILABLE: [3, 'la base de données est injoignable ; réessayez'],
  ERR_MSS_STORE_COMMIT_UNKNOWN: [3, "la liaison s'est rompue pendant l'enregistrement ; vérifiez avant de recommencer"],
  ERR_MSS_STORE_REFUSED: [2, 'le serveur de base de données refuse cet accès'],
  ERR_MSS_STORE_DRIVER: [2, 'postgreSQL demande le paquet « pg »'],
  ERR_MSS_STORE_NEWER_SCHEMA: [2, "la base vient d'une version plus récente ; mettez le logiciel à jour"],
  ERR_MSS_STORE_HISTORY: [2, "la base a été créée par d'autres instructions que celles de cette version"],
});
