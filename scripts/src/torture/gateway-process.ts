import type { LorawanDeviceConfig } from '@vigie/contract';
import { startGateway } from '../bench/gateway-under-test.ts';

/** What the torturer tells the process that it is going to kill. */
export interface GatewayOrder {
  directory: string;
  devices: LorawanDeviceConfig[];
}

export type GatewayReport = { port: number } | { stored: string };

process.on('message', async ({ directory, devices }: GatewayOrder) => {
  const report = (message: GatewayReport) => void process.send?.(message);
  const gateway = await startGateway({
    directory,
    devices,
    onStored: ({ device, link }) => report({ stored: `${device.id}/${link.fCnt}` }),
  });
  report({ port: gateway.port });
});
