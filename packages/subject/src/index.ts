/**
 * The subject line of an MSSanté mail and the names of its PDF files, built and parsed.
 *
 * @packageDocumentation
 */
export {};
