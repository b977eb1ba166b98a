import type { BasicsStationSource, LorawanConfig } from '@vigie/contract';
import { afterEach } from 'vitest';
import { abp, LORAWAN, otaa, RadioBench } from './radio-bench.ts';
import { RadioDevice } from './radio-device.ts';
import { StationClient } from './station-client.ts';

export interface StationBench {
  b: RadioBench;
  config: LorawanConfig;
  /** Activated by personalisation. */
  device: RadioDevice;
  joining: RadioDevice;
  /** Where stations connect at first. */
  address: string;
  /** One more that is connected and set up. */
  station(options?: Parameters<typeof StationClient.connect>[1]): Promise<StationClient>;
}

export type StartStationBench = (
  source?: Partial<BasicsStationSource>,
  lorawan?: Partial<LorawanConfig>,
) => Promise<StationBench>;

/** Makes agents that stations can connect to, for the tests of one file; each ends with its test. */
export function stationBenches(): StartStationBench {
  const open: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  return async (source = {}, lorawan = {}) => {
    const b = new RadioBench();
    open.push(() => b.stop());
    const opened: BasicsStationSource = { id: 'lns', type: 'basics-station', host: '127.0.0.1', port: 0, ...source };
    const config: LorawanConfig = { ...LORAWAN, ...lorawan, sources: [opened] };
    const device = RadioDevice.abp(70);
    const joining = new RadioDevice(71);
    await b.apply([abp(device), otaa(joining)], config);
    const addressNow = () => b.stage.status().sources[0]?.address ?? '';
    const station: StationBench['station'] = async (options) => {
      const client = await StationClient.connect(addressNow(), options);
      open.push(() => client.socket.terminate());
      return client;
    };
    return { b, config, device, joining, address: addressNow(), station };
  };
}
