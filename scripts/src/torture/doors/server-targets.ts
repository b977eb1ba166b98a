import { parseClaim } from '@vigie/contract';
import { enrol } from '../../../../agent/src/enrol/enrol.ts';
import type { FleetClient } from '../../demo/fleet-client.ts';

/** Who a gateway is, as it shows it at the broker. */
export interface BoxIdentity {
  gateway: string;
  certificate: string;
  key: string;
}

/** Where the fleet server listens, and who comes there. Everything in it can be sent to another process. */
export interface ServerTargets {
  httpPort: number;
  mqttPort: number;
  ca: string;
  /** Of an administrator of the whole installation. */
  token: string;
  honest: BoxIdentity;
  /** Enrolled in another tenant, and taken over by somebody. */
  hostile: BoxIdentity;
}

export interface ServerAddress {
  api: FleetClient;
  httpPort: number;
  mqttPort: number;
  ca: string;
  token: string;
}

/** Makes two tenants on a running server, with one gateway each: an honest neighbour and one that was taken over. */
export async function serverTargets({ api, ...address }: ServerAddress): Promise<ServerTargets> {
  return { ...address, honest: await box(api, 'doors-honest'), hostile: await box(api, 'doors-hostile') };
}

async function box(api: FleetClient, name: string): Promise<BoxIdentity> {
  await api.post('/tenants', { id: name, name });
  await api.post(`/tenants/${name}/gateways`, { id: name, name });
  const { claim } = await api.post<{ claim: string }>(`/tenants/${name}/gateways/${name}/claims`, {});
  const parsed = parseClaim(claim);
  if (!parsed) throw new Error('the claim cannot be read');
  const { gateway, certificate, key } = await enrol(parsed);
  return { gateway, certificate, key };
}
