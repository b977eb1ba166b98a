/** Those of one tenant or gateway that wait, by the next key. */
type Ring<T> = Map<string, T>;

/**
 * A line in which tenants take turns, and within a tenant its gateways: whoever sends the most waits for itself. A map keeps
 * the order of its keys, so that who was served goes to the end.
 */
export class FairLine<T> {
  readonly #tenants: Ring<Ring<T[]>> = new Map();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add({ tenant, gateway }: { tenant: string; gateway: string }, item: T): void {
    const gateways = this.#tenants.get(tenant) ?? new Map<string, T[]>();
    const items = gateways.get(gateway) ?? [];
    items.push(item);
    gateways.set(gateway, items);
    this.#tenants.set(tenant, gateways);
    this.#size += 1;
  }

  /** The next whose gateway may, or undefined where none may. */
  take(mayProceed: (gateway: string) => boolean = () => true): T | undefined {
    for (const [tenant, gateways] of this.#tenants) {
      for (const [gateway, items] of gateways) {
        if (!mayProceed(gateway)) continue;
        const item = items.shift();
        gateways.delete(gateway);
        if (items.length > 0) gateways.set(gateway, items);
        this.#tenants.delete(tenant);
        if (gateways.size > 0) this.#tenants.set(tenant, gateways);
        if (item === undefined) break;
        this.#size -= 1;
        return item;
      }
    }
    return undefined;
  }
}
