import { isMssError, MssError } from '@mss/core';

import { pause, runAttempt, type Attempt } from './attempt.js';
import { claimDue, renewLeases, type Claim } from './claim.js';
import { createClockGuard, type ClockGuard } from './clock-guard.js';
import type { OutboxContext } from './context.js';
import { expireOverdue, repairPlans } from './deadlines.js';
import { createMailboxPauses, type MailboxPauses } from './mailbox-pauses.js';
import { sendProbes } from './probe.js';
import { sweepContents } from './sweep.js';
import { takeOver } from './take-over.js';
import type { Submit } from './types.js';

/** How a worker works. */
export interface RunOptions {
  readonly submit: Submit;
  /** Stops the worker: nothing new is begun; what has not reached its final dot is aborted; the others may finish. */
  readonly signal?: AbortSignal;
  /** `idle`: resolves as soon as nothing is due and nothing under way. Default `aborted`: runs until the signal aborts. */
  readonly until?: 'aborted' | 'idle';
  /** Messages under way at once. Default 5. */
  readonly concurrency?: number;
  /** How long an entry stays with a worker that says nothing more. Default 1 minute. */
  readonly leaseMs?: number;
  /** How often to look for work of other processes, deadlines and workers that are gone. Default 1 second. */
  readonly pollMs?: number;
  /** How long messages whose final dot has left may take after `signal` aborted. Default 30 seconds. */
  readonly graceMs?: number;
  /** Default 30 minutes. */
  readonly attemptTimeoutMs?: number;
  /** Default 4 MiB. */
  readonly streamAboveBytes?: number;
  /**
   * Unique among the workers that run at the same time, the same after a restart: what an earlier run left is then taken over at once
   * instead of when its lease runs out. Default: a random one.
   */
  readonly worker?: string;
  /** Milliseconds of a clock that cannot be set; default `performance.now`. */
  readonly monotonicMs?: () => number;
}

export interface RunSummary {
  /** Attempts that were written down. */
  readonly attempts: number;
}

const sweepEveryMs = 3_600_000;

/** Runs one worker of the outbox until told otherwise. Rejects only for wrong options; whatever else goes wrong is logged and tried again. */
export async function runWorker(context: OutboxContext, options: RunOptions, wakeUps: Set<() => void>): Promise<RunSummary> {
  const { concurrency = 5, leaseMs = 60_000, pollMs = 1_000 } = options;
  for (const [name, value] of Object.entries({ concurrency, leaseMs, pollMs })) {
    if (!Number.isFinite(value) || value < 1) throw new TypeError(`${name} must be at least 1`);
  }
  const worker = new Worker(context, { ...options, concurrency, leaseMs, pollMs });
  const wake = (): void => worker.wake();
  wakeUps.add(wake);
  try {
    return await worker.run();
  } finally {
    wakeUps.delete(wake);
  }
}

type Settings = RunOptions & Required<Pick<RunOptions, 'concurrency' | 'leaseMs' | 'pollMs'>>;

class Worker {
  readonly #context: OutboxContext;
  readonly #settings: Settings;
  readonly #name: string;
  readonly #instance: string;
  readonly #guard: ClockGuard;
  readonly #pauses: MailboxPauses;
  readonly #pending: Claim[] = [];
  readonly #active = new Map<Attempt, Promise<void>>();
  readonly #giveUp = new AbortController();
  #claims = 0;
  #claiming: Promise<void> | null = null;
  #upkeep: Promise<void> | null = null;
  #lastUpkeep = Number.NEGATIVE_INFINITY;
  #lastSweep = Number.NEGATIVE_INFINITY;
  #nothingDue = false;
  #woken = false;
  /** How often something made work due: a claim that began before says nothing about it. */
  #wakes = 0;
  #wakeUp: (() => void) | null = null;
  #attempts = 0;

  constructor(context: OutboxContext, settings: Settings) {
    this.#context = context;
    this.#settings = settings;
    this.#instance = context.random.uuid();
    this.#name = settings.worker ?? this.#instance;
    this.#guard = createClockGuard(context.clock, settings.monotonicMs ?? (() => performance.now()));
    this.#pauses = createMailboxPauses(context.clock);
  }

  wake(): void {
    this.#wakes += 1;
    this.#look();
  }

  #look(): void {
    this.#woken = true;
    this.#nothingDue = false;
    this.#wakeUp?.();
  }

  async run(): Promise<RunSummary> {
    const { signal, until = 'aborted' } = this.#settings;
    const stop = (): void => this.wake();
    signal?.addEventListener('abort', stop, { once: true });
    const renewal = setInterval(() => void this.#renew(), this.#settings.leaseMs / 3);
    try {
      while (!this.#isStopped()) {
        this.#keepUp();
        this.#startPending();
        this.#claimMore();
        const isIdle =
          this.#nothingDue && this.#active.size + this.#pending.length === 0 && this.#claiming === null && this.#upkeep === null;
        if (until === 'idle' && isIdle) break;
        await this.#sleep();
      }
      await this.#windDown();
    } finally {
      clearInterval(renewal);
      signal?.removeEventListener('abort', stop);
    }
    return { attempts: this.#attempts };
  }

  #isStopped(): boolean {
    return this.#settings.signal?.aborted === true;
  }

  /** Until something happened, or it is time to look. */
  async #sleep(): Promise<void> {
    if (this.#woken) {
      this.#woken = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#look(), this.#settings.pollMs);
      this.#wakeUp = () => {
        clearTimeout(timer);
        this.#wakeUp = null;
        resolve();
      };
    });
    this.#woken = false;
  }

  #startPending(): void {
    while (this.#active.size < this.#settings.concurrency) {
      const claim = this.#pending.shift();
      if (claim === undefined) return;
      const attempt: Attempt = { claim, abort: new AbortController(), dotNoted: false, lost: false };
      const done = this.#submit(attempt).finally(() => {
        this.#active.delete(attempt);
        this.wake();
      });
      this.#active.set(attempt, done);
    }
  }

  async #submit(attempt: Attempt): Promise<void> {
    const { mailbox } = attempt.claim.entry;
    const { submit, attemptTimeoutMs = 1_800_000, streamAboveBytes = 4 * 1024 * 1024 } = this.#settings;
    const paused = this.#pauses.paused().includes(mailbox);
    const verdict = await runAttempt(this.#context, attempt, {
      submit: paused || attempt.abort.signal.aborted ? notNow : submit,
      attemptTimeoutMs,
      streamAboveBytes,
      giveUp: this.#giveUp.signal,
    });
    if (verdict === null) return;
    this.#attempts += 1;
    if (paused) return;
    if (verdict.unreachable !== 'no') this.#context.logger.warn({ mailbox, reason: verdict.unreachable }, 'the outbox of a mailbox pauses');
    this.#pauses.note(mailbox, verdict.unreachable);
  }

  /** Claims ahead, so that a free place never waits for the disk. */
  #claimMore(): void {
    const { concurrency } = this.#settings;
    if (this.#claiming !== null || this.#nothingDue || this.#pending.length >= concurrency) return;
    this.#claims += 1;
    const wakes = this.#wakes;
    this.#claiming = this.#claim(wakes).finally(() => {
      this.#claiming = null;
      this.#woken = true;
      this.#wakeUp?.();
    });
  }

  async #claim(wakes: number): Promise<void> {
    const { concurrency, leaseMs, pollMs } = this.#settings;
    try {
      const claims = await claimDue(this.#context, {
        worker: this.#name,
        lease: `${this.#instance}.${this.#claims}`,
        leaseMs,
        limit: 2 * concurrency - this.#pending.length,
        paused: this.#pauses.paused(),
      });
      this.#pending.push(...claims);
      this.#nothingDue = claims.length === 0 && this.#wakes === wakes;
    } catch (error) {
      this.#report(error, 'no entry can be claimed');
      await this.#wait(pollMs);
    }
  }

  /** What time alone brings about. */
  #keepUp(): void {
    const now = performance.now();
    if (this.#upkeep !== null || now - this.#lastUpkeep < this.#settings.pollMs) return;
    this.#lastUpkeep = now;
    this.#upkeep = this.#doUpkeep()
      .catch((error: unknown) => this.#report(error, 'the upkeep of the outbox failed'))
      .finally(() => {
        this.#upkeep = null;
        this.wake();
      });
  }

  async #doUpkeep(): Promise<void> {
    const context = this.#context;
    const { now, time } = this.#guard.check();
    if (time === 'back') {
      context.logger.warn({}, 'the clock was set back');
      await repairPlans(context);
    }
    if (this.#lastSweep === Number.NEGATIVE_INFINITY) await repairPlans(context);
    await takeOver(context, { worker: this.#name, instance: this.#instance, leaseMs: this.#settings.leaseMs });
    if (time === 'steady') {
      await expireOverdue(context, now);
      if (context.options.selfCopy) await sendProbes(context, now);
    }
    if (performance.now() - this.#lastSweep >= sweepEveryMs) {
      this.#lastSweep = performance.now();
      await sweepContents(context);
    }
  }

  async #renew(): Promise<void> {
    const held = [...this.#pending, ...[...this.#active.keys()].map((one) => one.claim)];
    if (held.length === 0) return;
    try {
      const standing = await renewLeases(
        this.#context,
        held.map((one) => ({ entryId: one.entry.entry_id, lease: one.lease })),
        this.#settings.leaseMs,
      );
      for (const attempt of this.#active.keys()) {
        if (standing.has(attempt.claim.entry.entry_id) || attempt.dotNoted || !held.includes(attempt.claim)) continue;
        attempt.lost = true;
        attempt.abort.abort(new MssError('ERR_MSS_LEDGER_LEASE_LOST', 'the entry was cancelled or taken over', { permanent: false }));
      }
    } catch (error) {
      this.#report(error, 'leases cannot be renewed');
    }
  }

  /** Gives back what was not begun, stops what can be stopped, waits for the rest. */
  async #windDown(): Promise<void> {
    await this.#claiming;
    await this.#upkeep;
    const aborted = (): Attempt['abort'] => {
      const controller = new AbortController();
      controller.abort();
      return controller;
    };
    const givenBack = this.#pending.splice(0).map((claim) => this.#submit({ claim, abort: aborted(), dotNoted: false, lost: false }));
    for (const attempt of this.#active.keys()) if (!attempt.dotNoted) attempt.abort.abort(this.#settings.signal?.reason);
    const grace = setTimeout(() => {
      for (const attempt of this.#active.keys()) attempt.abort.abort(this.#settings.signal?.reason);
      this.#giveUp.abort();
    }, this.#settings.graceMs ?? 30_000);
    await Promise.all([...givenBack, ...this.#active.values()]);
    clearTimeout(grace);
  }

  #wait(ms: number): Promise<void> {
    return pause(ms, this.#settings.signal ?? this.#giveUp.signal);
  }

  #report(error: unknown, message: string): void {
    this.#context.logger.error({ code: isMssError(error) ? error.code : 'unknown' }, message);
    if (!isMssError(error)) this.#context.logger.debug({ name: error instanceof Error ? error.name : typeof error }, message);
  }
}

/** In the place of a submission that is not tried. */
function notNow(): Promise<never> {
  return Promise.reject(new MssError('ERR_MSS_SMTP_ABORTED', 'not tried now', { permanent: false }));
}
