import type { ImapSession } from './session.js';

/** How full the mailbox is. A resource that the server does not limit is `null`. */
export interface MailboxQuota {
  readonly storage: { readonly usedBytes: number; readonly limitBytes: number } | null;
  readonly messages: { readonly used: number; readonly limit: number } | null;
}

/** GETQUOTAROOT; `null` when the server does not offer QUOTA. @see RFC 9208 */
export async function quota(session: ImapSession, folder: string, signal?: AbortSignal): Promise<MailboxQuota | null> {
  return session.run(
    async (client) => {
      if (!client.capabilities.has('QUOTA')) return null;
      const found = await client.getQuota(folder);
      if (!found) throw session.refusal();
      const { storage, message } = found;
      return {
        storage: storage?.limit === undefined ? null : { usedBytes: storage.usage ?? 0, limitBytes: storage.limit },
        messages: message?.limit === undefined ? null : { used: message.usage ?? 0, limit: message.limit },
      };
    },
    { signal },
  );
}
