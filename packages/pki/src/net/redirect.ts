import { isIP } from 'node:net';
import { pkiError } from '../errors.js';
import { isPrivateAddress } from './address.js';
import { pinnedDial, resolveName, type Dial, type Resolver } from './dial.js';

/** The host of an address of the web as sockets want it: IPv6 without brackets. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** Where a redirect leads, seen from where the caller wanted to go. */
export interface Redirect {
  readonly from: URL;
  readonly to: URL;
  readonly resolver: Resolver;
  readonly signal: AbortSignal;
}

/**
 * How a redirect is followed: over the addresses that were checked here, because the DNS may give others the second time.
 *
 * @returns `null` when it leads from a public host into a private network. Inside a private network redirects may stay inside it.
 * @throws ERR_MSS_TLS_UNREACHABLE when a name has no address
 */
export async function redirectDial(dial: Dial, { from, to, resolver, signal }: Redirect): Promise<Dial | null> {
  const addressesOf = async (url: URL): Promise<readonly string[]> =>
    isIP(bareHost(url)) === 0 ? resolveName(resolver, bareHost(url), signal) : [bareHost(url)];
  const addresses = await addressesOf(to);
  if (addresses.some(isPrivateAddress) && !(await addressesOf(from)).every(isPrivateAddress)) return null;
  if (addresses.length === 0) throw pkiError('ERR_MSS_TLS_UNREACHABLE', `${to.hostname} has no address`);
  return pinnedDial(dial, addresses);
}
