import type { Column, FileKind } from './file-format.js';
import { mailboxFormat } from './mailbox-format.js';
import { activityFormat, diplomaFormat, skillFormat } from './professional-formats.js';

const formats = { mailboxes: mailboxFormat, activities: activityFormat, skills: skillFormat, diplomas: diplomaFormat } as const;

/** The columns of a file's canonical line. */
export function columnsOf(file: FileKind): readonly Column[] {
  return formats[file].columns;
}
