const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ecirc: 'ê',
  ccedil: 'ç',
};

/** Characters of an HTML notification that are looked at. */
const maxHtml = 1_000_000;

/** The words of an HTML notification, good enough to look for phrases and addresses; never shown to anybody. */
export function htmlToText(html: string): string {
  return withoutHidden(html.slice(0, maxHtml))
    .replaceAll(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d|\/table|hr)\b[^<>]{0,500}>/gi, '\n')
    .replaceAll(/<[a-z/!][^<>]{0,4000}>/gi, ' ')
    .replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replaceAll(/[ \t]+/g, ' ');
}

/** Without the elements whose content is not shown; one that is never closed hides the rest. */
function withoutHidden(html: string): string {
  const kept: string[] = [];
  const opening = /<(style|script|title)\b/gi;
  let at = 0;
  for (let match = opening.exec(html); match !== null; match = opening.exec(html)) {
    kept.push(html.slice(at, match.index));
    const closing = new RegExp(`</${match[1]}`, 'gi');
    closing.lastIndex = opening.lastIndex;
    const end = closing.exec(html);
    if (end === null) return kept.join(' ');
    at = end.index;
    opening.lastIndex = end.index;
  }
  kept.push(html.slice(at));
  return kept.join(' ');
}
