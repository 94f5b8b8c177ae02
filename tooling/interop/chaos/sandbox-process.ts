// The sandbox in a process of its own, for the chaos runs: answers questions about its mailboxes, ends with its parent.
import { startSandbox, type Sandbox } from '@mss/sandbox';

import type { ServerAccess } from './protocol.js';

/** An answer to one question. */
export interface FromSandbox {
  readonly question: number;
  readonly access?: ServerAccess;
  /** Base64. */
  readonly mails?: readonly string[];
  readonly count?: number;
}

type Question =
  | { readonly kind: 'start'; readonly question: number; readonly sender: string; readonly receiver: string; readonly password: string }
  | { readonly kind: 'mails' | 'count'; readonly question: number; readonly address: string };

let sandbox: Sandbox | null = null;

async function answer(asked: Question): Promise<FromSandbox> {
  const { question } = asked;
  if (asked.kind === 'start') {
    const { sender, receiver, password } = asked;
    sandbox = await startSandbox({
      accounts: [
        { address: sender, kind: 'organisational', password },
        { address: receiver, kind: 'organisational', password },
      ],
    });
    const { host, servername, caPem, ports } = sandbox;
    return { question, access: { host, servername, caPem, smtpPort: ports.smtps, imapPort: ports.imaps, password } };
  }
  const mails = sandbox?.messages(asked.address, { folder: 'INBOX' }) ?? [];
  if (asked.kind === 'count') return { question, count: mails.length };
  return { question, mails: mails.map(({ content }) => Buffer.from(content).toString('base64')) };
}

process.on('message', (asked: Question) => {
  answer(asked).then(
    (answered) => process.send?.(answered),
    (error: unknown) => {
      throw error;
    },
  );
});
process.on('disconnect', () => {
  void (sandbox?.stop() ?? Promise.resolve()).then(() => process.exit());
});
