import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** What SNI tells for a name or address: the A-label form of a name, nothing for an address (RFC 6066 §3). */
export function sniOf(name: string): string {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) === 0 ? domainToASCII(name.replace(/\.$/, '')) : '';
}
