import { address, line, type Dialect } from '../dialect.js';

/** Domino, in English and the languages it is sold in. */
export const domino: Dialect = {
  name: 'domino',
  everyday: true,
  signs: [
    { text: /was not delivered to:/i },
    { text: /n['’]a pas [ée]t[ée] (?:remis|distribu[ée]|transmis|livr[ée]) [àa]\s*:/i },
    {
      text: /wurde nicht zugestellt an|konnte nicht zugestellt werden an|no se (?:ha entregado|entreg[óo]) a:|non [èe] stato (?:recapitato|consegnato) a:/i,
    },
  ],
  recipients: [line(`^\\s*<?${address}>?\\s*$`)],
  skips: [/^\s*(?:because|car|parce que|raison|da|weil|porque|perch[ée])\s*:?\s*$/i],
};

/** The Lotus SMTP gateway: the reason stands before the address. */
export const notes: Dialect = {
  name: 'notes',
  everyday: true,
  signs: [{ text: /^-+\s*Failure Reasons\s*-+/im }],
  from: /^-+\s*Failure Reasons\s*-+/i,
  recipients: [line(`^\\s*<?${address}>?\\s*$`)],
  wordsFirst: true,
};
