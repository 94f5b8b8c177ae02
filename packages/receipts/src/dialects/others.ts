import { address, bracketed, line, type Dialect } from '../dialect.js';

/** IMail: the reason and the address on one line. */
export const imail: Dialect = {
  name: 'imail',
  everyday: true,
  signs: [{ subject: /^Undeliverable Mail\s*$/i, sender: /postmaster/i }, { text: /^Body of message generated response:/im }],
  recipients: [
    line(
      `^(?<words>(?:User mailbox exceeds|Unknown (?:user|host)|Undeliverable to|Delivery failed|Invalid final delivery)[^:@]*?:?)\\s*${address}`,
    ),
  ],
  skips: [/^Body of message generated response:/i],
};

/** Apache James and the gateways of mobile operators: "Error: …", "Message details", "RCPT TO:". */
export const james: Dialect = {
  name: 'james',
  everyday: true,
  signs: [{ text: /^[ \t]*Error message below:/im }, { text: /^[ \t]*Error: \S/im, sender: /post_?master|sysadmin/i }],
  recipients: [line(`^\\s*(?:RCPT TO|To):\\s*<?${address}>?`)],
  wordsFirst: true,
  stops: [/^\s*(?:From|CC|Size|Number of lines)\b.*:/i],
  skips: [/^\s*(?:Error message below|Message details|Original Message):/i, /^\s*(?:Subject|Sent date|MAIL FROM|Date):/i],
};

/** Filters that name the recipient in brackets: MailFoundry, mobile operators. */
export const statements: Dialect = {
  name: 'statements',
  signs: [{ text: /^[ \t]*(?:Unable to deliver message to|Could not be delivered to): </im }],
  recipients: [line(`^\\s*(?:Unable to deliver message to|Could not be delivered to):\\s*${bracketed}`)],
  skips: [/^\s*Delivery failed for the following reason:/i],
};

/** Sentences that name the recipient, of smaller servers and of Mon espace santé; people write them as well. */
export const sentences: Dialect = {
  name: 'sentences',
  everyday: true,
  signs: [
    { text: /Your message (?:to|for) \S+@\S+ (?:could not|was not|has not|cannot)/i },
    {
      text: /Votre (?:message|courriel|e-?mail).{0,120}(?:n['’]a pas pu [êe]tre|n['’]a pu [êe]tre|n['’]a pas [ée]t[ée])\s+(?:remis|distribu|d[ée]livr|achemin|livr|transmis)/is,
    },
    { subject: /(?:Message|Courriel|Mail)\s+non\s+(?:distribu[ée]|remis|d[ée]livr[ée])/i },
  ],
  recipients: [
    line(`^\\s*Your message (?:to|for) <?${address}>? (?<words>.*)$`),
    line(`(?:à|a|vers|destinataire|adresse|pour)\\s*:?\\s*[«"']?\\s*<?${address}>?`),
    line(`^\\s*[-*•]?\\s*<?${address}>?\\s*[:.]?\\s*$`),
  ],
};

/** Lists of addresses after a title, with remarks in brackets or a technical part that concerns all of them. */
export const lists: Dialect = {
  name: 'lists',
  everyday: true,
  signs: [
    { text: /The following addresses had delivery errors/i },
    { text: /Deli?very to the following recipients (?:failed|was aborted)/i },
    { text: /Each of the following recipients was rejected/i },
    { text: /^(?:The user\(s\) account|The following recipients did not receive|Your message was not delivered within)/im },
    {
      text: /(?:following (?:address|recipient)|destinataires? suivants?|folgende[nr]? Empf[äa]nger|siguientes? destinatario)/i,
      sender: /daemon|postmaster|delivery|bounce|no-?reply/i,
    },
  ],
  recipients: [
    line(`^\\s*${address}\\s+\\[(?<words>[^\\]]*)\\]`),
    line(`^\\s*[*•-]\\s*<?${address}>?\\s*$`),
    line(`^\\s*(?:Recipient|Destinataire|Empf[äa]nger)\\s*:\\s*<?${address}>?`),
    line(`^\\s*<?${address}>?\\s*$`),
    line(`^\\s*<?${address}>?\\s*:\\s+(?<words>\\S.*)$`),
  ],
  shared: /^\s*(?:Technical details|Each of the following recipients was rejected)/i,
  wordsFirst: true,
};

/** fml mailing lists: a message that came twice. */
export const mailingLists: Dialect = {
  name: 'mailing-lists',
  everyday: true,
  signs: [{ subject: /Loop Alert|NOT MEMBER article|fml status report/i, header: 'X-MLServer' }],
  recipients: [
    line(`^(?<words>Duplicated Message-ID) in ${bracketed}`),
    line(`^(?<words>.*mail loop.*) ${bracketed}`),
    line(`^From: ${bracketed}`),
  ],
};
