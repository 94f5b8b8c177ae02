import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { startSandbox, type Sandbox } from '@mss/sandbox';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { mss, temporaryFolder, type Outcome } from './support.js';

export const doctor = 'claire.moreau@cabinet-des-tilleuls.mssante.test';
export const colleague = 'hugo.bernard@cabinet-de-la-halle.mssante.test';

/** A sandbox for the tests of a file, and configurations of its mailboxes. */
export interface MailboxWorld {
  readonly sandbox: () => Sandbox;
  readonly file: (name: string) => string;
  /** Writes a configuration with a ledger of its own; `changes` go over the top-level keys. */
  readonly configure: (name: string, changes?: Readonly<Record<string, unknown>>, address?: string) => string;
  /** `mss … --config … --json`. */
  readonly run: (config: string, ...args: readonly string[]) => Promise<Outcome>;
}

export function mailboxWorld(): MailboxWorld {
  const file = temporaryFolder();
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
    writeFileSync(file('ca.pem'), sandbox.caPem);
    writeFileSync(file('ledger.key'), randomBytes(32));
  });
  afterEach(() => sandbox.clearFaults());
  afterAll(async () => sandbox?.stop());
  return {
    sandbox: () => sandbox,
    file,
    configure: (name, changes = {}, address = doctor) => {
      const { password, kind, label } = sandbox.account(address);
      const server = (port: number): object => ({ host: sandbox.host, port, security: 'implicit', servername: sandbox.servername });
      writeFileSync(file(`${name}.password`), `${password ?? ''}\n`, { mode: 0o600 });
      const config = {
        mailbox: { address, kind: { personal: 'per', organisational: 'org', applicative: 'app', patient: 'per' }[kind], label },
        servers: { imap: server(sandbox.ports.imaps), smtp: server(sandbox.ports.smtps) },
        authentication: { type: 'password', password: { file: `${name}.password` } },
        trust: { anchors: ['ca.pem'] },
        revocation: { cache: 'crl' },
        environment: 'test',
        ledger: { store: `${name}.db`, key: { file: 'ledger.key' } },
        outbox: { leaseSeconds: 1 },
        sent: { copy: 'client' },
        ...changes,
      };
      writeFileSync(file(`${name}.json`), JSON.stringify(config));
      return file(`${name}.json`);
    },
    run: (config, ...args) => mss([...args, '--config', config, '--json']),
  };
}
