import type { RecipientFacts } from './assess.js';
import type { DsnAction } from './types.js';

/** What an Amazon SES notification by mail says. */
export interface SesNotification {
  readonly recipients: readonly RecipientFacts[];
  readonly messageId: string | null;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const object = (value: unknown): Json => (isObject(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const fact = (address: string | null, more: Partial<RecipientFacts>): RecipientFacts => ({
  finalRecipient: address,
  originalRecipient: null,
  action: null,
  status: null,
  diagnostic: null,
  remoteMta: null,
  ...more,
});

/**
 * Reads the JSON that Amazon SES sends by SNS in the body of a mail: bounces and deliveries. Complaints are no receipts.
 *
 * @see Amazon SES Developer Guide, "Amazon SNS notification contents"
 */
export function readSesNotification(words: string): SesNotification | null {
  if (!words.trimStart().startsWith('{"notificationType"')) return null;
  const end = words.lastIndexOf('}');
  const json =
    parse(words.slice(words.indexOf('{'), end + 1).replaceAll(/\r?\n/g, '')) ??
    parse(words.slice(words.indexOf('{'), words.indexOf('\n--') + 1).replaceAll(/\r?\n/g, ' '));
  if (json === null) return null;
  const type = json['notificationType'];
  const mail = object(json['mail']);
  const messageId = text(object(mail['commonHeaders'])['messageId']);
  if (type === 'Delivery') {
    const delivery = object(json['delivery']);
    const diagnostic = text(delivery['smtpResponse']);
    return {
      messageId,
      recipients: list(delivery['recipients']).map((one) =>
        fact(text(one), { action: 'delivered', diagnostic, remoteMta: text(delivery['reportingMTA']) }),
      ),
    };
  }
  if (type !== 'Bounce') return { messageId, recipients: [] };
  const bounce = object(json['bounce']);
  const action: DsnAction = bounce['bounceType'] === 'Transient' ? 'delayed' : 'failed';
  return {
    messageId,
    recipients: list(bounce['bouncedRecipients'])
      .map(object)
      .map((one) => fact(text(one['emailAddress']), { action, status: text(one['status']), diagnostic: text(one['diagnosticCode']) })),
  };
}

function parse(words: string): Json | null {
  try {
    return object(JSON.parse(words));
  } catch {
    return null;
  }
}
