import { systemClock, systemRandom, type Clock, type MssWarning, type RandomSource } from '@mss/core';
import type { SecureChannelPolicy } from '@mss/pki';
import { readBundle } from './bundle.js';
import { createCallLimiter, systemWait, type CallLimiter, type Wait } from './call-limiter.js';
import {
  organizationParameters,
  practitionerParameters,
  roleParameters,
  type FhirOrganizationCriteria,
  type FhirPractitionerCriteria,
  type FhirRoleCriteria,
} from './criteria.js';
import { fhirError } from './errors.js';
import { request, type RequestTools } from './request.js';
import type { FhirPage, FhirResource, FhirWarningCode } from './types.js';

export interface FhirDirectoryOptions {
  /** Of kind `public-web`: the service stands under a public authority. */
  readonly policy: Pick<SecureChannelPolicy, 'fetch'>;
  /** For example `https://gateway.api.esante.gouv.fr/fhir/v2`. */
  readonly baseUrl: string | URL;
  /** Of the application, from the service's portal. Shown to `baseUrl`'s origin only. */
  readonly apiKey: string;
  /** Default `ESANTE-API-KEY`. */
  readonly apiKeyHeader?: string;
  /** Resources a page. Default 50, the service's own. */
  readonly pageSize?: number;
  /** Pages of one search at most; more is told as partial. Default 20. */
  readonly maxPages?: number;
  /** Shared by everything that uses one key: 17 calls a second. Default: one of this directory's. */
  readonly limiter?: CallLimiter;
  /** For one call. Default 30,000, the service's own. */
  readonly timeoutMs?: number;
  /** Of one call, the first among them. Default 4. */
  readonly attempts?: number;
  /** Default 8 MiB. */
  readonly maxResponseBytes?: number;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly wait?: Wait;
}

export interface FhirSearchOptions {
  readonly signal?: AbortSignal;
}

/** What was found for one person, mailbox or structure. */
export interface FhirAnswer {
  readonly resources: readonly FhirResource[];
  readonly at: Date;
  readonly isPartial: boolean;
  readonly warnings: readonly MssWarning<FhirWarningCode>[];
}

/** The FHIR service of the Annuaire Santé. */
export interface FhirDirectory {
  searchPractitioners(criteria: FhirPractitionerCriteria, options?: FhirSearchOptions): AsyncGenerator<FhirPage, void, undefined>;
  /** Activities, each with its professional and its structure among the resources. */
  searchRoles(criteria: FhirRoleCriteria, options?: FhirSearchOptions): AsyncGenerator<FhirPage, void, undefined>;
  searchOrganizations(criteria: FhirOrganizationCriteria, options?: FhirSearchOptions): AsyncGenerator<FhirPage, void, undefined>;
  /** The professional, the activities and their structures. @param rpps - 11 figures */
  findByRpps(rpps: string, options?: FhirSearchOptions): Promise<FhirAnswer>;
  /** Whoever carries the mailbox: a professional, an activity, a structure. */
  findByMailbox(address: string, options?: FhirSearchOptions): Promise<FhirAnswer>;
  /** The structure. @param finess - 9 characters */
  findByFiness(finess: string, options?: FhirSearchOptions): Promise<FhirAnswer>;
}

function checkBase(given: string | URL): URL {
  const base = new URL(given);
  if (base.protocol !== 'https:' || base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '') {
    throw new TypeError('baseUrl is an https address without credentials, query and fragment');
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/** The address of the next page: of the same origin, under the base, or the base itself with another query. */
function checkNext(text: string, base: URL, from: URL): URL {
  const elsewhere = fhirError('ERR_MSS_ANNUAIRE_FHIR_PAGING', 'the link to the next page leads elsewhere');
  if (!URL.canParse(text, from.href)) throw elsewhere;
  const next = new URL(text, from);
  const isUnder = next.pathname.startsWith(base.pathname) || `${next.pathname}/` === base.pathname;
  if (next.origin !== base.origin || !isUnder || next.username !== '' || next.password !== '') throw elsewhere;
  next.hash = '';
  return next;
}

/**
 * Makes the client of the FHIR service.
 *
 * At most 17 calls begin in a second, whoever makes them; 429 and failures are tried again after what `Retry-After` says, or
 * after growing waits. Next pages are read from the same origin only. Answers are bounded and read tolerantly: what is not
 * understood is `null`, left out, or told as a warning.
 *
 * Not checked: that a resource keeps to its profile; signatures, for there are none. What is red-listed is not published here.
 *
 * @throws TypeError for a configuration that cannot be
 * @see FHIR R4 (search, Bundle, Practitioner, PractitionerRole, Organization); guide "Annuaire Santé" of the ANS
 */
export function createFhirDirectory(options: FhirDirectoryOptions): FhirDirectory {
  const { clock = systemClock, wait = systemWait, pageSize = 50, maxPages = 20 } = options;
  const base = checkBase(options.baseUrl);
  const header = options.apiKeyHeader ?? 'ESANTE-API-KEY';
  if (!/^[\x21-\x7e]{1,500}$/.test(options.apiKey)) throw new TypeError('apiKey is printable ASCII');
  if (!/^[A-Za-z0-9-]{1,100}$/.test(header)) throw new TypeError('apiKeyHeader is no name of a header');
  for (const [name, value] of Object.entries({ pageSize, maxPages, attempts: options.attempts ?? 4 })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`${name} must be a positive integer`);
  }
  const tools: RequestTools = {
    policy: options.policy,
    headers: { [header]: options.apiKey, accept: 'application/fhir+json' },
    limiter: options.limiter ?? createCallLimiter({ clock, wait }),
    wait,
    random: options.random ?? systemRandom,
    clock,
    attempts: options.attempts ?? 4,
    timeoutMs: options.timeoutMs ?? 30_000,
    maxResponseBytes: options.maxResponseBytes ?? 8 * 1024 * 1024,
  };

  async function* search(type: string, parameters: URLSearchParams, signal?: AbortSignal): AsyncGenerator<FhirPage, void, undefined> {
    const first = new URL(type, base);
    parameters.append('_count', String(pageSize));
    first.search = parameters.toString();
    const seen = new Set<string>();
    let found = 0;
    let url: URL | null = first;
    while (url !== null) {
      if (seen.has(url.href)) throw fhirError('ERR_MSS_ANNUAIRE_FHIR_PAGING', 'the link to the next page leads back');
      seen.add(url.href);
      const { resources, next, total, matches, warnings } = readBundle(await request(url, tools, signal));
      found += matches;
      url = next === null ? null : checkNext(next, base, url);
      // The bound of pages; or the service counts more than it gives.
      const isPartial = url === null ? total !== null && total > found : seen.size >= maxPages;
      if (isPartial) url = null;
      yield { resources, at: clock.now(), total, isPartial, warnings };
    }
  }

  async function collect(...searches: readonly AsyncGenerator<FhirPage, void, undefined>[]): Promise<FhirAnswer> {
    const pages: FhirPage[] = [];
    for (const pagesOfOne of searches) for await (const page of pagesOfOne) pages.push(page);
    const resources = new Map(pages.flatMap((page) => page.resources).map((one) => [`${one.kind}/${one.id}`, one]));
    return {
      resources: [...resources.values()],
      at: pages.at(-1)?.at ?? clock.now(),
      isPartial: pages.some(({ isPartial }) => isPartial),
      warnings: pages.flatMap(({ warnings }) => warnings),
    };
  }

  return {
    searchPractitioners: (criteria, { signal } = {}) => search('Practitioner', practitionerParameters(criteria), signal),
    searchRoles: (criteria, { signal } = {}) => search('PractitionerRole', roleParameters(criteria), signal),
    searchOrganizations: (criteria, { signal } = {}) => search('Organization', organizationParameters(criteria), signal),
    async findByRpps(rpps, { signal } = {}) {
      const people = await collect(search('Practitioner', practitionerParameters({ rpps }), signal));
      const roles = people.resources.flatMap((one) => (one.kind === 'practitioner' ? [one.id] : [])).slice(0, 5);
      const activities = await collect(
        ...roles.map((practitionerId) => search('PractitionerRole', roleParameters({ practitionerId }), signal)),
      );
      const all = new Map([...people.resources, ...activities.resources].map((one) => [`${one.kind}/${one.id}`, one]));
      return {
        resources: [...all.values()],
        at: people.at,
        isPartial: people.isPartial || activities.isPartial,
        warnings: [...people.warnings, ...activities.warnings],
      };
    },
    findByMailbox: async (mailbox, { signal } = {}) =>
      collect(
        search('Practitioner', practitionerParameters({ mailbox }), signal),
        search('PractitionerRole', roleParameters({ mailbox }), signal),
        search('Organization', organizationParameters({ mailbox }), signal),
      ),
    findByFiness: async (finess, { signal } = {}) => collect(search('Organization', organizationParameters({ finess }), signal)),
  };
}
