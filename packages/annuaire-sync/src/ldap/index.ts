/** The LDAP service of the Annuaire Santé: référentiel §3.4.1, RFC 4511, RFC 2696. */
export { createLdapDirectory, type LdapDirectory, type LdapPage, type LdapPartialReason, type LdapSearchOptions } from './directory.js';
export { type LdapBind, type LdapDirectoryOptions, type LdapLimits } from './options.js';
export { formatLdapFilter, type LdapCriteria, type LdapText } from './criteria.js';
export { type LdapAttributeMap, type LdapField } from './fields.js';
export { type LdapEntry, type LdapWarningCode } from './entry.js';
export { type LdapErrorCode } from './errors.js';
