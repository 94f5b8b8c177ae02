// Installs from Debian what the suites of tooling/interop talk to. A download that fails is a failure, never a skip.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What the suites need, and why. */
const packages = [
  'ca-certificates',
  'dovecot-imapd', // IMAP, and the judge of Postfix' credentials
  'dovecot-submissiond', // SMTP submission with SASL EXTERNAL
  'ghostscript', // conversion of PDF to PDF/A
  'libactivation-java', // Preflight's class path
  'libarchive-tools', // bsdtar: another reader of archives
  'libjaxb-api-java', // Preflight's class path
  'libpdfbox2-java', // PDFBox with Preflight: validator of PDF/A-1b
  'openssl',
  'poppler-utils', // pdftotext, pdfinfo
  'postfix', // SMTP submission
  'python3', // zipfile: another reader of archives
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
