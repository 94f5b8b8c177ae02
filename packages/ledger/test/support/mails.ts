/** A mail as a colleague sends it. */
export function mail(
  id: string | null,
  options: {
    readonly body?: string;
    readonly headers?: readonly string[];
    readonly from?: string;
    readonly to?: string;
    readonly subject?: string;
  } = {},
): string {
  const { from = 'hugo.bernard@clinique.mssante.fr', to = 'claire.moreau@cabinet.mssante.fr' } = options;
  return [
    `Return-Path: <${from}>`,
    'Received: from relay by server; Sun, 1 Mar 2026 08:00:00 +0000',
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${options.subject ?? 'Avis'}`,
    'Date: Sun, 1 Mar 2026 08:00:00 +0000',
    ...(id === null ? [] : [`Message-ID: <${id}@clinique.mssante.fr>`]),
    'MIME-Version: 1.0',
    ...(options.headers ?? []),
    ...((options.headers ?? []).some((one) => one.startsWith('Content-Type')) ? [] : ['Content-Type: text/plain; charset=utf-8']),
    '',
    options.body ?? 'Bonjour,\r\n',
  ].join('\r\n');
}

/** The header of a mail that asks for a read receipt. */
export const asksForReceipt = ['Disposition-Notification-To: hugo.bernard@clinique.mssante.fr'];

/** A delivery notification. */
export function dsn(options: {
  readonly action: string;
  readonly recipient?: string | null;
  readonly status?: string;
  readonly envid?: string;
  readonly messageId?: string;
  readonly from?: string;
  readonly returnPath?: string;
  readonly id?: string;
}): string {
  const { from = 'MAILER-DAEMON@relais.mssante.fr', returnPath = '' } = options;
  return [
    `Return-Path: <${returnPath}>`,
    'Received: from relay by server; Sun, 1 Mar 2026 08:00:00 +0000',
    `From: ${from}`,
    'To: claire.moreau@cabinet.mssante.fr',
    'Subject: Delivery Status Notification',
    'Date: Sun, 1 Mar 2026 08:10:00 +0000',
    `Message-ID: <${options.id ?? `dsn-${options.action}`}@relais.mssante.fr>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Report.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; relais.mssante.fr',
    ...(options.envid === undefined ? [] : [`Original-Envelope-Id: ${options.envid}`]),
    '',
    ...(options.recipient === null ? [] : [`Final-Recipient: rfc822; ${options.recipient ?? 'hugo.bernard@clinique.mssante.fr'}`]),
    `Action: ${options.action}`,
    `Status: ${options.status ?? (options.action === 'failed' ? '5.1.1' : options.action === 'delayed' ? '4.4.1' : '2.0.0')}`,
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    ...(options.messageId === undefined ? [] : [`Message-ID: ${options.messageId}`]),
    'Subject: Envoi',
    '',
    '--b--',
    '',
  ].join('\r\n');
}

/** A read receipt. */
export function mdn(options: {
  readonly disposition: string;
  readonly messageId: string;
  readonly recipient?: string | null;
  readonly from?: string;
  readonly errors?: readonly string[];
  readonly id?: string;
}): string {
  const { from = 'hugo.bernard@clinique.mssante.fr' } = options;
  return [
    'Return-Path: <>',
    'Received: from relay by server; Sun, 1 Mar 2026 08:00:00 +0000',
    `From: ${from}`,
    'To: claire.moreau@cabinet.mssante.fr',
    'Subject: Lu',
    'Date: Sun, 1 Mar 2026 08:20:00 +0000',
    `Message-ID: <${options.id ?? `mdn-${options.disposition.replaceAll(/\W/g, '')}`}@clinique.mssante.fr>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Lu.',
    '--b',
    'Content-Type: message/disposition-notification',
    '',
    ...(options.recipient === null ? [] : [`Final-Recipient: rfc822;${options.recipient ?? 'hugo.bernard@clinique.mssante.fr'}`]),
    `Original-Message-ID: ${options.messageId}`,
    `Disposition: ${options.disposition}`,
    ...(options.errors ?? []).map((error) => `Error: ${error}`),
    '',
    '--b--',
    '',
  ].join('\r\n');
}
