import type { Clock } from '@mss/core';
import {
  composeMessage,
  readMessage,
  type ComposedMessage,
  type ComposeOptions,
  type MessageDraft,
  type ReceivedMessage,
  type Sender,
} from '@mss/message';
import type { SecureChannelPolicy } from '@mss/pki';
import type { BuiltReceipt } from '@mss/receipts';
import { openMailbox, submitMessage, type MailboxAuthentication, type SubmissionResult } from '@mss/transport';

/** How a piece of practice software reaches its operator. All of it is configuration. */
export interface OperatorAccess {
  readonly policy: SecureChannelPolicy;
  readonly host: string;
  /** The name that the operator's certificate covers, when the address is not it. */
  readonly servername: string;
  readonly smtpPort: number;
  readonly imapPort: number;
  readonly auth: MailboxAuthentication;
}

/** What a practice's software does with MSSanté: the adapter that a vendor writes, and no more than that. */
export interface Practice {
  readonly sender: Sender;
  /** Composes, without sending. */
  compose(draft: Omit<MessageDraft, 'from'>): Promise<ComposedMessage>;
  /** Submits the bytes that were composed, with the delivery receipt that the draft asked for. */
  submit(message: ComposedMessage): Promise<SubmissionResult>;
  /** Sends a receipt: null return path, no receipt for a receipt. */
  submitReceipt(receipt: BuiltReceipt): Promise<SubmissionResult>;
  /** Everything in the inbox that was not there before. */
  receive(): Promise<ReceivedMessage[]>;
}

/** Opens a practice on its operator. */
export function openPractice(sender: Sender, access: OperatorAccess, options: ComposeOptions & { readonly clock?: Clock } = {}): Practice {
  const { policy, host, servername, auth } = access;
  const submission = { policy, host, servername, port: access.smtpPort, security: 'implicit', auth } as const;
  let uidValidity: number | null = null;
  let afterUid = 0;
  return {
    sender,
    compose: (draft) => composeMessage({ ...draft, from: sender }, options),
    submit: (message) =>
      submitMessage(submission, {
        from: message.envelope.from,
        recipients: message.envelope.to.map((address) => ({
          address,
          ...(message.dsn === null ? {} : { dsn: { notify: message.dsn.notify } }),
        })),
        ...(message.dsn === null ? {} : { envid: message.dsn.envid, ret: 'headers' as const }),
        message: message.bytes,
      }),
    submitReceipt: (receipt) =>
      submitMessage(submission, {
        from: receipt.envelope.from,
        recipients: receipt.envelope.to.map((address) => ({ address })),
        message: receipt.bytes,
      }),
    async receive() {
      const mailbox = await openMailbox({ policy, host, servername, port: access.imapPort, security: 'implicit', auth });
      try {
        const received: ReceivedMessage[] = [];
        for await (const message of mailbox.fetchNew({ folder: 'INBOX', uidValidity, afterUid })) {
          uidValidity = message.uidValidity;
          afterUid = Math.max(afterUid, message.uid);
          if (message.bytes !== null) received.push(readMessage(message.bytes).value);
        }
        return received;
      } finally {
        await mailbox.close();
      }
    },
  };
}
