import type { Duplex } from 'node:stream';
import { pkiError } from '../errors.js';
import { createClearChannel } from '../starttls/clear-channel.js';
import { sniOf } from '../tls/server-name.js';
import type { Dial } from './dial.js';

/** An HTTP proxy between this machine and the outside, as hospitals have one. */
export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  /** Basic authentication. */
  readonly username?: string;
  readonly password?: string;
}

/** @internal */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  readonly authorization: string | null;
}

export function resolveProxy(options: ProxyOptions | undefined): HttpProxy | null {
  if (options === undefined) return null;
  const { host, port, username, password = '' } = options;
  const authorization = username === undefined ? null : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return { host, port, authorization };
}

const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/**
 * A dial through an HTTP proxy: `CONNECT host:port` (RFC 9110 §9.3.6). The name is resolved by the proxy.
 *
 * @throws ERR_MSS_TLS_PROXY when the proxy does not answer 2xx.
 */
export function proxyDial(direct: Dial, proxy: HttpProxy): Dial {
  return async ({ host, port, signal }) => {
    if (/[\r\n\s]/.test(host)) throw new TypeError('a host name holds no white space');
    const socket = await direct({ host: proxy.host, port: proxy.port, signal });
    const channel = createClearChannel(socket, signal);
    try {
      // A name as A-labels: U-labels are no octets of HTTP.
      const authority = `${bracketed(sniOf(host) || host)}:${port}`;
      const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
      if (proxy.authorization !== null) lines.push(`Proxy-Authorization: ${proxy.authorization}`);
      await channel.io.writeLine(`${lines.join('\r\n')}\r\n`);
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(await channel.io.readLine())?.[1] ?? '';
      for (let count = 0; (await channel.io.readLine()) !== ''; count++) {
        if (count === 100) throw pkiError('ERR_MSS_TLS_PROXY', 'the proxy answers with too many headers');
      }
      if (!status.startsWith('2')) {
        throw pkiError('ERR_MSS_TLS_PROXY', `the proxy does not open a tunnel to ${authority}: status ${status || 'unreadable'}`, {
          details: { status, host, port },
          permanent: status === '407' || status === '403',
        });
      }
      return channel.release() satisfies Duplex;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  };
}
