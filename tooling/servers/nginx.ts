import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeIdentity, type ServerIdentity } from './identity.js';
import { freePort, serverFolder, start, untilListening } from './process.js';

/** One name, with its certificate. */
export interface NginxSite {
  readonly name: string;
  readonly identity: ServerIdentity;
  /** DER of the OCSP response that is stapled. */
  readonly staple?: Uint8Array;
  /** `ssl_protocols` and `ssl_ciphers`; these sites get a port of their own, for nginx negotiates both before it knows the name. */
  readonly protocols?: string;
  readonly ciphers?: string;
  /** Files to serve, readable by everybody. Default: every address answers `ok`. */
  readonly folder?: string;
}

/** A port of nginx' mail proxy: it has no names, so each certificate needs ports of its own. */
export interface NginxMailSite {
  readonly name: string;
  readonly identity: ServerIdentity;
}

export interface NginxOptions {
  /** Authorities of client certificates (PEM): one is asked for, none is required. */
  readonly clientCaPem: string;
  readonly sites: readonly NginxSite[];
  readonly mail?: readonly NginxMailSite[];
}

/** An nginx of its own: configuration and logs in one temporary folder, ports of the loopback. */
export interface Nginx {
  /** Where a site answers HTTPS. */
  portOf(name: string): number;
  /** Where a mail site answers. */
  mailPortOf(name: string, protocol: 'imap' | 'smtp', security: 'implicit' | 'starttls'): number;
  /** Requests that a site has decrypted: authorization header and whether a client certificate came, a line each. */
  requests(name: string): Promise<string>;
  stop(): Promise<void>;
}

const suites = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256';

/** Starts the nginx of Debian (with its mail module where a mail site is wanted) and waits until it listens. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = await serverFolder('nginx');
  const { path } = folder;
  const taken = new Set<number>();
  // A port that was free a moment ago may be named again until nginx listens on it.
  const anotherPort = async (): Promise<number> => {
    let port = await freePort();
    while (taken.has(port)) port = await freePort();
    taken.add(port);
    return port;
  };
  const shared = await anotherPort();
  const ports = new Map<string, number>();
  const ca = join(path, 'clients.pem');
  await writeFile(ca, options.clientCaPem);

  const certificate = async (name: string, identity: ServerIdentity): Promise<string> => {
    const own = join(path, name);
    await mkdir(own, { recursive: true });
    const { cert, key } = await writeIdentity(own, identity);
    return `ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_client_certificate ${ca}; ssl_verify_client optional_no_ca;
      ssl_session_cache off; ssl_session_tickets on;`;
  };

  const site = async (one: NginxSite): Promise<string> => {
    const apart = one.protocols !== undefined || one.ciphers !== undefined;
    const port = apart ? await anotherPort() : shared;
    ports.set(one.name, port);
    const staple = join(path, `${one.name}.der`);
    if (one.staple !== undefined) await writeFile(staple, one.staple);
    return `server {
      listen 127.0.0.1:${port} ssl;
      server_name ${one.name};
      ${await certificate(one.name, one.identity)}
      ssl_protocols ${one.protocols ?? 'TLSv1.2 TLSv1.3'};
      ssl_ciphers ${one.ciphers ?? suites};
      ${one.staple === undefined ? '' : `ssl_stapling on; ssl_stapling_file ${staple};`}
      access_log ${path}/${one.name}.log seen;
      location / { ${one.folder === undefined ? 'return 200 "ok";' : `root ${one.folder}; default_type application/octet-stream;`} }
    }`;
  };

  const mailSite = async ({ name, identity }: NginxMailSite): Promise<string> => {
    const servers: string[] = [];
    const tls = await certificate(`mail-${name}`, identity);
    for (const protocol of ['imap', 'smtp'] as const) {
      for (const security of ['implicit', 'starttls'] as const) {
        const port = await anotherPort();
        ports.set([name, protocol, security].join(' '), port);
        const how = security === 'implicit' ? 'ssl' : '';
        servers.push(`server { listen 127.0.0.1:${port} ${how}; protocol ${protocol}; ${how === '' ? 'starttls only;' : ''} ${tls} }`);
      }
    }
    return servers.join('\n');
  };

  const sites = await Promise.all(options.sites.map(site));
  const mail = await Promise.all((options.mail ?? []).map(mailSite));
  const config = join(path, 'nginx.conf');
  await writeFile(
    config,
    `${mail.length === 0 ? '' : 'load_module /usr/lib/nginx/modules/ngx_mail_module.so;'}
    daemon off; user nobody nogroup; worker_processes 1; pid ${path}/nginx.pid; error_log ${path}/error.log warn;
    events { worker_connections 512; }
    http {
      log_format seen '$http_authorization $ssl_client_verify';
      client_body_temp_path ${path}/body; proxy_temp_path ${path}/proxy; fastcgi_temp_path ${path}/fastcgi;
      uwsgi_temp_path ${path}/uwsgi; scgi_temp_path ${path}/scgi;
      ${sites.join('\n')}
    }
    ${mail.length === 0 ? '' : `mail { server_name nginx.exemple; auth_http 127.0.0.1:1/; ${mail.join('\n')} }`}`,
  );
  const { child, output } = start('nginx', '-c', config, '-e', join(path, 'error.log'));
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await folder.remove();
  };
  try {
    for (const port of new Set(ports.values())) await untilListening(port, { failed: () => (child.exitCode === null ? null : output()) });
  } catch (error) {
    const log = await readFile(join(path, 'error.log'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`nginx does not start: ${output()}\n${log}`, { cause: error });
  }
  const portOf = (name: string): number => {
    const port = ports.get(name);
    if (port === undefined) throw new Error(`nginx has no site ${name}`);
    return port;
  };
  return {
    portOf,
    mailPortOf: (name, protocol, security) => portOf([name, protocol, security].join(' ')),
    requests: (name) => readFile(join(path, `${name}.log`), 'utf8').catch(() => ''),
    stop,
  };
}
