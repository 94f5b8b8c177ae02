import { readEvents } from './read.js';
import type { TrailContext } from './context.js';

const page = 500;

/**
 * The trail as JSON, one object a line:
 * `{"type":"checkpoint","mailbox",…}` and `{"type":"event","mailbox","seq","at","author","action","request","response","outcome","hash"}`.
 */
export async function* exportTrail(context: TrailContext, mailbox: string | undefined): AsyncGenerator<string, void, undefined> {
  if (mailbox !== undefined) {
    yield* exportMailbox(context, mailbox);
    return;
  }
  for (let after = ''; ;) {
    const rows = await context.store.all<{ mailbox: string }>(
      `SELECT mailbox FROM audit_heads WHERE mailbox > ? ORDER BY mailbox LIMIT ${page}`,
      [after],
    );
    for (const row of rows) yield* exportMailbox(context, row.mailbox);
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    after = last.mailbox;
  }
}

async function* exportMailbox(context: TrailContext, mailbox: string): AsyncGenerator<string, void, undefined> {
  const checkpoints = await context.store.all<{ seq: number; hash: string; sealed_at: number; author: string; events: number }>(
    'SELECT seq, hash, sealed_at, author, events FROM audit_checkpoints WHERE mailbox = ? ORDER BY seq LIMIT 10000',
    [mailbox],
  );
  for (const { seq, hash, sealed_at: sealedAt, author, events } of checkpoints)
    yield JSON.stringify({ type: 'checkpoint', mailbox, seq, hash, sealedAt: new Date(sealedAt).toISOString(), author, events });
  for await (const event of readEvents(context.store, mailbox, 0)) {
    const { seq, at, author, action, request, response, outcome, hash } = event;
    yield JSON.stringify({ type: 'event', mailbox, seq, at: at.toISOString(), author, action, request, response, outcome, hash });
  }
}
