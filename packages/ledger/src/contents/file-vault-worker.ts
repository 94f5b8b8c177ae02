/**
 * The thread of a file vault. What it is asked together shares one sync of the folder. Its calls are synchronous: each asynchronous
 * one would cost two changes of thread, and a content takes eight.
 */
import { closeSync, fdatasyncSync, fsyncSync, openSync, renameSync, rmSync, unlinkSync, writevSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';

import { freeBytes } from './memory.js';
import { systemCode } from './system-code.js';

/** Paths are whole. */
export type VaultRequest =
  | { readonly kind: 'put'; readonly path: string; readonly draft: string; readonly parts: readonly Uint8Array[] }
  /** The draft is written and synced already. */
  | { readonly kind: 'keep'; readonly path: string; readonly draft: string }
  | { readonly kind: 'delete'; readonly path: string };

export interface VaultCall {
  readonly id: number;
  readonly request: VaultRequest;
}

/** `error`: the operating system's code, or `''`; `null` when it was done. */
export interface VaultAnswer {
  readonly id: number;
  readonly error: string | null;
}

export interface VaultWorkerOptions {
  readonly directory: string;
}

function serve(port: MessagePort, { directory }: VaultWorkerOptions): void {
  port.on('message', (first: VaultCall) => {
    const calls = [first];
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port))
      calls.push(more.message as VaultCall);
    const puts = calls.filter(({ request }) => request.kind !== 'delete');
    if (puts.length > 0) port.postMessage(putAll(puts, directory));
    const deletes = calls.filter(({ request }) => request.kind === 'delete');
    if (deletes.length > 0) port.postMessage(deletes.map(({ id, request }) => ({ id, error: errorOf(() => remove(request.path)) })));
  });
}

function errorOf(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return systemCode(error);
  }
}

/** All are written before the first is synced: what one sync of the file system brings to the disk, the next need not. */
function putAll(calls: readonly VaultCall[], directory: string): readonly VaultAnswer[] {
  const puts = calls.map(({ id, request }) => ({ id, put: new Put(request) }));
  const answers = puts.map(({ id, put }) => ({ id, put, error: errorOf(() => put.write()) }));
  for (const one of answers) one.error ??= errorOf(() => one.put.keep());
  if (answers.some(({ error }) => error === null)) {
    const error = errorOf(() => syncFolder(directory));
    for (const one of answers) one.error ??= error;
  }
  return answers.map(({ id, put, error }) => {
    put.end(error !== null);
    return { id, error };
  });
}

/** A content on its way to the disk. */
class Put {
  readonly #request: VaultRequest;
  #file = -1;

  constructor(request: VaultRequest) {
    this.#request = request;
  }

  write(): void {
    if (this.#request.kind !== 'put') return;
    const { draft, parts } = this.#request;
    this.#file = openSync(draft, 'wx', 0o600);
    writeParts(this.#file, parts);
    for (const part of parts) freeBytes(part);
  }

  keep(): void {
    if (this.#request.kind === 'delete') return;
    if (this.#file !== -1) fdatasyncSync(this.#file);
    renameSync(this.#request.draft, this.#request.path);
  }

  end(failed: boolean): void {
    if (this.#request.kind !== 'put') return;
    // A draft of that name which is somebody else's is not ours to remove.
    if (this.#file === -1) return;
    // What is left is found by `names()`, which removes old drafts.
    errorOf(() => closeSync(this.#file));
    const { draft } = this.#request;
    if (failed) errorOf(() => rmSync(draft, { force: true }));
  }
}

function writeParts(file: number, parts: readonly Uint8Array[]): void {
  for (let left = parts.filter((part) => part.length > 0); left.length > 0;) {
    let written = writevSync(file, left);
    // A write that was cut short: the rest, from its place.
    left = left.flatMap((part) => {
      const rest = part.subarray(Math.min(written, part.length));
      written -= part.length - rest.length;
      return rest.length === 0 ? [] : [rest];
    });
  }
}

function syncFolder(directory: string): void {
  // Windows cannot open a folder, nor needs it: NTFS logs renames.
  if (process.platform === 'win32') return;
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

if (parentPort !== null) serve(parentPort, workerData as VaultWorkerOptions);
