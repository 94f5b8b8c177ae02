/**
 * The normative profiles, as data. A package that must decide between versions of the référentiel reads a field of
 * {@link Profile}; it never compares profile ids.
 *
 * @packageDocumentation
 */
export { type Profile, type ProfileId, type Requirement, type RequirementLevel, type TlsRules } from './types.js';
export { getProfile, isProfileId, profileIds } from './profiles.js';
