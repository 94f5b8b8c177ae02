import type { MssWarning } from '@mss/core';
import { fhirError } from './errors.js';
import { isObject, objectsOf, textOf, type Json, type JsonObject } from './json.js';
import { readResource } from './resources.js';
import type { FhirResource, FhirWarningCode } from './types.js';

/** Entries of one page that are read: the service gives 50, and what is included with them. */
const maxEntries = 2000;

/** A page as it was read. */
export interface ReadBundle {
  readonly resources: readonly FhirResource[];
  /** As written; not yet checked. */
  readonly next: string | null;
  readonly total: number | null;
  /** Entries that the search found, without what is included with them. */
  readonly matches: number;
  readonly warnings: readonly MssWarning<FhirWarningCode>[];
}

const notFhir = (what: string, cause?: unknown): Error =>
  fhirError('ERR_MSS_ANNUAIRE_FHIR_NOT_FHIR', what, cause === undefined ? {} : { cause });

/** @throws ERR_MSS_ANNUAIRE_FHIR_NOT_FHIR */
export function parseJson(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch (cause) {
    throw notFhir('the answer is no JSON', cause);
  }
}

/**
 * Reads a bundle of search results.
 *
 * @throws ERR_MSS_ANNUAIRE_FHIR_NOT_FHIR
 * @see FHIR R4, Bundle
 */
export function readBundle(bytes: Uint8Array): ReadBundle {
  const bundle = parseJson(bytes);
  if (!isObject(bundle) || bundle.resourceType !== 'Bundle') throw notFhir('the answer is no Bundle');
  const { entry, total } = bundle;
  if (entry !== undefined && !Array.isArray(entry)) throw notFhir('the entries of the Bundle are no list');
  const entries = (entry ?? []) as readonly Json[];
  if (entries.length > maxEntries) throw fhirError('ERR_MSS_ANNUAIRE_FHIR_TOO_LARGE', `a page has more than ${maxEntries} entries`);
  const warnings: MssWarning<FhirWarningCode>[] = [];
  const resources: FhirResource[] = [];
  let matches = 0;
  for (const one of entries) {
    const resource = isObject(one) ? one.resource : undefined;
    if (!isObject(one) || !['include', 'outcome'].includes(textOf(objectsOf(one.search)[0]?.mode) ?? '')) matches += 1;
    if (isObject(resource) && resource.resourceType === 'OperationOutcome') {
      warnings.push({
        code: 'FHIR_REMARK',
        message: `the service remarks on the search: ${issueIn(resource) ?? 'no code'}`,
        where: 'entry',
      });
      continue;
    }
    const read = isObject(resource) ? readResource(resource, warnings) : null;
    if (read !== null) resources.push(read);
    if (!isObject(resource)) warnings.push({ code: 'FHIR_RESOURCE_UNEXPECTED', message: 'an entry holds no resource', where: 'entry' });
  }
  return {
    resources,
    next: textOf(objectsOf(bundle.link).find(({ relation }) => relation === 'next')?.url),
    matches,
    total: typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : null,
    warnings,
  };
}

function issueIn(outcome: JsonObject): string | null {
  const code = textOf(objectsOf(outcome.issue)[0]?.code);
  return code !== null && /^[a-z-]{1,40}$/.test(code) ? code : null;
}

/** The codes of an OperationOutcome, for the account of a refusal; never its text. */
export function issueOf(bytes: Uint8Array): string | null {
  try {
    const outcome = parseJson(bytes);
    return isObject(outcome) ? issueIn(outcome) : null;
  } catch {
    return null;
  }
}
