import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  /** Lines of stdout, until it ends. */
  readonly lines: AsyncIterator<string>;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Runs support/child.ts on the sources, with the flags of this process. */
export function startChild(task: string, file: string): Child {
  const script = fileURLToPath(new URL('child.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, task, file], { stdio: ['pipe', 'pipe', 'pipe'] });
  const stderr = text(child.stderr);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    process: child,
    lines: createInterface(child.stdout)[Symbol.asyncIterator](),
    ended: Promise.all([code, stderr]).then(([ended, said]) => ({ code: ended, stderr: said })),
  };
}
