import type { Account } from '../account.js';
import { domainOf } from '../account.js';
import { withLuhn } from '../luhn.js';
import type { SandboxPscUser } from './types.js';

/** `Dr_Claire_MOREAU_Cabinet` as given and family name. */
function namesOf(label: string): Pick<SandboxPscUser, 'givenName' | 'familyName'> {
  const [, givenName = 'Camille', familyName = 'ESSAI'] = label.split('_');
  return { givenName, familyName };
}

/** One person for each personal mailbox and, where an organisation has no personal one, for each organisational mailbox. */
export function usersOf(accounts: readonly Account[]): readonly SandboxPscUser[] {
  const shared = accounts.filter(({ kind }) => kind === 'organisational');
  const personal = accounts.filter(({ kind }) => kind === 'personal');
  const domains = new Set(personal.map(({ address }) => domainOf(address)));
  const holders = [...personal, ...shared.filter(({ address }) => !domains.has(domainOf(address)))];
  return holders.map(({ address, label }, index) => ({
    // Numbers of test cards begin with 99700.
    nationalId: `8${withLuhn(`99700${String(index + 1).padStart(5, '0')}`)}`,
    ...namesOf(label),
    professionCode: '10',
    mailboxes: [...new Set([address, ...shared.map((one) => one.address).filter((one) => domainOf(one) === domainOf(address))])],
  }));
}
