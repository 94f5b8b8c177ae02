import type { DirectoryEntry, SearchHit, SearchMatch, SearchResult } from '@mss/annuaire-sync';

/** One line of the answer: one mailbox for one activity, or one activity of somebody without a mailbox. */
export interface AnnuaireHit extends Pick<
  DirectoryEntry,
  | 'id'
  | 'address'
  | 'type'
  | 'dematerialisation'
  | 'civility'
  | 'familyName'
  | 'givenName'
  | 'rpps'
  | 'profession'
  | 'specialty'
  | 'organisation'
  | 'tradeName'
  | 'service'
  | 'postalCode'
  | 'city'
> {
  /** Why it was found. */
  readonly matches: readonly SearchMatch[];
}

/** What `GET /annuaire` answers. */
export interface AnnuaireAnswer {
  readonly total: number;
  readonly offset: number;
  readonly hits: readonly AnnuaireHit[];
}

/** What every refusal looks like; the message is for the person at the screen. */
export interface AnnuaireRefusal {
  readonly code: string;
  readonly message: string;
}

export function answerOf(result: SearchResult, offset: number): AnnuaireAnswer {
  return { total: result.total, offset, hits: result.hits.map(hitOf) };
}

function hitOf({ entry, matches }: SearchHit): AnnuaireHit {
  const { id, address, type, dematerialisation, civility, familyName, givenName, rpps, profession, specialty } = entry;
  const { organisation, tradeName, service, postalCode, city } = entry;
  const person = { civility, familyName, givenName, rpps, profession, specialty };
  return { id, address, type, dematerialisation, ...person, organisation, tradeName, service, postalCode, city, matches };
}
