/**
 * CDA R2 documents of the French profile, level 1 and level 3, as typed values.
 *
 * Référentiel #2 v0.1 §3.1; HL7 CDA R2; CI-SIS Volet Structuration Minimale de Documents Médicaux.
 *
 * @packageDocumentation
 */
export type * from './types/data-types.js';
export type * from './types/header.js';
export type * from './types/narrative.js';
export type * from './types/document.js';
