import type { SMTPServerSession } from 'smtp-server';
import type { Envelope } from '../delivery/envelope.js';

/** RFC 3461 §4: `+` and two hexadecimal digits are one character. */
function decodeXtext(text: string): string {
  return text.replaceAll(/\+([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** smtp-server's session as the operator's envelope. */
export function envelopeOf(session: SMTPServerSession): Envelope {
  const { mailFrom, rcptTo, dsn } = session.envelope;
  return {
    sender: mailFrom === false ? '' : mailFrom.address,
    envelopeId: typeof dsn?.envid === 'string' ? decodeXtext(dsn.envid) : null,
    returnContent: dsn?.ret === 'HDRS' ? 'headers' : dsn?.ret === 'FULL' ? 'full' : null,
    recipients: rcptTo.map(({ address, dsn: notification }) => ({
      address,
      notify: notification?.notify === undefined ? null : new Set(notification.notify),
      originalRecipient: notification?.orcpt === undefined ? null : decodeXtext(notification.orcpt),
    })),
    trace: {
      helo: session.hostNameAppearsAs,
      remoteAddress: session.remoteAddress,
      protocol: session.transmissionType,
      tls: session.tlsOptions === false ? null : `${session.tlsOptions.version} ${session.tlsOptions.name}`,
    },
  };
}
