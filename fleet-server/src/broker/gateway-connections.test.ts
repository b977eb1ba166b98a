import type { Client } from 'aedes';
import { describe, expect, it } from 'vitest';
import type { GatewayIdentity } from './broker.ts';
import { GatewayConnections } from './gateway-connections.ts';

const identity = { kind: 'gateway', gateway: { id: 'gw-1' } } as GatewayIdentity;
const connection = (name: string) => ({ client: { id: name } as Client, identity, address: '127.0.0.1' });

describe('GatewayConnections', () => {
  it('keeps a gateway online by its old connection where a newer one goes first', () => {
    const connections = new GatewayConnections();
    const [first, second] = [connection('first'), connection('second')];
    expect(connections.add(first)).toBeUndefined();
    expect(connections.add(second)).toBe(first);
    expect(connections.current('gw-1')).toBe(second.client);
    expect(connections.remove('gw-1', second.client)).toBe(false);
    expect(connections.current('gw-1')).toBe(first.client);
    expect(connections.remove('gw-1', first.client)).toBe(true);
    expect(connections.current('gw-1')).toBeUndefined();
  });

  it('does not let the end of an old connection take the new one along', () => {
    const connections = new GatewayConnections();
    const [first, second] = [connection('first'), connection('second')];
    connections.add(first);
    connections.add(second);
    expect(connections.remove('gw-1', first.client)).toBe(false);
    expect(connections.current('gw-1')).toBe(second.client);
    expect(connections.remove('gw-1', first.client)).toBe(false);
    expect(connections.size).toBe(1);
  });
});
