/** The people of an extraction in OpenLDAP: a temporary directory on loopback, asked through ldapts. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { Client, EqualityFilter, AndFilter, SubstringFilter } from 'ldapts';

export interface Slapd extends AsyncDisposable {
  readonly loadMs: number;
  residentMb(): number;
  /** Entries with all of these; a value that ends with `*` is a beginning. */
  find(wanted: Readonly<Record<string, string>>): Promise<unknown>;
}

const base = 'dc=mssante,dc=example';

const configuration = (folder: string): string => `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
maxsize 4294967296
suffix "${base}"
rootdn "cn=admin,${base}"
directory ${folder}/data
index objectClass,uid,mail eq
index sn,givenName,l eq,sub
sizelimit 500
dbnosync
`;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function writeLdif(extraction: string, file: string): void {
  const out = openSync(file, 'w');
  writeSync(out, `dn: ${base}\nobjectClass: dcObject\nobjectClass: organization\ndc: mssante\no: test\n\n`);
  let piece = '';
  const lines = readFileSync(extraction, 'utf8').split('\n').slice(1);
  for (const [place, line] of lines.entries()) {
    const fields = line.split('|');
    const of = (column: number): string => fields[column] ?? '';
    if (line === '') continue;
    const attributes = [
      ['sn', of(9) || of(18)],
      ['givenName', of(10)],
      ['cn', `${of(10)} ${of(9)}`.trim() || of(18)],
      ['mail', of(1)],
      ['uid', of(3)],
      ['l', of(27).slice(6)],
      ['title', of(16) || of(14)],
      ['o', of(18)],
    ].filter(([, value]) => value !== '');
    piece += `dn: employeeNumber=${place},${base}\nobjectClass: inetOrgPerson\nemployeeNumber: ${place}\n`;
    for (const [name, value] of attributes) piece += `${name}:: ${base64(value ?? '')}\n`;
    piece += '\n';
    if (piece.length > 1_000_000) {
      writeSync(out, piece);
      piece = '';
    }
  }
  writeSync(out, piece);
  closeSync(out);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function startSlapd(extraction: string): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'mss-bench-slapd-'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'slapd.conf'), configuration(folder));
  writeLdif(extraction, join(folder, 'people.ldif'));
  const start = performance.now();
  const added = spawnSync('slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'people.ldif')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (added.status !== 0) throw new Error(`slapadd: ${String(added.stderr).slice(-500)}`);
  const loadMs = performance.now() - start;
  rmSync(join(folder, 'people.ldif'));
  const url = `ldap://127.0.0.1:${await freePort()}`;
  const server = spawn('slapd', ['-d', '0', '-f', join(folder, 'slapd.conf'), '-h', url], { stdio: 'ignore' });
  const client = new Client({ url });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await client.bind('', '');
      break;
    } catch {
      await pause(100);
    }
  }
  return {
    loadMs,
    residentMb: () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) / 1000),
    find(wanted) {
      const filters = Object.entries(wanted).map(([attribute, value]) =>
        value.endsWith('*') ? new SubstringFilter({ attribute, initial: value.slice(0, -1) }) : new EqualityFilter({ attribute, value }),
      );
      return client.search(base, { scope: 'sub', filter: new AndFilter({ filters }), sizeLimit: 50 }).catch((error: unknown) => {
        // As many as a page shows; that there are more is no failure.
        if ((error as { code?: number }).code !== 4) throw error;
      });
    },
    async [Symbol.asyncDispose]() {
      await client.unbind();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
