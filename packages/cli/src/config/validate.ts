import { resolve } from 'node:path';

import { configError } from '../errors.js';
import type { ConfigField, ConfigKeys, DatabasePlace, SecretSource } from './field.js';
import { nearestWord } from './nearest.js';

/** What was noticed on the way. */
export interface Validation {
  /** Relative paths start here. */
  readonly folder: string;
  /** Places of secrets that stand in the file itself. */
  readonly inlineSecrets: string[];
  /** `dangerously…` switches that are on. */
  readonly dangers: string[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An object by its description: every key known, every required key there, every value of its kind. Errors name the place and never
 * repeat a value, which may be a secret.
 *
 * @throws MssError `ERR_MSS_CLI_CONFIG`
 */
export function validateObject(
  value: unknown,
  keys: ConfigKeys,
  at: { readonly place: string; readonly notes: Validation },
): Record<string, unknown> {
  const { place, notes } = at;
  if (!isObject(value)) throw wrong(place, 'an object', 'un objet');
  const inside = (key: string): string => (place === '' ? key : `${place}.${key}`);
  const known = Object.keys(keys);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = nearestWord(key, known);
    throw configError(
      `unknown key "${shown(inside(key))}"${near === null ? `; known: ${known.join(', ')}` : ` (did you mean "${near}"?)`}`,
      `clé inconnue « ${shown(inside(key))} »${near === null ? ` ; connues : ${known.join(', ')}` : ` (« ${near} » ?)`}`,
    );
  }
  const found: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(keys)) {
    const given = value[key];
    if (given !== undefined) found[key] = validateField(given, field, { place: inside(key), notes });
    else if (field.required === true) throw configError(`the key "${inside(key)}" is missing`, `la clé « ${inside(key)} » manque`);
    if (found[key] === true && key.startsWith('dangerously')) notes.dangers.push(inside(key));
  }
  return found;
}

/** A key as it was written, without what steers a terminal. */
function shown(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\u00a0-\u017f]/g, '?').slice(0, 100);
}

function wrong(place: string, english: string, french: string): Error {
  const [what, quoi] = place === '' ? ['the configuration', 'la configuration'] : [`"${place}"`, `« ${place} »`];
  return configError(`${what} must be ${english}`, `${quoi} doit être ${french}`);
}

function validateField(value: unknown, field: ConfigField, at: { readonly place: string; readonly notes: Validation }): unknown {
  const { place, notes } = at;
  switch (field.kind) {
    case 'text':
      if (typeof value !== 'string' || value === '') throw wrong(place, 'a text', 'un texte');
      if (field.pattern !== undefined && !field.pattern.test(value))
        throw configError(`"${place}" has not the expected form (${field.en})`, `« ${place} » n'a pas la forme attendue (${field.fr})`);
      return value;
    case 'number':
      if (typeof value !== 'number' || value < field.min || value > field.max)
        throw wrong(place, `a number from ${field.min} to ${field.max}`, `un nombre de ${field.min} à ${field.max}`);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong(place, 'true or false', 'true ou false');
      return value;
    case 'choice':
      if (typeof value !== 'string' || !field.values.includes(value))
        throw wrong(place, `one of ${field.values.join(', ')}`, `l'un de ${field.values.join(', ')}`);
      return value;
    case 'path':
      if (typeof value !== 'string' || value === '' || value.includes('\0'))
        throw wrong(place, 'the path of a file', 'le chemin d’un fichier');
      return resolve(notes.folder, value);
    case 'database':
      return databaseOf(value, at);
    case 'secret':
      return secretOf(value, at);
    case 'list':
      if (!Array.isArray(value) || value.length === 0) throw wrong(place, 'a list', 'une liste');
      return value.map((item, index) => validateField(item, field.of, { place: `${place}[${index}]`, notes }));
    case 'object':
      return validateObject(value, field.keys, at);
    case 'oneOf':
      if (typeof value === 'string') {
        if (field.words.includes(value)) return value;
        throw wrong(place, `an object or "${field.words.join('", "')}"`, `un objet ou « ${field.words.join(' », « ')} »`);
      }
      return validateObject(value, field.keys, at);
    default: {
      if (!isObject(value)) throw wrong(place, 'an object', 'un objet');
      const { type, ...rest } = value;
      const types = Object.keys(field.of);
      const keys = typeof type === 'string' && types.includes(type) ? field.of[type] : undefined;
      if (keys === undefined) throw wrong(`${place}.type`, `one of ${types.join(', ')}`, `l'un de ${types.join(', ')}`);
      return { type, ...validateObject(rest, keys, at) };
    }
  }
}

/** `{ "env": "NAME" }`, `{ "file": "path" }`, `{ "ask": true }`; a text is taken, and noted. */
function secretOf(value: unknown, at: { readonly place: string; readonly notes: Validation }): SecretSource {
  const { place, notes } = at;
  if (typeof value === 'string' && value !== '') {
    notes.inlineSecrets.push(place);
    return { from: 'inline', value };
  }
  if (isObject(value) && Object.keys(value).length === 1) {
    const { env, file, ask } = value;
    if (typeof env === 'string' && env !== '') return { from: 'env', name: env };
    if (typeof file === 'string' && file !== '') return { from: 'file', path: resolve(notes.folder, file) };
    if (ask === true) return { from: 'person' };
  }
  throw wrong(
    place,
    '{ "env": "NAME" }, { "file": "path" } or { "ask": true }',
    '{ "env": "NOM" }, { "file": "chemin" } ou { "ask": true }',
  );
}

function databaseOf(value: unknown, at: { readonly place: string; readonly notes: Validation }): DatabasePlace {
  const { place, notes } = at;
  if (typeof value === 'string' && /^postgres(?:ql)?:\/\//i.test(value)) {
    // A password stands between the user's name and the host.
    if (/^[^/]*\/\/[^@/]*:[^@/]*@/.test(value)) notes.inlineSecrets.push(place);
    return { kind: 'postgres', address: { from: 'inline', value } };
  }
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return { kind: 'sqlite', file: resolve(notes.folder, value) };
  if (isObject(value)) return { kind: 'postgres', address: secretOf(value, at) };
  throw wrong(place, 'the path of a file or a postgres:// address', 'le chemin d’un fichier ou une adresse postgres://');
}
