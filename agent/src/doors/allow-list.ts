import { BlockList, isIPv6 } from 'node:net';
import { VigieError } from '@vigie/contract';

/**
 * Who may speak at a door, by address.
 * @throws VigieError CONFIG_INVALID for what is no address or network
 */
export function allowList(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    try {
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    } catch (cause) {
      throw new VigieError('CONFIG_INVALID', `allow: ${network} is no address or network`, { cause });
    }
  }
  // An IPv4 address that a socket of IPv6 sees (::ffff:192.0.2.1) is found among those of IPv4.
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
