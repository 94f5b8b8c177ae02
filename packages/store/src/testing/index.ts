/**
 * What every store promises, as cases that any test runner can run: for those who bring a database of their own.
 *
 * @packageDocumentation
 */
export { type OpenStore, type StoreCase } from './store-case.js';
export { storeContract } from './contract.js';
