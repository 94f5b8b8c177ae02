import { rootCertificates } from 'node:tls';

import { defaultLimits } from '@mss/core';
import { createCrlStore, createTrustStore, probeTls, type TlsProbeRefusal, type TrustStore } from '@mss/pki';

import type { CommandContext, CommandResult } from '../command.js';
import { usageError } from '../errors.js';
import { exitStatusOf } from '../error-codes/index.js';
import { readInput } from '../io.js';

/** Options of `mss tls probe`. */
export interface ProbeOptions {
  readonly starttls: 'imap' | 'smtp' | 'ldap' | 'none';
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
  if (host === undefined || port < 1 || port > 65_535)
    throw usageError('the target is HOST:PORT, with a port from 1 to 65535', "la cible s'écrit HÔTE:PORT, port de 1 à 65535");
  return { host, port };
}

/**
 * The anchors: the user's, else the public ones that Node ships, which IGC Santé is not among. No certificate comes with the
 * project: those of IGC Santé are the user's to get and to check.
 */
async function trustOf(context: CommandContext, files: readonly string[] | undefined): Promise<TrustStore> {
  if (files === undefined) {
    const note = {
      fr: "sans --ca, seules les autorités publiques sont connues, pas l'IGC Santé",
      en: 'without --ca only public authorities are known, not IGC Santé',
    };
    context.io.stderr(`mss${context.language === 'fr' ? ' : ' : ': '}${note[context.language]}\n`);
    return createTrustStore({ name: 'public', anchors: rootCertificates });
  }
  const anchors: Uint8Array[] = [];
  for (const file of files) anchors.push(await readInput(file, { io: context.io, maxBytes: defaultLimits.crlBytes }));
  // That these are IGC Santé's is the user's word: --ca names them.
  return createTrustStore({ name: '--ca', anchors, igcSante: true });
}

/** The refusal for its reader: for people in their language, with what stands behind an unknown revocation; in JSON always in English. */
async function reasonFor({ json, language }: CommandContext, { code, reason, causes }: TlsProbeRefusal): Promise<string> {
  if (json || language === 'en') return reason;
  const { frenchSentenceOf } = await import('../error-codes/index.js');
  const told = [code, ...causes].flatMap((one) => frenchSentenceOf(one) ?? []);
  return told.length === 0 ? reason : told.join(' ; ');
}

/** `mss tls probe`: connects without any credential and says what was found. */
export async function probeTlsCommand(context: CommandContext, target: string, options: ProbeOptions): Promise<CommandResult> {
  const { host, port } = parseTarget(target);
  if (options.timeoutMs === 0) throw usageError('--timeout-ms is at least 1', '--timeout-ms vaut au moins 1');
  const probe = await probeTls({
    host,
    port,
    starttls: options.starttls,
    profile: context.profile,
    trust: await trustOf(context, options.ca),
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
    revocation: {
      method: revocation.method,
      status: revocation.status,
      checkedAt: revocation.checkedAt,
      nextUpdate: revocation.nextUpdate,
    },
    refusal: refusal === null ? null : { requirement: refusal.requirement, reason: await reasonFor(context, refusal) },
    clientCertificateRequired,
  };
  if (refusal === null) return { result };
  return {
    result,
    status: exitStatusOf(refusal.code),
    error: { code: refusal.code, message: refusal.reason, requirement: refusal.requirement },
  };
}
