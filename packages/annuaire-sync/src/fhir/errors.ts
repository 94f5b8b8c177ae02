import { MssError, type MssErrorOptions } from '@mss/core';

/**
 * Codes of the FHIR service. What happens on the wire comes through unchanged from `@mss/pki` (`ERR_MSS_TLS_*`; a redirect is
 * `ERR_MSS_TLS_REDIRECT`: the key goes to no other address). No code quotes a criterion, a resource, the key or the server's text.
 */
export type FhirErrorCode =
  /** A criterion is empty, too long, or holds control characters; or there is none at all. */
  | 'ERR_MSS_ANNUAIRE_FHIR_CRITERIA'
  /** The service does not accept the key (401, 403). */
  | 'ERR_MSS_ANNUAIRE_FHIR_KEY'
  /** The service refuses the request (`details.status`, `details.issue` as FHIR codes it). */
  | 'ERR_MSS_ANNUAIRE_FHIR_REFUSED'
  /** Too many calls, or a failure of the service, all attempts made (`details.status`). Later may help. */
  | 'ERR_MSS_ANNUAIRE_FHIR_UNAVAILABLE'
  /** What came is no FHIR: a web page, broken JSON, another resource than asked. */
  | 'ERR_MSS_ANNUAIRE_FHIR_NOT_FHIR'
  /** One answer over `maxResponseBytes`. */
  | 'ERR_MSS_ANNUAIRE_FHIR_TOO_LARGE'
  /** The link to the next page leads elsewhere, or back to a page that was read. */
  | 'ERR_MSS_ANNUAIRE_FHIR_PAGING'
  /** The caller's signal. */
  | 'ERR_MSS_ANNUAIRE_FHIR_ABORTED';

const passing: ReadonlySet<FhirErrorCode> = new Set<FhirErrorCode>(['ERR_MSS_ANNUAIRE_FHIR_UNAVAILABLE', 'ERR_MSS_ANNUAIRE_FHIR_ABORTED']);

/** Makes an error of the FHIR service; whether it is permanent follows from its code. */
export function fhirError(
  code: FhirErrorCode,
  message: string,
  options: Omit<MssErrorOptions, 'permanent' | 'requirement'> = {},
): MssError<FhirErrorCode> {
  return new MssError<FhirErrorCode>(code, message, { ...options, permanent: !passing.has(code) });
}
