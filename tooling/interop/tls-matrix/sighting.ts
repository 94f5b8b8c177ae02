import type { TlsObservation } from '@mss/testkit';
import { secret } from './world.js';

/** One connection as the server's side saw it. */
export interface Sighting {
  /** What the wire shows of the client. */
  readonly wire: TlsObservation;
  /** What the server decrypted; `null` where it does not tell and the wire must. */
  readonly received: string | null;
  /** SHA-256 of the client's certificate as the server saw it; `null` for none, or where it does not tell. */
  readonly fingerprint: string | null;
}

/** Whatever answers on a port, and keeps evidence. */
export interface Peer {
  readonly port: number;
  sightings(): readonly Sighting[];
  close(): Promise<void>;
}

/** The only things that may be said in clear. LDAP's request is binary; its object identifier stands in it. */
const dialogues = [
  /^$/,
  /^EHLO localhost\r\n(STARTTLS\r\n)?$/,
  /^EHLO \[127\.0\.0\.1\]\r\n(STARTTLS\r\n)?$/,
  /^a1 CAPABILITY\r\n(a2 STARTTLS\r\n)?$/,
  /^[^\r\n]{9}1\.3\.6\.1\.4\.1\.1466\.20037$/,
];

/** What is wrong with a connection, whatever the verdict. */
function trespasses({ wire }: Sighting, servername: string): string[] {
  const hello = wire.clientHello;
  return [
    ...(dialogues.some((one) => one.test(wire.clearText)) ? [] : ['something else than the dialogue was said in clear']),
    ...(hello !== null && hello.serverName !== servername ? ['no SNI'] : []),
    ...(hello?.resumes === true ? ['a session was brought to be resumed'] : []),
    ...(wire.encryptedHandshakes > 1 ? ['a handshake was made again'] : []),
  ];
}

/** What a refused server has seen and must not have; empty when the refusal was clean. */
export function leaks(sightings: readonly Sighting[], servername: string): string[] {
  return sightings.flatMap((one) => {
    const { wire, received, fingerprint } = one;
    return [
      ...trespasses(one, servername),
      ...(wire.certificates > 0 ? ['a client certificate left'] : []),
      ...(wire.certificateVerify ? ['a signature of the client key left'] : []),
      ...(wire.encryptedHandshakes > 0 ? ['the handshake was completed'] : []),
      ...(wire.applicationRecords > 0 ? ['an encrypted record left'] : []),
      ...(fingerprint === null ? [] : ['the server has a client certificate']),
      ...(received === null || received === '' ? [] : ['the server has decrypted bytes']),
    ];
  });
}

/** What is missing or wrong at an accepted server: the proof that {@link leaks} can see what it looks for. */
export function shortcomings(
  sightings: readonly Sighting[],
  expected: { readonly servername: string; readonly fingerprint: string; readonly protocol: string },
): string[] {
  const seen = (found: (one: Sighting) => boolean, what: string): string[] => (sightings.some(found) ? [] : [what]);
  const tells = sightings.some(({ received }) => received !== null);
  const visible = expected.protocol === 'TLSv1.2';
  return [
    ...sightings.flatMap((one) => trespasses(one, expected.servername)),
    ...seen(({ wire }) => wire.applicationRecords > 0, 'no encrypted record arrived'),
    ...(visible ? seen(({ wire }) => wire.certificates > 0 && wire.certificateVerify, 'no client certificate was seen on the wire') : []),
    ...(tells ? seen(({ received }) => received?.includes(secret) === true, 'the server has not decrypted the credential') : []),
    ...(tells && sightings.some(({ fingerprint }) => fingerprint !== null)
      ? seen(({ fingerprint }) => fingerprint === expected.fingerprint, 'the server has another client certificate')
      : []),
  ];
}
