import { address, bracketed, line, type Dialect } from '../dialect.js';

/** m-FILTER: the address, then the server's answer under a title of its own. */
export const mFilter: Dialect = {
  name: 'm-filter',
  signs: [{ text: /^-+server message\s*$/im }],
  recipients: [line(`^${address}\\s*$`)],
  stops: [/^-+SMTP command/i],
  skips: [/^-+server message/i],
};

/** MailMarshal: the reason, then the recipients that it concerns. */
export const mailMarshal: Dialect = {
  name: 'mail-marshal',
  everyday: true,
  signs: [{ text: /^The following recipients were affected:/im }],
  from: /^Could not be delivered because of/i,
  recipients: [line(`^\\s+<?${address}>?\\s*$`)],
  wordsFirst: true,
  stops: [/^Additional Information/i, /^={5,}/],
};

/** InterScan: the dialogue with the remote server, "Sent <<<" and "Received >>>". */
export const interScan: Dialect = {
  name: 'interscan',
  signs: [{ text: /^[ \t]*(?:Sent|Received)\s+(?:<<<|>>>)/im }, { text: /Unable to deliver message to </i, sender: /interscan/i }],
  recipients: [
    line(`^.{0,40}<<<\\s*RCPT TO:\\s*${bracketed}`),
    line(`^(?<words>Unable to deliver message) to ${bracketed}`),
    line(`^.{0,40}>>>\\s*RCPT TO:\\s*${bracketed}`),
  ],
};

/** Oracle (Sun, iPlanet) Messaging Server: labelled lines. */
export const messagingServer: Dialect = {
  name: 'messaging-server',
  signs: [
    { text: /^[ \t]*Recipient address:\s/im, subject: /^Delivery Notification/i },
    { text: /^This report relates to a message you sent with the following header fields/im },
  ],
  recipients: [line(`^\\s*(?:Recipient|Original) address:\\s*(?:@[^:\\s]+:)?${address}`)],
  skips: [/^\s*(?:Remote system|Date|Reporting-MTA):/i],
};

/** Gateways that put the server's answer into one sentence. */
export const oneSentence: Dialect = {
  name: 'one-sentence',
  everyday: true,
  signs: [{ text: /We had trouble delivering your message/i }, { text: /\brejected recipient </i }],
  recipients: [line(`(?<words>.*) rejected recipient ${bracketed}`), line(`returned permanent errors:\\s*${address}\\.?\\s*(?<words>.*)$`)],
};
