/**
 * The mss command.
 *
 * @packageDocumentation
 */
export {};
