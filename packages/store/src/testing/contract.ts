import { claimCases } from './claim-cases.js';
import { migrationCases } from './migration-cases.js';
import { transactionCases } from './transaction-cases.js';
import { valueCases } from './value-cases.js';
import type { StoreCase } from './store-case.js';

/** What a store promises whichever its database, to be run against each of them. */
export const storeContract: readonly StoreCase[] = [...valueCases, ...transactionCases, ...claimCases, ...migrationCases];
