import type { FileFormat } from '../directory/file-format.js';
import { mailboxFormat } from '../directory/mailbox-format.js';
import { activityFormat, diplomaFormat, skillFormat } from '../directory/professional-formats.js';

/** Every file that is understood. */
export const knownFormats: readonly FileFormat[] = [mailboxFormat, activityFormat, diplomaFormat, skillFormat];
