import { address } from './dialect.js';

/** The words of a notification, without the copy of the original that follows them. */
export interface Notification {
  readonly sender: string;
  readonly subject: string;
  /** The mail comes from a mail system beyond doubt. */
  readonly isSystem: boolean;
  readonly report: string;
  /** What was cut off: the header, or the whole, of the original. */
  readonly copied: string;
}

/** Characters of a notification that are looked at. */
const maxWords = 200_000;

/** Lines that announce the copy of the original. */
const copyFollows: readonly RegExp[] = [
  /^[ >]{0,9}-{2,80}.{0,60}?\b(?:copy of (?:the|your|my) message|original message|unsent message|returned message|original mail|message headers?|undelivered message|bounced message|message copy|returned mail)\b.*$/im,
  /^[ >]{0,9}(?:(?:the )?(?:original )?message (?:headers )?follows?|message headers follow|below is a copy of (?:the|your) (?:original )?message|included is a copy of the message|original mail as follows|original message follows|received:.{0,3}from mail\.zoho\.com)\b.*$/im,
  /^[ >]{0,9}-{2,80}\s{0,9}(?:message d['’]origine|copie du message|originalnachricht|urspr[üu]ngliche nachricht|mensaje original|messaggio originale)\b.*$/im,
  /^[ >]{0,9}(?:the header of the original message is following|original message headers|en-t[êe]tes (?:de|du) message d['’]origine)\b.*$/im,
];
/** The first lines of a header section, where nothing announces it. */
const headerBegins = /^(?:Return-Path|Received|DKIM-Signature|X-[A-Za-z-]+|Delivered-To)\s*:.*$/im;

/** Without long runs of blanks, rules and empty lines, which no notification needs and which cost a pattern its time. */
function calm(text: string): string {
  return text
    .replaceAll(/([-=_*#.~+ \t])\1{80,}/g, (run) => run.slice(0, 80))
    .replaceAll(/[ \t]+(?=\r?\n)/g, '')
    .replaceAll(/(?:\r?\n){4,}/g, '\n\n\n');
}

/** Cuts the copy of the original off the words of a notification. */
export function cutNotification(text: string, mail: MailFacts): Notification {
  const words = calm(text.slice(0, maxWords));
  let end = words.length;
  for (const pattern of copyFollows) {
    const at = pattern.exec(words)?.index ?? -1;
    if (at > 0 && at < end) end = at;
  }
  if (end === words.length) {
    const at = headerBegins.exec(words)?.index ?? -1;
    if (at > 0 && words.slice(0, at).trim() !== '') end = at;
  }
  return {
    sender: mail.sender,
    subject: mail.subject,
    isSystem: systemEvidence(mail) === 'strong',
    report: words.slice(0, end),
    copied: words.slice(end),
  };
}

/** The header fields that tell a mail system from a person. */
export interface MailFacts {
  readonly sender: string;
  readonly subject: string;
  readonly returnPath: string | null;
  readonly autoSubmitted: string | null;
}

/**
 * How much a mail looks like the word of a mail system and not of a person.
 *
 * `strong`: its sender or its subject says so. `weak`: it is automatic, has no return path, or answers or forwards such a
 * subject; only unmistakable wordings are then read. `none`: a person, or a notice of absence.
 */
export function systemEvidence(mail: MailFacts): 'strong' | 'weak' | 'none' {
  if (absence.test(mail.subject)) return 'none';
  if (systemSender.test(mail.sender)) return 'strong';
  if (bounceSubject.test(mail.subject)) return passedOn.test(mail.subject) ? 'weak' : 'strong';
  const automatic =
    /^auto-(?:replied|generated)/i.test(mail.autoSubmitted ?? '') || (mail.returnPath !== null && /^<?\s*>?$/.test(mail.returnPath));
  return automatic ? 'weak' : 'none';
}

const absence =
  /^\s*(?:re\s*:\s*)?(?:auto(?:matic|mated)?[ -]?(?:reply|response|answer)|out of (?:the )?office|r[ée]ponse automatique|absence|absent|abwesen|automatische antwort|vacation|away|respuesta autom|risposta autom)/i;
const systemSender = /mailer-?daemon|post-?_?master|mail[ .-]?deliver|mdaemon|mail delivery (?:sub)?system|^\s*<?>?\s*$/i;
const passedOn = /^\s*(?:re|r[ée]p?|tr|fwd?|aw|wg|sv)\s*:/i;
const bounceSubject =
  /undeliver|returned mail|failure notice|delivery (?:status|failure|failed|report|notification|delay|has failed|unsuccessful)|mail delivery|delivery problem|could not be delivered|(?:mail|message) (?:system )?error|non[- _](?:remis|distribu|d[ée]livr)|unzustellbar|rejected message|error sending your mail|delayed mail|warning: (?:could not|message)|не доставлено|[ée]chec de (?:la )?(?:remise|distribution)|failure delivery|no entregado|mancato recapito|non recapitabile|loop alert|nondeliverable/i;

/** Every address in a text, in order, each once. */
export function addressesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(new RegExp(address, 'giu'))].map((match) => match[0]))];
}
