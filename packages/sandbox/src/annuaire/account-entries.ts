import { domainOf, type Account } from '../account.js';
import type { SandboxPscUser } from '../pro-sante-connect/types.js';
import { generalPractice, towns } from './country.js';
import type { MailboxEntry, Professional, Structure } from './entry.js';
import { finess, placeOf, rpps } from './generate.js';

/** Numbers of the accounts' professionals that Pro Santé Connect does not know begin here. */
const firstNumber = 90_000_000;

/**
 * The accounts as the Annuaire publishes them: personal and organisational mailboxes that are open. Patients are in no
 * directory, applicative mailboxes are not in the public extraction, closed ones are gone.
 */
export function accountEntries(accounts: readonly Account[], users: readonly SandboxPscUser[]): readonly MailboxEntry[] {
  const domains = [...new Set(accounts.filter(({ kind }) => kind !== 'patient').map(({ address }) => domainOf(address)))];
  return accounts.flatMap((account, index): MailboxEntry[] => {
    if (account.state === 'closed') return [];
    const { address, label } = account;
    const number = domains.indexOf(domainOf(address));
    if (account.kind === 'personal') {
      const [, givenName = 'Camille', familyName = 'ESSAI', organisation = ''] = label.split('_');
      const user = users.find(({ mailboxes }) => mailboxes[0] === address);
      const professional: Professional = {
        rpps: user?.nationalId.slice(1) ?? rpps(firstNumber + index),
        civility: 'M',
        familyName: user?.familyName ?? familyName,
        givenName: user?.givenName ?? givenName,
        qualification: generalPractice,
      };
      const structure = structureOf(account, { number, name: organisation });
      return [{ type: 'PER', address, professional, structure, service: '', dematerialisation: true }];
    }
    if (account.kind !== 'organisational') return [];
    const service = address.slice(0, address.indexOf('@')).toUpperCase();
    const name = label.toUpperCase().endsWith(` ${service}`) ? label.slice(0, -service.length - 1) : label;
    return [
      { type: 'ORG', address, professional: null, structure: structureOf(account, { number, name }), service, dematerialisation: true },
    ];
  });
}

/** All in the first town: they know each other. */
function structureOf({ address }: Account, { number, name }: { readonly number: number; readonly name: string }): Structure {
  const domain = domainOf(address);
  return {
    ...placeOf(number * towns.length),
    identifierType: 'FINESS',
    identifier: finess(number + 1),
    legalName: (name === '' ? (domain.split('.')[0] ?? domain) : name).toUpperCase(),
    tradeName: '',
    domain,
    isHospital: false,
  };
}
