import type { Language } from '../command.js';
import type { ConfigField, ConfigKeys } from './field.js';
import { configSchema } from './schema.js';

const titles = {
  fr: 'Fichier de configuration (--config), en JSON ; * : obligatoire ; les chemins sont relatifs au fichier',
  en: 'Configuration file (--config), in JSON; *: mandatory; paths are relative to the file',
};
const secrets = {
  fr: 'Un secret s\'écrit { "env": "NOM" }, { "file": "chemin" } ou { "ask": true } (demandé au clavier) ; en clair, il est admis avec un avertissement.',
  en: 'A secret is written { "env": "NAME" }, { "file": "path" } or { "ask": true } (asked for at the keyboard); as plain text it is taken with a warning.',
};

const result = {
  fr: `Résultat (--json) : entryId, documentId, messageId, outcome, recipients[] {address, outcome, code, enhancedStatus, text, stage, reason},
  dsn (requested|unsupported|not-asked), queueId, nextAttemptAt, sent {folder, filedBy}, resumed
  outcome : accepted, refused, uncertain (peut-être parti : jamais renvoyé à l'aveugle), waiting (en file), expired, cancelled, given-up
  Code de retour : 0 tous acceptés ; 1 au moins un refusé ; 3 au moins un incertain, ou pas encore parti
  Le même --document-id aux mêmes destinataires reprend l'envoi commencé ; la suite se lit par « mss outbox show ».`,
  en: `Result (--json): entryId, documentId, messageId, outcome, recipients[] {address, outcome, code, enhancedStatus, text, stage, reason},
  dsn (requested|unsupported|not-asked), queueId, nextAttemptAt, sent {folder, filedBy}, resumed
  outcome: accepted, refused, uncertain (perhaps sent: never sent again blindly), waiting (in the outbox), expired, cancelled, given-up
  Exit status: 0 all accepted; 1 any refused; 3 any uncertain, or not sent yet
  The same --document-id to the same recipients goes on with the send that was begun; mss outbox show tells the rest.`,
};

/** What `mss help send` adds to the options: the result and the configuration file. */
export function sendHelp(language: Language): string {
  return `${result[language]}\n\n${configHelp(language)}`;
}

/** Key, form and meaning of each place of the configuration file, from its schema. */
function configHelp(language: Language): string {
  return `${titles[language]}${language === 'fr' ? ' :' : ':'}\n${linesOf(configSchema, language, '  ').join('\n')}\n\n${secrets[language]}\n`;
}

function linesOf(keys: ConfigKeys, language: Language, indent: string): string[] {
  return Object.entries(keys).flatMap(([key, field]) => {
    const form = formOf(field);
    const line = `${indent}${key}${field.required === true ? '*' : ''}${form === '' ? '' : ` (${form})`} – ${field[language]}`;
    return [line, ...below(field, language, `${indent}  `)];
  });
}

function below(field: ConfigField, language: Language, indent: string): string[] {
  if (field.kind === 'object' || field.kind === 'oneOf') return linesOf(field.keys, language, indent);
  if (field.kind === 'list') return below(field.of, language, indent);
  if (field.kind !== 'variants') return [];
  return Object.entries(field.of).flatMap(([type, keys]) => [`${indent}"type": "${type}"`, ...linesOf(keys, language, `${indent}  `)]);
}

function formOf(field: ConfigField): string {
  switch (field.kind) {
    case 'choice':
      return field.values.join('|');
    case 'number':
      return `${field.min}–${field.max}`;
    case 'boolean':
      return 'true|false';
    case 'list':
      return `[${formOf(field.of)}…]`;
    case 'oneOf':
      return [...field.words.map((word) => `"${word}"`), '{…}'].join('|');
    case 'variants':
    case 'object':
      return '{…}';
    case 'secret':
      return 'secret';
    default:
      return '';
  }
}
