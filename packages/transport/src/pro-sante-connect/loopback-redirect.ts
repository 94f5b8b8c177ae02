import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pscError } from './errors.js';
import { underSignal } from './schedule.js';

/** A place on this machine that the browser is sent back to. */
export interface LoopbackRedirect extends AsyncDisposable {
  /** For `authorize`: `http://127.0.0.1:<port><path>`. */
  readonly redirectUri: string;
  /**
   * The address that the browser asks for: the next one, or, with `state` (of the request, see `authorize`), the answer to that request.
   * Any page that the person has open may call here: without `state` its call is taken for the answer.
   *
   * @throws ERR_MSS_PSC_ABORTED
   */
  callback(options?: { readonly state?: string; readonly signal?: AbortSignal }): Promise<URL>;
  close(): Promise<void>;
}

const page = (text: string): string => `<!doctype html>
<html lang="fr"><meta charset="utf-8"><title>Pro Santé Connect</title>
<body style="font-family:sans-serif;margin:4rem auto;max-width:30rem"><p>${text}</p></body></html>`;

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(page(text));
}

/** Answers that nobody has asked for yet. */
const maxKept = 16;

/** The answers that came, and who waits for which. */
class Answers {
  readonly #kept: URL[] = [];
  readonly #waiting = new Set<{ readonly state: string | undefined; readonly take: (url: URL) => void }>();

  /** @returns whether it can be the answer to anything. */
  add(url: URL): boolean {
    const one = [...this.#waiting].find(({ state }) => isOf(url, state));
    if (one === undefined && (this.#waiting.size > 0 || this.#kept.length === maxKept)) return false;
    if (one === undefined) this.#kept.push(url);
    else one.take(url);
    return true;
  }

  async next({ state, signal }: { readonly state?: string; readonly signal?: AbortSignal }): Promise<URL> {
    const at = this.#kept.findIndex((url) => isOf(url, state));
    const [kept] = at < 0 ? [] : this.#kept.splice(at, 1);
    if (kept !== undefined) return underSignal(Promise.resolve(kept), signal);
    const stop = new AbortController();
    const coming = new Promise<URL>((resolve) => {
      const one = { state, take: resolve };
      this.#waiting.add(one);
      stop.signal.addEventListener('abort', () => this.#waiting.delete(one));
    });
    try {
      return await underSignal(coming, signal);
    } finally {
      stop.abort();
    }
  }
}

const isOf = (url: URL, state: string | undefined): boolean => state === undefined || url.searchParams.get('state') === state;

/**
 * Listens on a free port of 127.0.0.1 for the answer of Pro Santé Connect, for software that runs on the person's own machine.
 *
 * Whether the callback belongs to the request is for `complete` to say: any program of this machine can call here.
 *
 * @param options.path - default `/retour`.
 * @throws ERR_MSS_PSC_LISTEN
 * @see RFC 8252 §7.3 and §8.3
 */
export async function openLoopbackRedirect(options: { readonly path?: string; readonly port?: number } = {}): Promise<LoopbackRedirect> {
  const { path = '/retour', port = 0 } = options;
  if (!/^\/[A-Za-z0-9/_-]*$/.test(path)) throw new TypeError('a path begins with "/" and holds letters, digits, "-", "_" and "/"');
  const answers = new Answers();
  let authority = '';
  const server = createServer({ maxHeaderSize: 16 * 1024 }, (request: IncomingMessage, response) => {
    // A page of another site that had its name point here would come with that name (DNS rebinding).
    if (request.headers.host !== authority) return answer(response, 421, 'Adresse inconnue.');
    const own = `http://${authority}`;
    const url = URL.canParse(request.url ?? '', own) ? new URL(request.url ?? '', own) : null;
    if (url?.origin !== own || url.pathname !== path) return answer(response, 404, 'Page inconnue.');
    if (request.method !== 'GET') return answer(response, 405, 'Méthode inconnue.');
    if (!url.searchParams.has('state')) return answer(response, 400, 'Réponse incomplète.');
    if (!answers.add(url)) return answer(response, 400, 'Cette réponse ne correspond à aucune demande en cours.');
    return answer(response, 200, 'Vous pouvez fermer cette page et revenir à votre logiciel.');
  });
  server.maxConnections = 16;
  server.requestTimeout = 10_000;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (cause) {
    throw pscError('ERR_MSS_PSC_LISTEN', 'no port of this machine can be listened on', { permanent: false, cause });
  }
  server.unref();
  const bound = server.address();
  authority = `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    redirectUri: `http://${authority}${path}`,
    callback: async (options = {}) => answers.next(options),
    close,
    [Symbol.asyncDispose]: close,
  };
}
