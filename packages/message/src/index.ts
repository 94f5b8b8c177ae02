/**
 * The MSSanté mail: composed from documents or text, read back, with the refusals that protect the patient.
 *
 * @packageDocumentation
 */
export {};
