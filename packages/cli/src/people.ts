import type { Language } from './command.js';
import { labels, standardObjects } from './labels.js';
import { frenchSentenceOf } from './error-codes/index.js';
import { wordFor } from './words.js';

/** Widest list of short items that stays on one line. */
const oneLine = 100;

/** Control characters, and the directional ones that make a terminal show something else than what is there. */
const invisible = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A result for people: `label: value` lines, nested values indented, lists with dashes, texts of several lines as they are.
 * Labels come from one table; XDS attribute names and header names stay as the standard has them.
 */
export function formatForPeople(value: Readonly<Record<string, unknown>>, language: Language): string {
  return `${linesOfObject(value, { language, standard: false }).join('\n')}\n`;
}

interface Manner {
  readonly language: Language;
  /** Inside an object of a standard, whose attributes keep their names and are left out when empty. */
  readonly standard: boolean;
}

const isObject = (item: unknown): item is Readonly<Record<string, unknown>> =>
  typeof item === 'object' && item !== null && !Array.isArray(item) && !(item instanceof Date);
const isEmpty = (item: unknown): boolean =>
  item === null ||
  item === undefined ||
  item === '' ||
  (Array.isArray(item) ? item.length === 0 : isObject(item) && Object.keys(item).length === 0);
const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** A value on one line; `null` when it takes several. */
function scalar(item: unknown, key: string, language: Language): string | null {
  if (isEmpty(item)) return '–';
  if (typeof item === 'boolean') return { fr: ['non', 'oui'], en: ['no', 'yes'] }[language][Number(item)] ?? '';
  if (item instanceof Date) return item.toISOString();
  if (typeof item === 'number' || typeof item === 'bigint') return String(item);
  if (typeof item !== 'string' || /\n./.test(item)) return null;
  return wordFor(key, item, language) ?? item.replaceAll(invisible, ' ').trimEnd();
}

function linesOf(key: string, item: unknown, manner: Manner): string[] {
  const label = `${(manner.standard ? undefined : labels[key]?.[manner.language]) ?? key}${manner.language === 'fr' ? ' :' : ':'}`;
  const text = scalar(item, key, manner.language);
  if (text !== null) return [`${label} ${text}`];
  const inner: Manner = { ...manner, standard: manner.standard || standardObjects.includes(key) };
  if (typeof item === 'string') return [label, ...indent(item.split(/\r?\n/).map((line) => line.replaceAll(invisible, ' ').trimEnd()))];
  if (Array.isArray(item)) return linesOfList(label, item, { key, manner: inner });
  const lines = isObject(item) ? linesOfObject(item, inner) : [];
  return lines.length === 0 ? [`${label} –`] : [label, ...indent(lines)];
}

function linesOfObject(item: Readonly<Record<string, unknown>>, manner: Manner): string[] {
  return Object.entries(item).flatMap(([key, child]) => {
    if (manner.standard && isEmpty(child)) return [];
    return linesOf(key, key === 'message' ? (sentenceOf(item, manner.language) ?? child) : child, manner);
  });
}

function linesOfList(label: string, items: readonly unknown[], at: { readonly key: string; readonly manner: Manner }): string[] {
  const { key, manner } = at;
  const texts = items.map((item) => (isObject(item) ? finding(item, manner.language) : scalar(item, key, manner.language)));
  const line = texts.join(', ');
  if (texts.every((text) => text !== null)) {
    const short = line.length <= oneLine && !items.some(isObject);
    return short ? [`${label} ${line}`] : [label, ...texts.map((text) => `  - ${text}`)];
  }
  return [
    label,
    ...items.flatMap((item, index) => {
      const lines = isObject(item) ? linesOfObject(item, manner) : [texts[index] ?? ''];
      return lines.map((one, number) => `  ${number === 0 ? '- ' : '  '}${one}`);
    }),
  ];
}

/** The French sentence of an object's code, when there is one. */
function sentenceOf({ code }: Readonly<Record<string, unknown>>, language: Language): string | null {
  if (language === 'en' || typeof code !== 'string') return null;
  return frenchSentenceOf(code) ?? wordFor('finding', code, language);
}

/** A finding (code, sentence, place) or a mailbox (name, address) on one line; `null` for every other object. */
function finding(item: Readonly<Record<string, unknown>>, language: Language): string | null {
  const { code, message, where, name, address, label } = item;
  const keys = Object.keys(item);
  if (typeof code === 'string' && keys.every((key) => ['code', 'message', 'where', 'requirement'].includes(key))) {
    const sentence = sentenceOf(item, language) ?? (typeof message === 'string' ? message : null);
    return [code, ...(typeof where === 'string' ? [`(${where})`] : []), ...(sentence === null ? [] : ['–', sentence])]
      .join(' ')
      .replaceAll(invisible, ' ');
  }
  if (keys.length === 2 && 'code' in item && 'label' in item) {
    return [code, label]
      .filter((text) => typeof text === 'string')
      .join(' ')
      .replaceAll(invisible, ' ');
  }
  if (typeof address === 'string' && keys.every((key) => key === 'name' || key === 'address')) {
    return (typeof name === 'string' ? `${name} <${address}>` : address).replaceAll(invisible, ' ');
  }
  return null;
}
