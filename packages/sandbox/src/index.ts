/**
 * A whole MSSanté world on one machine: operator, test IGC with CRLs, mailboxes, a Mon espace santé simulator.
 *
 * @packageDocumentation
 */
export {};
