import { downlinkTopics, isUpLeaf, parseGatewayTopic, type UpLeaf } from '@vigie/contract';
import type { ClientIdentity } from './client-identity.ts';

/** The leaf that a client may publish on under this topic; undefined where it may not. Platforms only read. */
export function publishableLeaf(identity: ClientIdentity | undefined, topic: string): UpLeaf | undefined {
  if (identity?.kind !== 'gateway') return undefined;
  const parsed = parseGatewayTopic(topic);
  return parsed && parsed.gateway === identity.gateway.id && isUpLeaf(parsed.leaf) ? parsed.leaf : undefined;
}

/** A gateway subscribes to exactly its own downlink topics: no wildcard can widen that. */
export function mayGatewaySubscribe(gateway: string, filter: string): boolean {
  return downlinkTopics(gateway).includes(filter);
}
