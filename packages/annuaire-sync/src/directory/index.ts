/** The directory on disk: how a reader finds the current generation, and what a row says. */
export { departmentOfPostcode } from './department.js';
export { decodeEntry, firstProfessionalId, type DirectoryEntry } from './entry.js';
export { mailboxColumns } from './mailbox-format.js';
export { professionalColumns } from './professional-formats.js';
export { openDirectoryConnection, type DirectoryConnection } from './connection.js';
