/**
 * CDA documents rendered as PDF/A-1.
 *
 * @packageDocumentation
 */
export {};
