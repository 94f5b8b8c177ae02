/**
 * Why a delivery failed, as far as a host acts on it.
 *
 * | reason | what it means | what helps |
 * |---|---|---|
 * | `mailbox-unknown`, `mailbox-moved` | no such mailbox | another address |
 * | `domain-unknown`, `domain-refuses` | no such domain, or one that takes no mail | another address |
 * | `mailbox-disabled` | closed, suspended, inactive | ask the recipient |
 * | `mailbox-full` | over quota | later |
 * | `message-too-big` | above the recipient's limit | a smaller message |
 * | `sender-refused` | this sender is not accepted | the operator |
 * | `relay-refused` | the server does not take mail for that domain | the operator |
 * | `authentication` | SPF, DKIM, DMARC, reverse DNS | the operator |
 * | `policy` | blocked, listed, rate, TLS required | the operator |
 * | `spam`, `virus`, `content` | the content was refused | another content |
 * | `expired` | the mail system gave up after many attempts | later |
 * | `network`, `system`, `protocol` | the fault of a mail system or of the way to it | later |
 * | `other` | none of these could be told | - |
 */
export type FailureReason =
  | 'mailbox-unknown'
  | 'mailbox-moved'
  | 'domain-unknown'
  | 'domain-refuses'
  | 'mailbox-disabled'
  | 'mailbox-full'
  | 'message-too-big'
  | 'sender-refused'
  | 'relay-refused'
  | 'authentication'
  | 'policy'
  | 'spam'
  | 'virus'
  | 'content'
  | 'expired'
  | 'network'
  | 'system'
  | 'protocol'
  | 'other';

/** Status (RFC 3463, without class) for a failure that has none, where the registry has a fitting one. */
const detailOf: Readonly<Record<FailureReason, string>> = Object.freeze({
  'mailbox-unknown': '1.1',
  'mailbox-moved': '1.6',
  'domain-unknown': '1.2',
  'domain-refuses': '1.10',
  'mailbox-disabled': '2.1',
  'mailbox-full': '2.2',
  'message-too-big': '3.4',
  'sender-refused': '1.8',
  'relay-refused': '7.1',
  authentication: '7.26',
  policy: '7.1',
  spam: '7.1',
  virus: '6.0',
  content: '6.0',
  expired: '4.7',
  network: '4.0',
  system: '3.0',
  protocol: '5.0',
  other: '0.0',
});

/** A status for a failure of which only the reason is known. */
export function inferredStatus(reason: FailureReason, temporary: boolean): string {
  return `${temporary ? 4 : 5}.${detailOf[reason]}`;
}

const invalid: ReadonlySet<FailureReason> = new Set(['mailbox-unknown', 'mailbox-moved', 'domain-unknown', 'domain-refuses']);

/** Whether the failure says that the address leads nowhere: not while the mail system calls it temporary. */
export function isAddressInvalid(reason: FailureReason, permanent: boolean): boolean {
  return permanent && invalid.has(reason);
}

/** The reason that a status states by itself; `null` where many causes share it. */
export function reasonOfStatus(status: string): FailureReason | null {
  return byStatus[status.slice(2)] ?? null;
}

const byStatus: Readonly<Record<string, FailureReason>> = Object.freeze({
  '1.0': 'mailbox-unknown',
  '1.1': 'mailbox-unknown',
  '1.2': 'domain-unknown',
  '1.3': 'mailbox-unknown',
  '1.4': 'mailbox-unknown',
  '1.6': 'mailbox-moved',
  '1.7': 'sender-refused',
  '1.8': 'sender-refused',
  '1.9': 'expired',
  '1.10': 'domain-refuses',
  '2.1': 'mailbox-disabled',
  '2.2': 'mailbox-full',
  '2.3': 'message-too-big',
  '2.4': 'mailbox-disabled',
  '3.0': 'system',
  '3.1': 'system',
  '3.2': 'domain-refuses',
  '3.3': 'system',
  '3.4': 'message-too-big',
  '3.5': 'system',
  '4.0': 'network',
  '4.1': 'expired',
  '4.2': 'network',
  '4.3': 'network',
  '4.4': 'domain-unknown',
  '4.5': 'network',
  '4.6': 'network',
  '4.7': 'expired',
  '5.0': 'protocol',
  '5.1': 'protocol',
  '5.2': 'protocol',
  '5.3': 'policy',
  '5.4': 'protocol',
  '5.5': 'protocol',
  '6.0': 'content',
  '6.1': 'content',
  '6.2': 'content',
  '6.3': 'content',
  '6.5': 'content',
  '6.6': 'content',
  '7.0': 'policy',
  '7.1': 'policy',
  '7.2': 'sender-refused',
  '7.5': 'policy',
  '7.7': 'content',
  '7.8': 'authentication',
  '7.9': 'policy',
  '7.13': 'mailbox-disabled',
  '7.17': 'mailbox-moved',
  '7.18': 'domain-refuses',
  '7.20': 'authentication',
  '7.21': 'authentication',
  '7.22': 'authentication',
  '7.23': 'authentication',
  '7.24': 'authentication',
  '7.25': 'authentication',
  '7.26': 'authentication',
  '7.27': 'sender-refused',
  '7.28': 'policy',
  '7.29': 'policy',
  '7.30': 'policy',
});
