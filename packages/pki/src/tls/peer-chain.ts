import type { TLSSocket } from 'node:tls';

/** Longest chain that is followed: a certificate cannot make the walk endless. */
const maxLength = 25;

/** A peer certificate as Node shows it, with the one that issued it. */
export interface ShownCertificate {
  readonly raw?: Uint8Array;
  readonly issuerCertificate?: ShownCertificate;
}

/** The DER of the chain that Node shows: leaf, then issuers, among those sent and those of the trust store. */
export function shownChain(leaf: ShownCertificate | null | undefined): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next: ShownCertificate | null | undefined = leaf;
  while (next?.raw !== undefined && chain.length < maxLength) {
    chain.push(next.raw);
    if (next.issuerCertificate === next) break;
    next = next.issuerCertificate;
  }
  return chain;
}

export function peerChain(socket: TLSSocket): Uint8Array[] {
  const shown: ShownCertificate | null = socket.getPeerCertificate(true);
  return shownChain(shown);
}

/**
 * Every certificate that the server sent, in its order, those included that {@link peerChain} passes over (cross certificates).
 *
 * QUIRK: Node takes the certificates out of the session while it builds this chain (`X509Certificate.issuerCertificate` of
 * `getPeerX509Certificate`, seen on 22 and 24), so it is only asked of a connection that is about to be closed.
 */
export function sentChain(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < maxLength) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}
