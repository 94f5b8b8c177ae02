import type { Dialect } from '../dialect.js';
import { domino, notes } from './domino.js';
import { dragonfly } from './dragonfly.js';
import { exchange, exchangeOnline } from './exchange.js';
import { exim } from './exim.js';
import { interScan, mailMarshal, messagingServer, mFilter, oneSentence } from './filters.js';
import { gmail, googleGroups, googleWorkspace } from './gmail.js';
import { opensmtpd } from './opensmtpd.js';
import { imail, james, lists, mailingLists, sentences, statements } from './others.js';
import { postfix } from './postfix.js';
import { qmail } from './qmail.js';

/** The families, the ones with unmistakable signs first. */
export const dialects: readonly Dialect[] = [
  dragonfly,
  opensmtpd,
  googleGroups,
  gmail,
  googleWorkspace,
  qmail,
  exim,
  postfix,
  exchange,
  exchangeOnline,
  notes,
  domino,
  mFilter,
  mailMarshal,
  interScan,
  messagingServer,
  oneSentence,
  imail,
  james,
  mailingLists,
  statements,
  sentences,
  lists,
];
