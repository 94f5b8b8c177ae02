import { MssError } from '@mss/core';

import type { MessageErrorCode } from './errors.js';

/** The headers of a message that its answer refers to. */
export interface ParentMessage {
  /** Message-ID with its angle brackets. */
  readonly messageId: string;
  readonly references: readonly string[];
  /** The parent's In-Reply-To, used when it has no References (RFC 5322 §3.6.4). */
  readonly inReplyTo?: string | null;
  readonly subject?: string;
}

/** The longest References header that is written: the first and the latest ids are kept (RFC 5537 §3.4.4 practice). */
const maxReferences = 40;
const messageIdPattern = /^<[^<>@\s]{1,255}@[^<>@\s]{1,255}>$/;

/** Whether a text is a Message-ID that other clients will thread by. */
export function isMessageId(text: string): boolean {
  return messageIdPattern.test(text);
}

/**
 * In-Reply-To and References of an answer.
 *
 * @throws MssError `ERR_MSS_MESSAGE_MESSAGE_ID` when the parent has no usable Message-ID.
 * @see RFC 5322 §3.6.4; référentiel #2 v0.1, ECO.2.2.2
 */
export function replyHeaders(parent: ParentMessage): { readonly inReplyTo: string; readonly references: readonly string[] } {
  if (!isMessageId(parent.messageId)) {
    throw new MssError<MessageErrorCode>('ERR_MSS_MESSAGE_MESSAGE_ID', 'the message to answer has no usable Message-ID', {
      requirement: 'ECO.2.2.2',
    });
  }
  const before = parent.references.length > 0 ? parent.references : parent.inReplyTo ? [parent.inReplyTo] : [];
  const ids = [...new Set([...before.filter(isMessageId), parent.messageId])];
  const references = ids.length <= maxReferences ? ids : [...ids.slice(0, 1), ...ids.slice(1 - maxReferences)];
  return { inReplyTo: parent.messageId, references };
}

/** What threading needs to know of a message. */
export interface ThreadableMessage {
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly date: Date | null;
}

/**
 * Groups messages into conversations by Message-ID, In-Reply-To and References, whatever their order of arrival.
 *
 * Messages that refer to a common ancestor belong together even when the ancestor itself is absent. Subjects are not
 * compared: two letters about the same patient are not one conversation. Pure: nothing is stored.
 *
 * @returns conversations ordered by their latest message, newest last; messages inside by date, unknown dates last.
 */
export function groupConversations<Message extends ThreadableMessage>(messages: readonly Message[]): Message[][] {
  const parentOf = new Map<string, string>();
  const rootOf = (id: string): string => {
    let root = id;
    while (parentOf.get(root) !== undefined && parentOf.get(root) !== root) root = parentOf.get(root) ?? root;
    // Path compression keeps long chains cheap.
    for (let at = id; at !== root;) {
      const next = parentOf.get(at) ?? root;
      parentOf.set(at, root);
      at = next;
    }
    return root;
  };
  const keyOf = new Map<Message, string>();
  messages.forEach((message, index) => {
    const key = message.messageId ?? `message without id ${index}`;
    keyOf.set(message, key);
    for (const other of [...message.references, ...(message.inReplyTo === null ? [] : [message.inReplyTo])]) {
      const [a, b] = [rootOf(key), rootOf(other)];
      if (a !== b) parentOf.set(a, b);
    }
  });
  const time = (message: Message): number => message.date?.getTime() ?? Number.POSITIVE_INFINITY;
  const groups = new Map<string, Message[]>();
  for (const message of messages) {
    const root = rootOf(keyOf.get(message) ?? '');
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [message]);
    else group.push(message);
  }
  const conversations = [...groups.values()].map((group) => group.sort((a, b) => time(a) - time(b)));
  const latest = (group: readonly Message[]): number =>
    group.reduce((newest, message) => Math.max(newest, message.date?.getTime() ?? 0), 0);
  return conversations.sort((a, b) => latest(a) - latest(b));
}
