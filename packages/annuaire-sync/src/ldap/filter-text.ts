/** RFC 4515 §3: attribute (by its name: ldapts knows no numbers there), relation, value; no parenthesis, backslash or NUL in it that is not written as figures. */
const item = /\([A-Za-z][A-Za-z0-9.;:_-]*[~<>:]?=(?:[^()\\\0]|\\[0-9A-Fa-f]{2})*\)/y;
/** Nobody nests deeper. */
const maxDepth = 50;

/** Where the filter that begins at a place ends; -1 when none does. */
function endOfFilter(text: string, start: number, depth: number): number {
  if (depth > maxDepth || text[start] !== '(') return -1;
  const operator = text[start + 1];
  if (operator !== '&' && operator !== '|' && operator !== '!') {
    item.lastIndex = start;
    return item.test(text) ? item.lastIndex : -1;
  }
  let at = start + 2;
  let count = 0;
  while (at !== -1 && text[at] === '(') {
    at = endOfFilter(text, at, depth + 1);
    count += 1;
  }
  const isWhole = at !== -1 && text[at] === ')' && count > 0 && (operator !== '!' || count === 1);
  return isWhole ? at + 1 : -1;
}

/** Whether a configured text is one filter, as RFC 4515 writes it. */
export function isFilterText(text: string): boolean {
  return endOfFilter(text, 0, 0) === text.length;
}
