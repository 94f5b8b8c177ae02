import { BlockList, isIP } from 'node:net';
import { addressBytes } from '../x509/host-name.js';

function privateRanges(): BlockList {
  const list = new BlockList();
  const four: readonly (readonly [string, number])[] = [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ];
  const six: readonly (readonly [string, number])[] = [
    ['::', 128],
    ['::1', 128],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
    // NAT64 of one network (RFC 8215), and the tunnels Teredo and 6to4, behind whose addresses any other may stand.
    ['64:ff9b:1::', 48],
    ['2001::', 32],
    ['2002::', 16],
  ];
  for (const [net, prefix] of four) list.addSubnet(net, prefix, 'ipv4');
  for (const [net, prefix] of six) list.addSubnet(net, prefix, 'ipv6');
  return list;
}

/** Prefixes of IPv6 that carry an IPv4 address in their last four bytes: mapped, compatible, NAT64. */
const carriers = ['00000000000000000000ffff', '000000000000000000000000', '0064ff9b0000000000000000'];

/**
 * Whether an address is one of this machine, of the local network, or of no single host. A redirect, or anything else a
 * peer says, must not lead there.
 *
 * @see IANA special-purpose address registries (RFC 6890)
 */
export function isPrivateAddress(address: string): boolean {
  const list = privateRanges();
  const bytes = addressBytes(address);
  if (bytes === null) return true;
  if (bytes.length === 4) return list.check(address, 'ipv4');
  const bare = address.replace(/^\[(.*)\]$/, '$1').split('%')[0] ?? '';
  if (isIP(bare) === 6 && list.check(bare, 'ipv6')) return true;
  if (!carriers.includes(Buffer.from(bytes.subarray(0, 12)).toString('hex'))) return false;
  return list.check(bytes.subarray(12).join('.'), 'ipv4');
}
