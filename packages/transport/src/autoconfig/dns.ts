import { lookup, Resolver } from 'node:dns/promises';
import { autoconfigError } from './errors.js';
import type { SrvRecord } from './srv.js';

/** What discovery asks of the DNS. */
export interface MailDns {
  /** The SRV records of a name; empty when it has none. Rejects when the DNS cannot tell. */
  srv(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]>;
  /** The addresses of a host, in the order to try them; empty when it has none. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>;
}

export interface MailDnsOptions {
  /** DNS servers (`192.0.2.53`, `[2001:db8::53]:53`), also asked for addresses. Default: those of the system, and its resolver for addresses. */
  readonly servers?: readonly string[];
  /** For one query to one server. Default 3,000. */
  readonly timeoutMs?: number;
  /** Default 2. */
  readonly tries?: number;
}

/** Answers that mean "there is none". */
const nothing: ReadonlySet<string> = new Set(['ENODATA', 'ENOTFOUND', 'EAI_NODATA', 'EAI_NONAME']);

const codeOf = (error: unknown): string => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

async function orNone<Item>(what: string, work: Promise<readonly Item[]>): Promise<readonly Item[]> {
  try {
    return await work;
  } catch (cause) {
    const errno = codeOf(cause);
    if (nothing.has(errno)) return [];
    throw autoconfigError('ERR_MSS_AUTOCONFIG_DNS', `the DNS did not answer for ${what}`, { details: { errno }, cause });
  }
}

/** The system's resolver cannot be called off: this only stops waiting for it. */
async function lookedUp(host: string, signal: AbortSignal): Promise<readonly string[]> {
  const stop = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: stop.signal });
  });
  try {
    return (await Promise.race([lookup(host, { all: true }), aborted])).map(({ address }) => address);
  } finally {
    stop.abort();
  }
}

const givenUp = (): Error => autoconfigError('ERR_MSS_AUTOCONFIG_DNS', 'the question was given up before it was asked');

/** {@link MailDns} on `node:dns`. Answers are not validated by DNSSEC: hence the rule about targets outside the domain. */
export function createMailDns(options: MailDnsOptions = {}): MailDns {
  const ask = async <Item>(what: string, signal: AbortSignal, query: (resolver: Resolver) => Promise<readonly Item[]>) => {
    // One resolver for each query: cancelling ends all queries of a resolver.
    const resolver = new Resolver({ timeout: options.timeoutMs ?? 3_000, tries: options.tries ?? 2 });
    if (options.servers !== undefined) resolver.setServers(options.servers);
    const cancel = (): void => resolver.cancel();
    if (signal.aborted) throw givenUp();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await orNone(what, query(resolver));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
  return {
    async srv(name, signal): Promise<readonly SrvRecord[]> {
      const found = await ask(name, signal, (resolver) => resolver.resolveSrv(name));
      return found.map(({ priority, weight, port, name: target }) => ({ priority, weight, port, target }));
    },
    async addresses(host, signal): Promise<readonly string[]> {
      if (signal.aborted) throw givenUp();
      if (options.servers === undefined) return orNone(host, lookedUp(host, signal));
      const [four, six] = await Promise.all([
        ask(host, signal, (resolver) => resolver.resolve4(host)),
        ask(host, signal, (resolver) => resolver.resolve6(host)),
      ]);
      return [...four, ...six];
    },
  };
}
