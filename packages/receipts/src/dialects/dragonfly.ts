import { bracketed, line, type Dialect } from '../dialect.js';

/** DragonFly Mail Agent, on hosts without a full mail server. */
export const dragonfly: Dialect = {
  name: 'dragonfly',
  signs: [{ text: /This is the DragonFly Mail Agent/i }],
  recipients: [line(`^There was an error delivering your mail to ${bracketed}\\.?\\s*$`)],
};
