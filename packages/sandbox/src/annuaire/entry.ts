import type { Qualification } from './country.js';

/** A practice, hospital or laboratory of fiction. */
export interface Structure {
  readonly identifierType: 'FINESS' | 'SIRET';
  readonly identifier: string;
  readonly legalName: string;
  readonly tradeName: string;
  /** Where its mailboxes are; `null` for practices, whose people have theirs elsewhere. */
  readonly domain: string | null;
  readonly isHospital: boolean;
  readonly streetNumber: string;
  readonly streetType: string;
  readonly street: string;
  readonly postalCode: string;
  readonly town: string;
}

export interface Professional {
  /** RPPS, without its prefix `8`. */
  readonly rpps: string;
  readonly civility: 'MME' | 'M';
  readonly familyName: string;
  readonly givenName: string;
  readonly qualification: Qualification;
}

/** One line of the mailbox extraction. Only the types that the real one has: no `APP`, no `CAB`. */
export type MailboxEntry = MailboxFacts &
  ({ readonly type: 'PER'; readonly professional: Professional } | { readonly type: 'ORG'; readonly professional: null });

interface MailboxFacts {
  readonly address: string;
  readonly structure: Structure | null;
  readonly service: string;
  readonly dematerialisation: boolean;
}

/** `2A`, `974`, `69`. */
export function departmentOf(postalCode: string): string {
  if (postalCode.startsWith('20')) return Number(postalCode) < 20_200 ? '2A' : '2B';
  return postalCode.slice(0, postalCode.startsWith('97') ? 3 : 2);
}
