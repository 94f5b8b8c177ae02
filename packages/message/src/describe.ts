import { describeXdm, type XdmDescription } from '@mss/xdm';

import type { ReceivedMessage } from './read.js';

/** A message as plain data: the JSON of `mss message inspect`. */
export interface MessageDescription {
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly from: ReceivedMessage['from'];
  readonly to: ReceivedMessage['to'];
  readonly cc: ReceivedMessage['cc'];
  readonly subject: ReceivedMessage['subject'] & { readonly text: string };
  readonly body: ReceivedMessage['body'];
  readonly headers: ReceivedMessage['xMss'];
  readonly attachments: readonly { readonly name: string | null; readonly mediaType: string; readonly bytes: number }[];
  readonly xdm: XdmDescription | null;
  readonly receipt: ReceivedMessage['receipt'] | null;
  readonly requested: ReceivedMessage['requested'];
}

/** Puts a message into plain data; attachments by their size. */
export function describeMessage(message: ReceivedMessage): MessageDescription {
  const { messageId, inReplyTo, references, from, to, cc, subject, subjectText, body, xMss, receipt, requested } = message;
  return {
    messageId,
    inReplyTo,
    references,
    from,
    to,
    cc,
    subject: { text: subjectText, ...subject },
    body,
    headers: xMss,
    attachments: message.attachments.map((file) => ({ name: file.name, mediaType: file.mediaType, bytes: file.bytes().length })),
    xdm: message.xdm === null ? null : describeXdm(message.xdm),
    receipt: receipt.kind === 'none' ? null : receipt,
    requested,
  };
}
