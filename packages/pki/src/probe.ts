import { isMssError, withDeadline, type MssError } from '@mss/core';
import type { PkiErrorCode } from './errors.js';
import type { JudgedChain } from './gate/gate.js';
import { assembleChannel, type Channel, type SecureChannelPolicyOptions } from './policy.js';
import { startTlsDialogues } from './starttls/dialogues.js';
import type { SeenServer } from './tls/connector.js';
import type { CertificateSummary, ConnectOptions, PathRevocation, SecureTarget, StartTlsDialogue } from './types.js';

/** What to look at, and how. Everything that makes a policy may be given; `clientIdentity` is not offered to anyone. */
export interface TlsProbeOptions extends Omit<SecureChannelPolicyOptions, 'clientIdentity'>, SecureTarget {
  /** Default `none`: implicit TLS. */
  readonly starttls?: 'imap' | 'smtp' | 'ldap' | 'none';
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Why a server is refused. */
export interface TlsProbeRefusal {
  readonly requirement: string | null;
  readonly code: PkiErrorCode;
  /** An English sentence. */
  readonly reason: string;
  /** For an unknown revocation: the code of each address that was tried. */
  readonly causes: readonly string[];
}

/** The result of `mss tls probe`. */
export interface TlsProbe {
  readonly ok: boolean;
  /** For example `TLSv1.2`; `null` when none was agreed on. */
  readonly protocol: string | null;
  /** IANA name of the suite. */
  readonly cipher: string | null;
  /** The path, or as much of it as could be seen: the server's certificate first. */
  readonly chain: readonly CertificateSummary[];
  readonly revocation: Pick<PathRevocation, 'method' | 'status' | 'checkedAt' | 'thisUpdate' | 'nextUpdate' | 'certificates'>;
  /** The server asks for a client certificate, without which it lets nobody in. */
  readonly clientCertificateRequired: boolean;
  /** The refusal with its requirement; `null` when the channel stands. */
  readonly refusal: TlsProbeRefusal | null;
}

const dialogues: Readonly<Record<'imap' | 'smtp' | 'ldap' | 'none', () => StartTlsDialogue | null>> = {
  imap: () => startTlsDialogues.imap(),
  smtp: () => startTlsDialogues.smtp(),
  ldap: () => startTlsDialogues.ldap(),
  none: () => null,
};

function unchecked(checkedAt: Date): PathRevocation {
  return { method: null, status: 'unknown', checkedAt, thisUpdate: null, nextUpdate: null, certificates: [] };
}

/** A verdict that refuses; a failure of the network or of the peer's protocol is none. */
function isVerdict(error: unknown): error is MssError<PkiErrorCode> {
  return isMssError<PkiErrorCode>(error) && (error.requirement !== undefined || error.code === 'ERR_MSS_TLS_CLIENT_CERTIFICATE');
}

/** The suite that the server picks among those allowed, asked with a ClientHello of its own: a refused handshake does not tell. */
async function suiteOf(channel: Channel, options: ConnectOptions, startTls: StartTlsDialogue | null): Promise<string | null> {
  const { connector, rules } = channel;
  const deadline = withDeadline(options.timeoutMs ?? 10_000, options.signal);
  try {
    const ask = connector.asker(options, startTls, deadline.signal);
    const answer = await ask({ versions: 'legacy', suites: rules.suites.map(({ code }) => code) });
    return answer.kind === 'hello' ? (rules.suites.find(({ code }) => code === answer.suite)?.iana ?? null) : null;
  } finally {
    deadline.release();
  }
}

/**
 * Connects to a server without any credential and tells what was found, as `mss tls probe` prints it.
 *
 * @throws ERR_MSS_TLS_UNREACHABLE | ERR_MSS_TLS_TIMEOUT | ERR_MSS_TLS_CLOSED | ERR_MSS_TLS_STARTTLS_PROTOCOL | ERR_MSS_TLS_HANDSHAKE
 * when there is no verdict, because the server does not answer or breaks its protocol
 */
export async function probeTls(options: TlsProbeOptions): Promise<TlsProbe> {
  const channel = assembleChannel(options);
  const startTls = dialogues[options.starttls ?? 'none']();
  let seen: SeenServer | null = null;
  try {
    const socket = await channel.connector.connect(
      { ...options, clientIdentity: null },
      { startTls, onRefused: (server) => (seen = server) },
    );
    socket.destroy();
    const { protocol, cipher, chain, revocation, at } = socket.decision;
    return { ok: true, protocol, cipher, chain, revocation: revocation ?? unchecked(at), clientCertificateRequired: false, refusal: null };
  } catch (error) {
    if (!isVerdict(error)) throw error;
    return await negative(error, { channel, options, startTls, seen });
  } finally {
    channel.crls.close();
    channel.ocsp.close();
  }
}

function refusalOf({ requirement, code, message, details }: MssError<PkiErrorCode>): TlsProbeRefusal {
  const { reasons = [] } = details as { readonly reasons?: readonly { readonly code: string }[] };
  return { requirement: requirement ?? null, code, reason: message, causes: [...new Set(reasons.map((one) => one.code))] };
}

async function negative(
  error: MssError<PkiErrorCode>,
  at: {
    readonly channel: Channel;
    readonly options: ConnectOptions;
    readonly startTls: StartTlsDialogue | null;
    readonly seen: SeenServer | null;
  },
): Promise<TlsProbe> {
  const { channel, options, startTls, seen } = at;
  const chain: JudgedChain | null = seen?.chain ?? null;
  // The server's demand for a client certificate comes after our verdict on it, which is what is asked here.
  const clientCertificateRequired = error.code === 'ERR_MSS_TLS_CLIENT_CERTIFICATE';
  const protocol = seen?.protocol ?? null;
  const cipher = protocol === 'TLSv1.2' ? await suiteOf(channel, options, startTls) : null;
  return {
    ok: clientCertificateRequired,
    protocol,
    cipher,
    chain: chain?.path.map(({ summary }) => summary) ?? [],
    revocation: chain?.revocation ?? unchecked(channel.clock.now()),
    clientCertificateRequired,
    refusal: clientCertificateRequired ? null : refusalOf(error),
  };
}
