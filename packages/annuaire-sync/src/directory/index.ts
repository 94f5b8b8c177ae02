/** The directory on disk: how a reader finds the current generation, and what a row says. */
export { departmentOfPostcode } from './department.js';
export { decodeEntry, firstProfessionalId, type DirectoryEntry } from './entry.js';
export { mailboxColumns, type MailboxField } from './mailbox-format.js';
export { professionalColumns, type ActivityField } from './professional-formats.js';
export { type ColumnPositions } from './file-format.js';
export { openDirectoryConnection, type DirectoryConnection, type DirectoryConnectionOptions } from './connection.js';
