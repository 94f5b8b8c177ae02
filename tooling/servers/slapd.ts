import { writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeIdentity, type ServerIdentity } from './identity.js';
import { freePort, run, serverFolder, start, untilListening } from './process.js';

export interface SlapdOptions {
  readonly identity: ServerIdentity;
  /** Authorities of client certificates (PEM): one is asked for, none is required. */
  readonly clientCaPem: string;
  /** Files of schemas, after Debian's core and cosine. */
  readonly schemas: readonly string[];
  readonly suffix: string;
  /** The contents, as LDIF. */
  readonly ldif: string;
  /** Lines for the database: access, limits. */
  readonly settings?: readonly string[];
  /** Lines before the database: authz-regexp. */
  readonly globalSettings?: readonly string[];
}

/** An OpenLDAP of its own: data in a temporary folder, ports of the loopback. */
export interface Slapd {
  readonly implicitPort: number;
  readonly startTlsPort: number;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** Stops and starts again on the same ports with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the slapd of Debian and waits until it listens. */
export async function startSlapd(options: SlapdOptions): Promise<Slapd> {
  const folder = await serverFolder('slapd');
  const { path } = folder;
  const implicitPort = await freePort();
  let startTlsPort = await freePort();
  while (startTlsPort === implicitPort) startTlsPort = await freePort();
  const { cert, key } = await writeIdentity(path, options.identity);
  await writeFile(join(path, 'clients.pem'), options.clientCaPem);
  await writeFile(join(path, 'contents.ldif'), options.ldif);
  await mkdir(join(path, 'data'));
  const adminDn = `cn=admin,${options.suffix}`;
  const adminPassword = 'sésame: the server listens on the loopback only';
  const config = join(path, 'slapd.conf');
  await writeFile(
    config,
    `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
${options.schemas.map((file) => `include ${file}`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${path}/slapd.pid
TLSCertificateFile ${cert}
TLSCertificateKeyFile ${key}
TLSCACertificateFile ${path}/clients.pem
TLSVerifyClient allow
security tls=1
${(options.globalSettings ?? []).join('\n')}
database mdb
suffix "${options.suffix}"
rootdn "${adminDn}"
rootpw "${adminPassword}"
directory ${path}/data
${(options.settings ?? []).join('\n')}
`,
  );
  await run('slapadd', '-f', config, '-l', join(path, 'contents.ldif'));
  const addresses = `ldap://127.0.0.1:${startTlsPort}/ ldaps://127.0.0.1:${implicitPort}/`;

  const launch = async (): Promise<() => Promise<void>> => {
    const { child, output } = start('slapd', '-h', addresses, '-f', config, '-d', '0');
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    const failed = (): string | null => (child.exitCode === null ? null : `slapd: ${output()}`);
    for (const port of [implicitPort, startTlsPort]) await untilListening(port, { failed });
    return async () => {
      child.kill('SIGTERM');
      await ended;
    };
  };
  let end = await launch();
  return {
    implicitPort,
    startTlsPort,
    adminDn,
    adminPassword,
    async restart() {
      await end();
      end = await launch();
    },
    async stop() {
      await end();
      await folder.remove();
    },
  };
}
