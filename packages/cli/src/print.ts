import type { Language } from './command.js';
import { labels } from './labels.js';

/** The one JSON document of `--json`. Bytes never appear; dates are ISO. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, (_key, item: unknown) => (item instanceof Uint8Array ? `${item.length} bytes` : item), 2)}\n`;
}

const yes = { fr: ['oui', 'non'], en: ['yes', 'no'] } as const;

/**
 * A result for people: `label: value` lines, nested values indented, lists with dashes. Labels come from one table;
 * XDS attribute names stay as the standard has them.
 */
export function formatForPeople(value: Readonly<Record<string, unknown>>, language: Language): string {
  const lines: string[] = [];
  const scalar = (item: unknown): string | null => {
    if (item === null || item === undefined || item === '') return '–';
    if (typeof item === 'boolean') return yes[language][item ? 0 : 1];
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'bigint') return String(item).replaceAll(/\p{Cc}/gu, ' ');
    return null;
  };
  const walk = (item: unknown, indent: string, label: string): void => {
    const text = scalar(item);
    if (text !== null) {
      lines.push(`${indent}${label}${text}`);
      return;
    }
    if (Array.isArray(item)) {
      const texts = item.map(scalar);
      if (texts.every((one) => one !== null)) {
        lines.push(`${indent}${label}${texts.length === 0 ? '–' : texts.join(', ')}`);
        return;
      }
      lines.push(`${indent}${label.trimEnd()}`);
      for (const one of item) walk(one, `${indent}  `, '- ');
      return;
    }
    if (label.trim() !== '') lines.push(`${indent}${label.trimEnd()}`);
    const inner = label === '' ? indent : `${indent}  `;
    for (const [key, child] of Object.entries(item as Record<string, unknown>)) walk(child, inner, `${labelOf(key, language)}${language === 'fr' ? ' : ' : ': '}`);
  };
  walk(value, '', '');
  return `${lines.join('\n')}\n`;
}

function labelOf(key: string, language: Language): string {
  return labels[key]?.[language] ?? key;
}
