import {
  createSecureChannelPolicy,
  startTlsDialogues,
  type ConnectionDecision,
  type SecureChannelPolicy,
  type SecureChannelPolicyOptions,
} from '@mss/pki';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Profile, Way } from './cell.js';
import { secret, type World } from './world.js';

/** Where a client goes. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly mailboxDomain?: string;
}

/** What a client says first once its channel stands: a credential. */
const credentials: Readonly<Record<Way, string>> = {
  https: '',
  imaps: `a1 LOGIN cabinet ${secret}\r\n`,
  'imap+starttls': `a3 LOGIN cabinet ${secret}\r\n`,
  smtps: `AUTH PLAIN ${secret}\r\n`,
  'smtp+starttls': `AUTH PLAIN ${secret}\r\n`,
  ldaps: `bind cn=cabinet ${secret}\r\n`,
  'ldap+starttls': `bind cn=cabinet ${secret}\r\n`,
};

/** A policy of the cell: every name leads to the loopback, a client certificate is always configured. */
export function matrixPolicy(world: World, profile: Profile, given: Partial<SecureChannelPolicyOptions> = {}): SecureChannelPolicy {
  return createSecureChannelPolicy({
    profile,
    trust: world.trust,
    clientIdentity: world.identity,
    resolver: async () => ['127.0.0.1'],
    limits: { crlBytes: 16_000_000 },
    ...given,
  });
}

/** imapflow's way: the verdict is settled apart, the library connects by itself. */
async function byLibrary(policy: SecureChannelPolicy, target: Target): Promise<{ socket: Duplex; decision: ConnectionDecision }> {
  const decision = await policy.warm(target);
  const socket = connectTls({ ...policy.tlsOptions(target), host: '127.0.0.1', port: target.port });
  await new Promise<void>((resolve, reject) => void socket.once('secureConnect', resolve).once('error', reject));
  return { socket, decision };
}

/** On a stream of the caller's. */
async function byUpgrade(policy: SecureChannelPolicy, target: Target): Promise<{ socket: Duplex; decision: ConnectionDecision }> {
  await policy.warm(target);
  const stream = connectTcp(target.port, '127.0.0.1').on('error', () => {});
  await new Promise<void>((resolve) => void stream.once('connect', resolve));
  const socket = await policy.upgrade(stream, target);
  return { socket, decision: socket.decision };
}

async function open(policy: SecureChannelPolicy, way: Way, target: Target): Promise<{ socket: Duplex; decision: ConnectionDecision }> {
  if (way === 'imaps') return byLibrary(policy, target);
  if (way === 'ldaps') return byUpgrade(policy, target);
  const [protocol, startTls] = way.split('+');
  const socket =
    startTls === undefined
      ? await policy.connect(target)
      : await policy.connectStartTls({ ...target, startTls: startTlsDialogues[protocol as 'imap' | 'smtp' | 'ldap']() });
  return { socket, decision: socket.decision };
}

/**
 * Opens the channel and shows a credential on it, as an application does.
 *
 * @param arrived - resolves once the server's side has it.
 */
export async function meet(
  policy: SecureChannelPolicy,
  at: { readonly way: Way; readonly target: Target },
  arrived: () => Promise<void>,
): Promise<ConnectionDecision> {
  const { way, target } = at;
  if (way === 'https') {
    const headers = { authorization: `Bearer ${secret}` };
    const response = await policy.fetch(`https://${target.host}:${target.port}/`, { headers, timeoutMs: target.timeoutMs });
    await response.arrayBuffer();
    await arrived();
    // The account of the connection, which fetch does not hand out.
    return policy.warm(target);
  }
  const { socket, decision } = await open(policy, way, target);
  socket.on('error', () => {});
  socket.write(credentials[way]);
  try {
    await arrived();
  } finally {
    socket.destroy();
  }
  return decision;
}
