/**
 * The ground floor of the toolkit: what every other package shares, and nothing that does work.
 *
 * Errors with codes, reading limits, normative profiles, the environment switch, interfaces for clock,
 * logger, audit trail and random ids, and the values that travel between packages.
 *
 * @packageDocumentation
 */
export { MssError, isMssError, type MssErrorOptions } from './errors.js';
export { type MssWarning, type ReadResult } from './read-result.js';
export { defaultLimits, resolveLimits, type Limits } from './limits.js';
export { getProfile, isProfileId, profileIds, type Profile, type ProfileId, type Requirement, type TlsRules } from './profile/index.js';
export { type Environment } from './environment.js';
export { systemClock, type Clock } from './clock.js';
export { silentLogger, type Logger } from './logger.js';
export { type AuditEvent, type AuditSink } from './audit.js';
export { systemRandom, type RandomSource } from './random.js';
export { untilAborted, withDeadline, type Deadline } from './deadline.js';
export { concatBytes, equalBytes, utf8Decode, utf8Encode } from './bytes.js';
export { ensureOid, parseOid, type Oid } from './oid.js';
export { formatHl7Date, hl7TimestampToUtc, parseHl7Timestamp, type Hl7Date, type Hl7Timestamp } from './hl7-timestamp.js';
export { type AdministrativeSex, type PatientIdentifier, type PatientTraits } from './patient-traits.js';
export { upperCaseFrench } from './french-case.js';
