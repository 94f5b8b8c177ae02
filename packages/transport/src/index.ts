/**
 * SMTP submission stage by stage and IMAP reading, on verified sockets only.
 *
 * @packageDocumentation
 */
export {};
