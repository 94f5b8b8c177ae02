/**
 * INS matricule and traits, patient mail addresses built only from a qualified identity.
 *
 * @packageDocumentation
 */
export {};
