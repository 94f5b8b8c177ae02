import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { createTransport, type Transporter } from 'nodemailer';
import type { ConnectionOptions } from 'node:tls';
import type { Sandbox, SandboxAccount, SandboxPorts } from '../src/index.js';

/** What the référentiel lets a client offer. */
export const conformingTls: ConnectionOptions = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256',
};

export const claire = 'claire.moreau@cabinet-des-tilleuls.mssante.test';
export const hugo = 'hugo.bernard@cabinet-de-la-halle.mssante.test';
export const cardiologie = 'cardiologie@ch-bellevue.mssante.test';
export const sil = 'sil@laboratoire-du-port.mssante.test';
export const camille = '279037500000165@patient.mssante.fr';
export const louis = '115069900000231@patient.mssante.fr';
export const andreClosed = '144061300000457@patient.mssante.fr';

interface Access {
  readonly starttls?: boolean;
  readonly ports?: SandboxPorts;
  /** Present the account's client certificate. */
  readonly certificate?: boolean;
  readonly auth?: 'password' | 'token' | 'external' | 'none';
  readonly password?: string;
  /** With EXTERNAL. */
  readonly authorizationId?: string;
  readonly tls?: ConnectionOptions;
}

function tlsOf(sandbox: Sandbox, account: SandboxAccount, access: Access): ConnectionOptions {
  const identity = access.certificate === true ? { cert: account.clientCertificate?.certPem, key: account.clientCertificate?.keyPem } : {};
  return { ...conformingTls, ca: sandbox.caPem, servername: sandbox.servername, ...identity, ...access.tls };
}

export function smtp(sandbox: Sandbox, address: string, access: Access = {}): Transporter {
  const account = sandbox.account(address);
  const ports = access.ports ?? sandbox.ports;
  const token = { type: 'OAuth2' as const, user: address, accessToken: account.accessToken ?? '' };
  const external = { type: 'custom' as const, method: 'EXTERNAL', user: address };
  const auth =
    access.auth === 'token'
      ? token
      : access.auth === 'external'
        ? external
        : { user: address, pass: access.password ?? account.password ?? '' };
  return createTransport({
    host: sandbox.host,
    port: access.starttls === true ? ports.submission : ports.smtps,
    secure: access.starttls !== true,
    requireTLS: access.starttls === true,
    tls: tlsOf(sandbox, account, access),
    ...(access.auth === 'none' ? {} : { auth }),
    customAuth: {
      EXTERNAL: async (context) => {
        const identity = access.authorizationId === undefined ? '=' : Buffer.from(access.authorizationId).toString('base64');
        const answer = await context.sendCommand(`AUTH EXTERNAL ${identity}`);
        if (answer.status !== 235) throw Object.assign(new Error('refused'), { code: 'EAUTH' });
      },
    },
  });
}

/** imapflow with EXTERNAL, which it lacks. */
class CertificateImap extends ImapFlow {
  async authenticate(): Promise<boolean> {
    // @ts-expect-error exec, setAuthenticationState and authenticate are private to imapflow
    const answer = await this.exec('AUTHENTICATE', [
      { type: 'ATOM', value: 'EXTERNAL' },
      { type: 'ATOM', value: '=' },
    ]);
    answer.next();
    this.authenticated = true;
    // @ts-expect-error as above
    await this.setAuthenticationState();
    return true;
  }
}

export async function imap(sandbox: Sandbox, address: string, access: Access = {}): Promise<ImapFlow> {
  const account = sandbox.account(address);
  const ports = access.ports ?? sandbox.ports;
  const options: ImapFlowOptions = {
    host: sandbox.host,
    port: access.starttls === true ? ports.imap : ports.imaps,
    secure: access.starttls !== true,
    ...(access.starttls === true ? { doSTARTTLS: true } : {}),
    servername: sandbox.servername,
    tls: tlsOf(sandbox, account, access),
    logger: false,
    auth:
      access.auth === 'token'
        ? { user: address, accessToken: account.accessToken ?? '' }
        : { user: address, pass: access.password ?? account.password ?? '' },
  };
  const client = access.certificate === true && access.auth === 'none' ? new CertificateImap(options) : new ImapFlow(options);
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}

/** Runs with a connected reader and logs it out. */
export async function withImap<Value>(client: Promise<ImapFlow>, work: (client: ImapFlow) => Promise<Value>): Promise<Value> {
  const connected = await client;
  try {
    return await work(connected);
  } finally {
    await connected.logout();
  }
}

/** imapflow answers `false` or nothing where there is nothing. */
export function present<Value>(value: Value | false | null | undefined): Value {
  if (value === false || value === null || value === undefined) throw new Error('nothing came back');
  return value;
}
