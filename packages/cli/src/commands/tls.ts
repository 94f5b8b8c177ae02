import { defaultLimits, MssError } from '@mss/core';
import { createCrlStore, createTrustStore, probeTls } from '@mss/pki';

import type { CommandContext, CommandResult } from '../command.js';
import type { CliErrorCode } from '../errors.js';
import { readInput } from '../io.js';

/** Options of `mss tls probe`. */
export interface ProbeOptions {
  readonly starttls: 'imap' | 'smtp' | 'none';
  readonly ca?: readonly string[];
  readonly crlCache?: string;
  readonly servername?: string;
  readonly timeoutMs: number;
}

/** `host:port`, `[v6]:port`. */
function parseTarget(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) throw new MssError<CliErrorCode>('ERR_MSS_CLI_USAGE', 'the target is HOST:PORT');
  return { host, port };
}

/** `mss tls probe`: connects without any credential and says what was found. */
export async function probeTlsCommand(context: CommandContext, target: string, options: ProbeOptions): Promise<CommandResult> {
  const { host, port } = parseTarget(target);
  if (options.ca === undefined) {
    // No certificate is shipped: the anchors of IGC Santé are the host's to supply and to check.
    throw new MssError<CliErrorCode>('ERR_MSS_CLI_USAGE', '--ca FILE is needed: the anchors of IGC Santé, or of the operator');
  }
  const anchors: Uint8Array[] = [];
  for (const file of options.ca) anchors.push(await readInput(file, { io: context.io, maxBytes: defaultLimits.crlBytes }));
  const probe = await probeTls({
    host,
    port,
    starttls: options.starttls,
    profile: context.profile,
    trust: createTrustStore({ name: '--ca', anchors, igcSante: context.profile !== 'ref2-0.1' }),
    timeoutMs: options.timeoutMs,
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.crlCache === undefined ? {} : { revocation: { store: createCrlStore({ directory: options.crlCache }) } }),
  });
  const { ok, protocol, cipher, chain, revocation, refusal, clientCertificateRequired } = probe;
  const result = {
    ok,
    protocol,
    cipher,
    chain: chain.map(({ subject, issuer, notAfter, sha256 }) => ({ subject, issuer, notAfter, sha256 })),
    revocation: { method: revocation.method, status: revocation.status, checkedAt: revocation.checkedAt, nextUpdate: revocation.nextUpdate },
    refusal: refusal === null ? null : { requirement: refusal.requirement, reason: refusal.reason },
    clientCertificateRequired,
  };
  if (refusal === null) return { result };
  return { result, status: 1, error: { code: refusal.code, message: refusal.reason, requirement: refusal.requirement } };
}
