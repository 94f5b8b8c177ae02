// Installs from Debian what the suites of tooling/interop talk to. A download that fails is a failure, never a skip.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What the suites need, and why. */
const packages = [
  'ca-certificates',
  'chromium', // a browser for the cabinet page
  'dovecot-imapd', // IMAP, and the judge of Postfix' credentials
  'dovecot-submissiond', // SMTP submission with SASL EXTERNAL
  'ghostscript', // conversion of PDF to PDF/A
  'isync', // mbsync: another receiver of mailboxes
  'ldap-utils',
  'libactivation-java', // Preflight's class path
  'libarchive-tools', // bsdtar: another reader of archives
  'libengine-pkcs11-openssl', // keys of a card in OpenSSL
  'libjaxb-api-java', // Preflight's class path
  'libpdfbox2-java', // PDFBox with Preflight: validator of PDF/A-1b
  'libnginx-mod-mail', // IMAP and SMTP of nginx
  'nginx-light', // HTTPS
  'opensc', // pkcs11-tool
  'opensc-pkcs11', // pkcs11-spy: the calls a card sees
  'openssl',
  'p11-kit', // a card that can be taken away
  'p11-kit-modules',
  'poppler-utils', // pdftotext, pdfinfo
  'postfix', // SMTP submission
  'postgresql', // the store of several machines
  'procps', // ps
  'python3', // zipfile: another reader of archives
  'python3-cryptography-vectors', // PKITS: published certificates and CRLs
  'slapd', // LDAP
  'softhsm2', // a card in software
  'sqlite3', // another reader of the store
  'stunnel4', // the fallback for cards
  'unzip',
];
const attempts = 3;
const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' };
const policy = '/usr/sbin/policy-rc.d';

function aptGet(...args) {
  // Two installers at once wait for each other.
  const all = ['-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args];
  return spawnSync('apt-get', all, { env: environment, stdio: ['ignore', process.stderr.fd, 'inherit'] }).status === 0;
}

function isInstalled(name) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout === 'installed';
}

/** @returns {string[]} what is still missing, nothing when all is there */
export function installServers() {
  const wanted = spawnSync('java', ['-version']).status === 0 ? packages : [...packages, 'default-jdk-headless'];
  let missing = wanted.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  process.stderr.write(`servers: installing ${missing.join(' ')}\n`);
  // Debian starts what it installs; the suites start their own, on their own ports.
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    for (let attempt = 1; attempt <= attempts && missing.length > 0; attempt += 1) {
      if (aptGet('update')) aptGet('install', '-y', '--no-install-recommends', ...missing);
      missing = wanted.filter((name) => !isInstalled(name));
    }
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
  return missing;
}
