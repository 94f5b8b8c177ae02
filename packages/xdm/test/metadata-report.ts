import type { Compared, Difference } from './compare-metadata.js';
import { exceptionFor, knownExceptions, type KnownException } from './known-exceptions.js';

/** The report, and what it counts. */
export interface Report {
  readonly markdown: string;
  readonly total: number;
  readonly unexplained: number;
}

/** The code of a coded attribute; every other value stays out of the report, for it is content of the archive. */
function codeIn(value: unknown): string | null {
  const code: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'code') : null;
  return typeof code === 'string' ? code : null;
}

/** `10 → 11`: what ANS writes and what is derived, when both are codes or nothing. */
function codesOf({ ans, ours }: Difference): string | null {
  const [from, to] = [codeIn(ans), codeIn(ours)];
  if (from === null && to === null) return null;
  return `${from ?? '(none)'} → ${to ?? '(none)'}`;
}

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

interface Found {
  readonly archive: string;
  readonly difference: Difference;
  readonly exception: KnownException | null;
}

const causeNames: Readonly<Record<KnownException['cause'], string>> = {
  defect: 'defect of the sample',
  own: "each sender's own",
  host: 'the host must say it',
  label: 'label of the document, not of the value set',
};

/**
 * The report in Markdown: counts, and one row for each known exception with its cause, its reason and the archives where it
 * holds. Of the archives it holds names, attribute names and codes only.
 */
export function writeReport(compared: readonly Compared[]): Report {
  const found: readonly Found[] = compared.flatMap(({ name, differences }) =>
    differences.map((difference) => ({ archive: name, difference, exception: exceptionFor(name, difference) })),
  );
  const attributes = compared.reduce((sum, one) => sum + one.attributes, 0);
  const unexplained = found.filter((one) => one.exception === null);
  const archivesOf = (list: readonly Found[]): string => {
    const names = [...new Set(list.map((one) => one.archive))];
    return names.length === compared.length ? 'all' : names.map((name) => `\`${name}\``).join(', ');
  };
  const byCause = Object.entries(causeNames).map(([cause, name]) => {
    const list = found.filter((one) => one.exception?.cause === cause);
    return [name, new Set(list.map((one) => one.exception)).size, list.length];
  });
  const rows = knownExceptions.flatMap((exception) => {
    const list = found.filter((one) => one.exception === exception);
    if (list.length === 0) return [];
    const codes = [...new Set(list.map((one) => codesOf(one.difference)).filter((one) => one !== null))].toSorted();
    const shown = codes.length === 0 || codes.length > 4 ? '' : codes.map((one) => `\`${one}\``).join(', ');
    return [[`\`${exception.attribute}\``, causeNames[exception.cause], exception.reason, shown, list.length, archivesOf(list)]];
  });
  const unseen = knownExceptions.filter((exception) => !found.some((one) => one.exception === exception));
  const markdown = `# METADATA.XML of ANS and ours

For each official archive of ANS (ansforge/interop-exemples-xdm) an archive is built from the CDA inside it, and both METADATA.XML are
compared attribute by attribute. Entry UUIDs are random on both sides and left out. Made by
\`node tooling/generate/xdm-metadata-report.mjs\`, which needs the archives (\`MSS_CORPUS\`); \`packages/xdm/test/corpus.test.ts\` fails on
a difference that has no row here, on a row that no longer holds, and when this page is not what the script writes.

${table(
  ['archives', 'attributes compared', 'equal', 'different', 'not explained'],
  [[compared.length, attributes, attributes - found.length, found.length, unexplained.length]],
)}

${table(['cause', 'known exceptions', 'differences'], byCause)}

## Known exceptions

${table(['attribute', 'cause', 'reason', 'ANS → ours', 'differences', 'archives'], rows)}

Rows for archives that are not among these: ${unseen.length === 0 ? 'none' : unseen.map((one) => `\`${one.attribute}\` (${one.reason})`).join('; ')}.
${
  unexplained.length === 0
    ? ''
    : `
## Not explained

${table(
  ['archive', 'attribute'],
  unexplained.map((one) => [`\`${one.archive}\``, `\`${one.difference.attribute}\``]),
)}
`
}`;
  return { markdown, total: found.length, unexplained: unexplained.length };
}
