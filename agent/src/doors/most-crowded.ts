/** So many gateways may well stand behind one address. */
const NO_CROWD = 16;

/**
 * Whose place goes to one from `newcomer` where all are taken: that of the address which has most of them, if that is a
 * crowd and keeps more than the newcomer has. So nobody fills a door from one address, and made-up guests push out
 * nobody who is one of a few.
 */
export function mostCrowded(addresses: Iterable<string>, newcomer: string): string | undefined {
  const counts = new Map<string, number>();
  for (const address of addresses) counts.set(address, (counts.get(address) ?? 0) + 1);
  let most = newcomer;
  for (const [address, count] of counts) if (count > (counts.get(most) ?? 0)) most = address;
  return (counts.get(most) ?? 0) > Math.max(NO_CROWD, (counts.get(newcomer) ?? 0) + 1) ? most : undefined;
}
