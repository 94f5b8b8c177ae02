import { Buffer } from 'node:buffer';
import { fieldsOfLine } from '../line/row-values.js';
import type { IndexedLine } from '../search/indexable.js';

/** A row as the search index takes it. */
export function indexedLine(id: number, text: string): IndexedLine {
  const line = Buffer.from(text);
  const { ends, columns } = fieldsOfLine(line);
  return { id, line, ends, columns };
}
