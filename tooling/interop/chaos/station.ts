import { fork, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sourceFlags } from '@mss/testkit';

import type { FromWorker, Letter, Life, ServerAccess, WorkerReport, WorkerStatus } from './protocol.js';
import type { KillPoint } from './steps.js';

/** How one life ended. */
export type End = 'at-its-step' | 'at-a-moment';

/** What one life gets to do. */
export interface LifeOptions {
  readonly letters: readonly Letter[];
  readonly kill: KillPoint | null;
  /** Killed from outside so long after it began, if it still lives. */
  readonly killAfterMs: number;
}

/** Starts a module of this folder on the sources, with a channel to it. */
export function forkOnSources(module: string): ChildProcess {
  // Loading is what a life of a second spends most of its time with.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'mss-chaos-compile-cache') };
  return fork(fileURLToPath(new URL(module, import.meta.url)), [], {
    execArgv: ['--no-warnings', ...sourceFlags()],
    env,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
}

class WorkerProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly begun: Promise<unknown>;
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly report: Promise<{ readonly report: WorkerReport }>;
  status: WorkerStatus | null = null;
  #failure: string | null = null;

  constructor(options: { readonly onQueued: (documentId: string) => void }) {
    this.child = forkOnSources('worker.ts');
    let errors = '';
    this.child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const when = <Kind extends FromWorker['kind']>(kind: Kind): Promise<FromWorker & { readonly kind: Kind }> =>
      new Promise((resolve) => {
        this.child.on('message', (message: FromWorker) => {
          if (message.kind === kind) resolve(message as FromWorker & { readonly kind: Kind });
        });
      });
    this.ready = when('ready');
    this.begun = when('begun');
    this.report = when('report');
    this.child.on('message', (message: FromWorker) => {
      if (message.kind === 'queued') options.onQueued(message.documentId);
      if (message.kind === 'status') this.status = message.status;
      if (message.kind === 'failed') this.#failure = message.message;
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => {
        if (signal === 'SIGKILL' || code === 0) resolve(signal);
        else reject(new Error(`a worker failed: ${this.#failure ?? errors}`));
      });
    });
    this.ended.catch(() => {});
  }
}

/** Who works where. */
export interface StationOptions {
  readonly address: string;
  /** Made when it is not there; two workstations may share one. */
  readonly folder: string;
  readonly server: ServerAccess;
  readonly worker?: string;
  readonly claim?: Life['claim'];
}

/** The processes of one workstation, one after the other. The next one is loaded while the present one works. */
export class Station {
  readonly address: string;
  readonly folder: string;
  readonly #options: StationOptions;
  /** Letters that no life has said to be queued yet. */
  readonly #letters = new Map<string, Letter>();
  #next: WorkerProcess;
  #present: WorkerProcess | null = null;

  private constructor(options: StationOptions) {
    this.address = options.address;
    this.folder = options.folder;
    this.#options = options;
    this.#next = this.#spawn();
  }

  static async create(options: StationOptions): Promise<Station> {
    await mkdir(options.folder, { recursive: true });
    return new Station(options);
  }

  get status(): WorkerStatus | null {
    return this.#present?.status ?? null;
  }

  /** One life, which ends by SIGKILL. */
  async live(options: LifeOptions): Promise<End> {
    const worker = await this.#begin(options);
    let byUs = false;
    await Promise.race([worker.begun, worker.ended]);
    const timer = setTimeout(() => {
      byUs = true;
      worker.child.kill('SIGKILL');
    }, options.killAfterMs);
    const signal = await worker.ended;
    clearTimeout(timer);
    if (signal !== 'SIGKILL') throw new Error('a worker ended by itself');
    return byUs ? 'at-a-moment' : 'at-its-step';
  }

  /** The last life, which is left alone. */
  async liveOn(): Promise<void> {
    const worker = await this.#begin({ letters: [], kill: null });
    this.#next.child.kill('SIGKILL');
    await Promise.race([worker.begun, worker.ended]);
  }

  async finish(): Promise<WorkerReport> {
    const worker = this.#present;
    if (worker === null) throw new TypeError('no worker lives');
    worker.child.send({ kind: 'finish' });
    const answer = await Promise.race([worker.report, worker.ended]);
    await worker.ended;
    if (answer === null || typeof answer === 'string') throw new Error('a worker ended without a report');
    return answer.report;
  }

  /** Whether the last life has failed. */
  async failure(): Promise<Error | null> {
    return Promise.race([
      (this.#present?.ended ?? Promise.resolve(null)).then(
        () => new Error('a worker ended by itself'),
        (error: Error) => error,
      ),
      new Promise<null>((resolve) => setTimeout(() => resolve(null), 0)),
    ]);
  }

  close(): void {
    this.#next.child.kill('SIGKILL');
    this.#present?.child.kill('SIGKILL');
  }

  async #begin(options: { readonly letters: readonly Letter[]; readonly kill: KillPoint | null }): Promise<WorkerProcess> {
    for (const letter of options.letters) this.#letters.set(letter.documentId, letter);
    const worker = this.#next;
    await Promise.race([worker.ready, worker.ended]);
    this.#present = worker;
    this.#next = this.#spawn();
    const life: Life = {
      folder: this.folder,
      address: this.address,
      worker: this.#options.worker ?? this.address,
      claim: this.#options.claim ?? 'database',
      server: this.#options.server,
      letters: [...this.#letters.values()],
      kill: options.kill,
    };
    worker.child.send({ kind: 'live', life });
    return worker;
  }

  #spawn(): WorkerProcess {
    return new WorkerProcess({ onQueued: (documentId) => void this.#letters.delete(documentId) });
  }
}
