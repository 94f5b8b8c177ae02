/**
 * CDA R2 documents of the French profile: header, narrative and embedded body as typed values.
 *
 * @packageDocumentation
 */
export {};
