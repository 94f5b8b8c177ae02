/** Fictitious directories of any size, in the exact form of the published files. Pure functions of a seed. */
export { generateExtraction, mailboxHeader, type DirectoryOptions } from './mailboxes.ts';
export {
  activityHeader,
  diplomaHeader,
  generateActivities,
  generateDiplomas,
  generateSkills,
  skillHeader,
  type ProfessionalsOptions,
} from './professionals.ts';
export { writeLines } from './write-lines.ts';
