import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeIdentity, type ServerIdentity } from '../../servers/identity.js';
import { freePort, nobody, run, serverFolder, start, untilListening } from '../../servers/process.js';

/** A server that shows a certificate for each name that SNI tells. */
export interface NamedServer {
  readonly implicitPort: number;
  readonly startTlsPort: number;
  stop(): Promise<void>;
}

export interface NamedServerOptions {
  /** Host name to certificate; the first is shown to those who name none. */
  readonly identities: readonly (readonly [string, ServerIdentity])[];
  /** Authorities of client certificates (PEM): one is asked for. */
  readonly clientCaPem: string;
}

const suites = 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256';

async function writeAll(folder: string, { identities }: NamedServerOptions): Promise<{ name: string; cert: string; key: string }[]> {
  return Promise.all(
    identities.map(async ([name, identity]) => {
      const own = join(folder, name);
      await mkdir(own);
      return { name, ...(await writeIdentity(own, identity)) };
    }),
  );
}

/** Dovecot as a TLS end with nothing behind it: whoever logs in is refused. */
export async function startNamedDovecot(options: NamedServerOptions): Promise<NamedServer> {
  const folder = await serverFolder('dovecot-tls');
  const { path } = folder;
  const [implicitPort, startTlsPort] = [await freePort(), await freePort()];
  const files = await writeAll(path, options);
  await writeFile(join(path, 'clients.pem'), options.clientCaPem);
  const names = files.map(({ name, cert, key }) => `local_name ${name} {\n  ssl_cert = <${cert}\n  ssl_key = <${key}\n}`);
  const config = join(path, 'dovecot.conf');
  await writeFile(
    config,
    `
base_dir = ${path}/run
state_dir = ${path}/state
log_path = ${path}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
first_valid_uid = 1
disable_plaintext_auth = yes
auth_failure_delay = 0
ssl = required
ssl_cert = <${files[0]?.cert ?? ''}
ssl_key = <${files[0]?.key ?? ''}
ssl_ca = <${path}/clients.pem
ssl_verify_client_cert = yes
ssl_require_crl = no
ssl_min_protocol = TLSv1.2
ssl_cipher_list = ${suites}
${names.join('\n')}
passdb {
  driver = static
  args = nopassword=n password=personne
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${path}
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = ${startTlsPort}
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${implicitPort}
    ssl = yes
  }
}
`,
  );
  await run('chown', '-R', `${nobody.uid}:${nobody.gid}`, path);
  const { child, output } = start('runuser', '-u', 'nobody', '--', 'dovecot', '-F', '-c', config);
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const failed = (): string | null => (child.exitCode === null ? null : output());
  for (const port of [implicitPort, startTlsPort]) await untilListening(port, { failed });
  return {
    implicitPort,
    startTlsPort,
    stop: async () => {
      const pid = Number(await readFile(join(path, 'run', 'master.pid'), 'utf8').catch(() => ''));
      if (pid > 0) process.kill(pid, 'SIGTERM');
      else child.kill('SIGTERM');
      await ended;
      await folder.remove();
    },
  };
}

/** Postfix' smtpd on two ports; it accepts mail from nobody. */
export async function startNamedPostfix(options: NamedServerOptions): Promise<NamedServer> {
  const folder = await serverFolder('postfix-tls');
  const { path } = folder;
  await chmod(path, 0o755);
  const [implicitPort, startTlsPort] = [await freePort(), await freePort()];
  const config = join(path, 'etc');
  for (const name of ['etc', 'spool', 'data']) await mkdir(join(path, name));
  const files = await writeAll(path, options);
  for (const { name } of files) await chmod(join(path, name), 0o755);
  await writeFile(join(config, 'clients.pem'), options.clientCaPem);
  await writeFile(join(config, 'sni'), files.map(({ name, cert, key }) => `${name} ${key}, ${cert}\n`).join(''));
  await writeFile(
    join(config, 'main.cf'),
    `
compatibility_level = 3.6
queue_directory = ${path}/spool
data_directory = ${path}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${path}/maillog
maillog_file_prefixes = ${path}
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
myhostname = smtp.serveurs.mssante.exemple
mydestination =
mynetworks =
alias_maps =
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject
smtpd_tls_cert_file = ${files[0]?.cert ?? ''}
smtpd_tls_key_file = ${files[0]?.key ?? ''}
smtpd_tls_CAfile = ${config}/clients.pem
smtpd_tls_ask_ccert = yes
smtpd_tls_security_level = encrypt
smtpd_tls_mandatory_protocols = >=TLSv1.2
tls_server_sni_maps = hash:${config}/sni
`,
  );
  await writeFile(
    join(config, 'master.cf'),
    `
127.0.0.1:${startTlsPort} inet n - n - - smtpd
127.0.0.1:${implicitPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
pickup unix n - n 60 1 pickup
bounce unix - - n - 0 bounce
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`,
  );
  await run('chown', 'postfix', join(path, 'data'));
  // -F: the table holds the files' contents, not their names.
  await run('postmap', '-c', config, '-F', `hash:${config}/sni`);
  await run('postfix', '-c', config, 'start');
  for (const port of [implicitPort, startTlsPort]) await untilListening(port, { failed: () => null });
  return {
    implicitPort,
    startTlsPort,
    stop: async () => {
      await run('postfix', '-c', config, 'stop').catch(() => '');
      await folder.remove();
    },
  };
}

/** OpenLDAP with an empty directory and one certificate: it knows no names. */
export async function startTlsSlapd(options: { readonly identity: ServerIdentity; readonly clientCaPem: string }): Promise<NamedServer> {
  const folder = await serverFolder('slapd-tls');
  const { path } = folder;
  const [implicitPort, startTlsPort] = [await freePort(), await freePort()];
  const { cert, key } = await writeIdentity(path, options.identity);
  await writeFile(join(path, 'clients.pem'), options.clientCaPem);
  const config = join(path, 'slapd.conf');
  await writeFile(
    config,
    `include /etc/ldap/schema/core.schema
pidfile ${path}/slapd.pid
TLSCertificateFile ${cert}
TLSCertificateKeyFile ${key}
TLSCACertificateFile ${path}/clients.pem
TLSVerifyClient allow
database config
`,
  );
  const addresses = `ldap://127.0.0.1:${startTlsPort}/ ldaps://127.0.0.1:${implicitPort}/`;
  const { child, output } = start('slapd', '-h', addresses, '-f', config, '-d', '0');
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const failed = (): string | null => (child.exitCode === null ? null : `slapd: ${output()}`);
  for (const port of [implicitPort, startTlsPort]) await untilListening(port, { failed });
  return {
    implicitPort,
    startTlsPort,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await folder.remove();
    },
  };
}
