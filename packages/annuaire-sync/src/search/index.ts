/** Search as one types, over the names, places, professions and structures of the directory. */
export { type MatchKind } from './matcher.js';
export { type SearchMatch } from './reasons.js';
export { type SearchField } from './fields.js';
export { openDirectorySearch } from './open-search.js';
export { type DirectorySearch, type SearchHit, type SearchOptions, type SearchResult } from './types.js';
