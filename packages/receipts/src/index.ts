/**
 * Delivery and read receipts (DSN, MDN): requested, built and parsed.
 *
 * @packageDocumentation
 */
export {};
