import type { Lane } from './uplink.ts';

/**
 * Every MQTT topic of Vigie is built here, and a gateway's parsed.
 *
 * Between a gateway and its fleet server: `vigie/v1/{gateway}/{leaf}`. Towards platforms:
 * `city/v1/{tenant}/{domain}/{asset}/{quantity}`. Names in topics are slugs and so never hold `/`, `+` or `#`.
 */
const UP = ['hello', 'status', 'up/live', 'up/backlog', 'home/report'] as const;
const DOWN = ['ack', 'config', 'command', 'home/order'] as const;
export type UpLeaf = (typeof UP)[number];
export type DownLeaf = (typeof DOWN)[number];

export interface GatewayTopic {
  gateway: string;
  leaf: UpLeaf | DownLeaf;
}

export interface CityTopic {
  tenant: string;
  domain: string;
  asset: string;
  quantity: string;
}

const GATEWAY = /^vigie\/v1\/([a-z0-9][a-z0-9_-]*)\/(.+)$/;

export function gatewayTopic(gateway: string, leaf: UpLeaf | DownLeaf): string {
  return `vigie/v1/${gateway}/${leaf}`;
}

export function uplinkTopic(gateway: string, lane: Lane): string {
  return gatewayTopic(gateway, `up/${lane}`);
}

/** What a gateway subscribes to: everything that the server says to it. */
export function downlinkTopics(gateway: string): string[] {
  return DOWN.map((leaf) => gatewayTopic(gateway, leaf));
}

export function parseGatewayTopic(topic: string): GatewayTopic | undefined {
  const match = GATEWAY.exec(topic);
  if (!match) return undefined;
  const [, gateway = '', leaf = ''] = match;
  return isUpLeaf(leaf) || isDownLeaf(leaf) ? { gateway, leaf } : undefined;
}

export function isUpLeaf(leaf: string): leaf is UpLeaf {
  return (UP as readonly string[]).includes(leaf);
}

function isDownLeaf(leaf: string): leaf is DownLeaf {
  return (DOWN as readonly string[]).includes(leaf);
}

export function cityTopic({ tenant, domain, asset, quantity }: CityTopic): string {
  return `city/v1/${tenant}/${domain}/${asset}/${quantity}`;
}

/** The widest filter that an account of a tenant may use. */
export function tenantFilter(tenant: string): string {
  return `city/v1/${tenant}/#`;
}
