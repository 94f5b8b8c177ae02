import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isMssError, untilAborted, type MssError } from '@mss/core';
import { pkiError, type PkiErrorCode } from '../errors.js';
import { errnoOf } from './errno.js';
import { firstToConnect } from './first-to-connect.js';

/** Where a TCP connection goes. */
export interface DialTarget {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Opens a TCP connection; resolves when it stands. Destroys it, and rejects, when the signal aborts. */
export type Dial = (target: DialTarget) => Promise<Duplex>;

/** The addresses of a name, in the order to try them. */
export type Resolver = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Names by the resolver of the operating system. */
export const systemResolver: Resolver = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** What stopped a wait: the caller, or the deadline. */
export function abortError(signal: AbortSignal, what: string): MssError<PkiErrorCode> {
  const reason: unknown = signal.reason;
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError';
  return timedOut
    ? pkiError('ERR_MSS_TLS_TIMEOUT', `${what}: the deadline has passed`)
    : pkiError('ERR_MSS_TLS_ABORTED', `${what}: aborted`, { cause: signal.reason });
}

/** A promise that also ends when the signal aborts. What is waited for goes on by itself. */
export async function underSignal<Value>(work: Promise<Value>, signal: AbortSignal, what: string): Promise<Value> {
  return untilAborted(work, signal, (aborted) => abortError(aborted, what));
}

function dialAddress(address: string, { host, port, signal }: DialTarget): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const onAbort = (): void => {
      socket.destroy();
      reject(abortError(signal, `connecting to ${host}:${port}`));
    };
    const done = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', fail);
    };
    const fail = (cause: Error): void => {
      done();
      reject(
        pkiError('ERR_MSS_TLS_UNREACHABLE', `no connection to ${host}:${port}`, { cause, details: { host, port, errno: errnoOf(cause) } }),
      );
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      done();
      // From here on errors belong to whoever reads; between two readers they must not end the process.
      socket.on('error', () => {});
      socket.setNoDelay(true);
      resolve(socket);
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The Node default of {@link Dial}: the resolver's addresses, the first that answers. */
export function nodeDial(resolver: Resolver): Dial {
  return async ({ host, port, signal }) => {
    const literal = host.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(literal) === 0 ? await resolveName(resolver, host, signal) : [literal];
    if (addresses.length === 0) throw pkiError('ERR_MSS_TLS_UNREACHABLE', `${host} has no address`, { details: { host, port } });
    return firstToConnect(addresses, { connect: (address, either) => dialAddress(address, { host, port, signal: either }), signal });
  };
}

/** A dial that goes to one of these addresses, whatever the name would lead to. */
export function pinnedDial(dial: Dial, addresses: readonly string[]): Dial {
  return ({ port, signal }) => firstToConnect(addresses, { connect: (host, either) => dial({ host, port, signal: either }), signal });
}

/** @throws ERR_MSS_TLS_UNREACHABLE when the name is not known. */
export async function resolveName(resolver: Resolver, host: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await underSignal(Promise.resolve(resolver(host, signal)), signal, `resolving ${host}`);
  } catch (cause) {
    if (isMssError(cause)) throw cause;
    throw pkiError('ERR_MSS_TLS_UNREACHABLE', `${host} cannot be resolved`, { cause, details: { host, errno: errnoOf(cause) } });
  }
}
