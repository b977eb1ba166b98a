import type { Client } from 'aedes';
import type { GatewayIdentity } from './broker.ts';

export interface GatewayConnection {
  client: Client;
  identity: GatewayIdentity;
  address: string;
}

/** Which connections each gateway holds. The newest speaks for it; should that one go first, the one before it does again. */
export class GatewayConnections {
  readonly #open = new Map<string, GatewayConnection[]>();

  get size(): number {
    return this.#open.size;
  }

  current(gateway: string): Client | undefined {
    return this.#open.get(gateway)?.at(-1)?.client;
  }

  all(gateway: string): Client[] {
    return (this.#open.get(gateway) ?? []).map(({ client }) => client);
  }

  /** The connection that spoke for the gateway until now. */
  add(connection: GatewayConnection): GatewayConnection | undefined {
    const { id } = connection.identity.gateway;
    const open = this.#open.get(id) ?? [];
    const before = open.at(-1);
    this.#open.set(id, [...open, connection]);
    return before;
  }

  /** True where it was the gateway's last. */
  remove(gateway: string, client: Client): boolean {
    const open = this.#open.get(gateway);
    if (!open) return false;
    const rest = open.filter((connection) => connection.client !== client);
    if (rest.length > 0) {
      this.#open.set(gateway, rest);
      return false;
    }
    this.#open.delete(gateway);
    return true;
  }
}
