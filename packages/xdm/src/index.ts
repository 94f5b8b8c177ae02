/**
 * IHE_XDM.ZIP and METADATA.XML, written and read.
 *
 * @packageDocumentation
 */
export {};
