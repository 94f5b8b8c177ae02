import { createHash } from 'node:crypto';

/** `2.25.` and the UUID as one integer: an OID that nobody needs to ask for. @see ITU-T X.667, §6.3 and §7 */
export function oidOfUuid(uuid: string): string {
  return `2.25.${BigInt(`0x${uuid.replaceAll('-', '')}`).toString()}`;
}

/** Name space of OIDs (RFC 9562, §6.6). */
const oidNamespace = Buffer.from('6ba7b8129dad11d180b400c04fd430c8', 'hex');

/** The version 5 UUID of a name in the name space of OIDs. @see RFC 9562, §5.5 */
export function uuidOfName(name: string): string {
  const digest = createHash('sha1').update(oidNamespace).update(name, 'utf8').digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
