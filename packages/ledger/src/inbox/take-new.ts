import type { FetchedMessage } from '@mss/transport';

import { identify, type Identified } from './content.js';
import { openFollowUp, placeOnServer } from './follow-up.js';
import { commitNote, type Held, type LastNote } from './held.js';
import { tellCopy } from './own-message.js';
import type { Pass } from './pass.js';
import { processMessage } from './process.js';
import { claim, newLease, register, shared, type Claim, type InboxRow, type NewMessage } from './rows.js';

/** A fetched message, known by its fingerprint. */
interface Incoming {
  readonly fetched: FetchedMessage;
  readonly identified: Identified;
}

/**
 * New messages, in the order of their UIDs, at most `concurrency` in the host's hands at once. The next ones are fetched meanwhile, and those
 * that are there already are put on record together. With one at a time, the last note about it and the claim of the next share a transaction:
 * one sync of the disk for each message; with several, their notes share transactions with one another.
 */
export async function takeNew(pass: Pass, afterUid: number): Promise<void> {
  const { inbox, request, folder, uidValidity } = pass;
  const most = request.concurrency ?? 1;
  const fetching = request.mailbox.fetchNew({
    folder,
    uidValidity,
    afterUid,
    maxMessageBytes: inbox.inMemoryBytes,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const arrivals = new Arrivals(pass, fetching[Symbol.asyncIterator]());
  const hands = new Hands(pass, most);
  try {
    for (let more = true; more;) {
      await hands.untilRoom();
      if (hands.failures.length > 0) break;
      const { batch, isOver } = await gather(arrivals, hands);
      more = !isOver;
      if (batch.length === 0) continue;
      const taken = await take(pass, { batch, owed: hands.owed });
      hands.owed = null;
      for (const [index, incoming] of batch.entries()) {
        const { claimed, sharesMessageId } = taken[index] as Taken;
        countClaim(pass, claimed);
        if (claimed.found === 'handled') await placeCopy(pass, claimed.row, incoming);
        if (claimed.found === 'claimed') hands.workOn(incoming, { row: claimed.row, sharesMessageId });
      }
    }
  } finally {
    await hands.untilEmpty();
    await arrivals.close();
  }
  if (hands.failures.length > 0) throw hands.failures[0];
}

/** Messages put on record in one transaction. */
const mostTogether = 64;

/** As many as are there and fit: at least one, for which it waits, save at the end of the folder. */
async function gather(arrivals: Arrivals, hands: Hands): Promise<{ readonly batch: readonly Incoming[]; readonly isOver: boolean }> {
  const batch: Incoming[] = [];
  while (batch.length < Math.min(hands.room, mostTogether)) {
    if (batch.length > 0 && !(await arrivals.isHereNow())) break;
    // While nothing comes, nothing is left unnoted.
    if (batch.length === 0 && !arrivals.isHere()) await hands.settleOwed();
    const incoming = await arrivals.peek();
    if (incoming === null) return { batch, isOver: true };
    const { id } = incoming.identified;
    // A second copy waits until the first has come to its end.
    const first = hands.workOf(id);
    if (batch.length > 0 && (first !== undefined || batch.some((one) => one.identified.id === id))) break;
    await first;
    arrivals.pass();
    batch.push(incoming);
  }
  return { batch, isOver: false };
}

/** Messages on their way from the server: one is always asked for ahead. */
class Arrivals {
  readonly #pass: Pass;
  readonly #messages: AsyncIterator<FetchedMessage>;
  #next: Promise<IteratorResult<FetchedMessage>>;
  #isHere = false;
  #peeked: Incoming | null = null;

  constructor(pass: Pass, messages: AsyncIterator<FetchedMessage>) {
    this.#pass = pass;
    this.#messages = messages;
    this.#next = this.#ask();
  }

  isHere(): boolean {
    return this.#isHere || this.#peeked !== null;
  }

  /** Lets what is on its way within this process arrive. */
  async isHereNow(): Promise<boolean> {
    if (!this.isHere()) await new Promise((resolve) => setImmediate(resolve));
    return this.isHere();
  }

  /** The next message; it stays the next one until {@link pass}. `null` at the end. */
  async peek(): Promise<Incoming | null> {
    if (this.#peeked !== null) return this.#peeked;
    const { value: fetched, done } = await this.#next;
    if (done === true) return null;
    this.#pass.request.signal?.throwIfAborted();
    this.#next = this.#ask();
    this.#peeked = { fetched, identified: await identify(this.#pass, fetched) };
    return this.#peeked;
  }

  pass(): void {
    this.#peeked = null;
  }

  async close(): Promise<void> {
    this.#next.catch(() => {});
    await this.#messages.return?.().catch(() => {});
  }

  #ask(): Promise<IteratorResult<FetchedMessage>> {
    this.#isHere = false;
    const next = this.#messages.next();
    next.then(
      () => (this.#isHere = true),
      () => {},
    );
    return next;
  }
}

/** Messages that are worked on. */
class Hands {
  readonly #pass: Pass;
  readonly #most: number;
  /** By the name of the message. */
  readonly #works = new Map<string, Promise<void>>();
  /** The last note of a message that is to share the next transaction. */
  owed: LastNote | null = null;
  readonly failures: unknown[] = [];

  constructor(pass: Pass, most: number) {
    this.#pass = pass;
    this.#most = most;
  }

  get room(): number {
    return this.#most - this.#works.size;
  }

  workOf(id: string): Promise<void> | undefined {
    return this.#works.get(id);
  }

  workOn({ fetched, identified }: Incoming, claimed: { readonly row: InboxRow; readonly sharesMessageId: boolean }): void {
    const { id, fingerprint, bytes, tooLarge } = identified;
    const { internalDate, flags } = fetched;
    this.#works.set(id, this.#work(id, { ...claimed, fingerprint, bytes, tooLarge, internalDate, flags }));
  }

  async untilRoom(): Promise<void> {
    while (this.room <= 0) await Promise.race(this.#works.values());
  }

  async untilEmpty(): Promise<void> {
    await Promise.all(this.#works.values());
    await this.settleOwed();
  }

  async settleOwed(): Promise<void> {
    const note = this.owed;
    this.owed = null;
    if (note !== null) await commitNote(this.#pass, note);
  }

  async #work(id: string, held: Held): Promise<void> {
    try {
      const note = await processMessage(this.#pass, held);
      if (note === null) return;
      if (this.#most === 1) this.owed = note;
      else await commitNote(this.#pass, note);
    } catch (error) {
      this.failures.push(error);
    } finally {
      this.#works.delete(id);
    }
  }
}

interface Taken {
  readonly claimed: Claim;
  readonly sharesMessageId: boolean;
}

/**
 * Notes what is owed about the message before, puts these on record, takes their leases, and moves the mark of the folder: all or nothing, so
 * that the mark never passes a message that is not on record.
 */
async function take(pass: Pass, work: { readonly batch: readonly Incoming[]; readonly owed: LastNote | null }): Promise<readonly Taken[]> {
  const { inbox } = pass;
  const { store, privacy } = inbox.ledger;
  const { batch, owed } = work;
  const lease = newLease(inbox);
  const messages = batch.map(({ fetched, identified: { id, fingerprint } }): NewMessage => ({
    id,
    place: { folder: pass.folderKey, uidValidity: fetched.uidValidity, uid: fetched.uid },
    messageId: fingerprint.messageId === null ? null : privacy.pseudonym('message-id', fingerprint.messageId),
    sizeBytes: fetched.sizeBytes,
    firstAt: (fetched.internalDate ?? new Date(lease.now)).getTime(),
  }));
  const last = messages.at(-1)?.place;
  const { taken, ours } = await inbox.commit(async (transaction, trace) => {
    // Asked together, in this order: the database answers once.
    const [ours, added, , sharing] = await Promise.all([
      owed !== null && owed.write(transaction, trace),
      register(transaction, { mailbox: pass.mailboxKey, messages, lease }),
      transaction.run('UPDATE inbox_folders SET after_uid = ? WHERE mailbox = ? AND folder = ? AND uid_validity = ? AND after_uid < ?', [
        last?.uid ?? 0,
        pass.mailboxKey,
        pass.folderKey,
        last?.uidValidity ?? 0,
        last?.uid ?? 0,
      ]),
      shared(transaction, pass.mailboxKey, messages),
    ]);
    const taken: Taken[] = [];
    for (const [index, { id, place }] of messages.entries()) {
      const row = added[index] ?? null;
      const claimed: Claim =
        row === null ? await claim(transaction, { id, claimClause: store.claimClause, lease, place }) : { row, found: 'claimed' };
      taken.push({ claimed, sharesMessageId: claimed.found === 'claimed' && sharing.has(id) });
    }
    return { taken, ours };
  });
  owed?.noted(ours);
  return taken;
}

/** Another copy of a message that was handled: it goes where the first one went, and is handed to nobody. */
async function placeCopy(pass: Pass, row: InboxRow, copy: Incoming): Promise<void> {
  const { fetched, identified } = copy;
  await tellCopy(pass, { ...identified.fingerprint, place: fetched, at: fetched.internalDate ?? pass.inbox.ledger.clock.now() });
  if (row.state === 'elsewhere' || row.state === 'quarantined') {
    if (row.state === 'elsewhere') pass.counts.elsewhere += 1;
    return;
  }
  pass.counts.duplicates += 1;
  const todo = openFollowUp(pass.inbox, row);
  if (todo !== null) await placeOnServer(pass, fetched.uid, todo);
}

export function countClaim(pass: Pass, claimed: Claim): void {
  if (claimed.found === 'busy') pass.counts.elsewhere += 1;
  if (claimed.found === 'crashed') pass.counts.quarantined += 1;
}
