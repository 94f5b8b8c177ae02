import { MssError, type Clock } from '@mss/core';
import { patientDomain } from '@mss/ins-address';
import { domainOf, type Account } from '../account.js';
import type { SandboxErrorCode } from '../errors.js';
import type { SandboxPscUser } from '../pro-sante-connect/types.js';
import { accountEntries } from './account-entries.js';
import { Publication } from './publication.js';
import type { SandboxAnnuaireOptions } from './types.js';

/**
 * What the Annuaire of a sandbox publishes.
 *
 * @throws MssError `ERR_MSS_SANDBOX_OPTION`
 */
export function createPublication(
  { mailboxes = 1_000 }: SandboxAnnuaireOptions,
  world: {
    readonly clock: Clock;
    readonly accounts: readonly Account[];
    readonly trustedDomains: Iterable<string>;
    /** Asked when a file is made. */
    readonly users: () => readonly SandboxPscUser[];
  },
): Publication {
  if (!(Number.isInteger(mailboxes) && mailboxes >= 0 && mailboxes <= 100_000))
    throw new MssError<SandboxErrorCode>('ERR_MSS_SANDBOX_OPTION', 'annuaire.mailboxes is a whole number up to 100000');
  const { accounts, trustedDomains, users, clock } = world;
  return new Publication({
    mailboxes,
    publishedAt: clock.now(),
    accountEntries: () => accountEntries(accounts, users()),
    domains: [patientDomain, ...accounts.map(({ address }) => domainOf(address)), ...trustedDomains],
  });
}
