import type { FrameRecord, HomeOrder, HomeReport, LorawanDeviceConfig } from '@vigie/contract';
import { expect } from 'vitest';
import type { PacketForwarder } from './packet-forwarder.ts';
import { LORAWAN, type RadioBench } from './radio-bench.ts';
import type { RadioDevice } from './radio-device.ts';

export const OVERLAPPING = { ...LORAWAN, passFrames: true };

type Backup = Extract<HomeReport, { kind: 'backup' }>;

/** A session as another home would tell it. */
export function sessionOf(
  { devAddr, nwkSKey, appSKey }: RadioDevice,
  id: string,
  more: { fCntDownLimit: number; joinNonce?: number },
) {
  const windows = { rx1DelayMs: 1_000, rx1DrOffset: 0, rx2FrequencyHz: 869_525_000, rx2DataRate: 0 };
  const adr = { txPower: 0, transmissions: 1, defaultChannels: true };
  return { id, devAddr, nwkSKey, appSKey, nextFCntUp: 0, ...windows, adr, ...more };
}

/** The fleet server's side, played by the test. */
export class PlayedServer {
  readonly backups: Backup['devices'] = [];
  readonly done: unknown[] = [];
  readonly #bench: RadioBench;
  acknowledges = true;
  #frames = 0;

  constructor(bench: RadioBench) {
    this.#bench = bench;
  }

  /** A gateway that overlaps with others, connected, with its radio. */
  static async over(
    bench: RadioBench,
    devices: LorawanDeviceConfig[],
  ): Promise<[RadioBench, PlayedServer, PacketForwarder]> {
    await bench.apply(devices, OVERLAPPING);
    const server = new PlayedServer(bench);
    server.connect();
    return [bench, server, await bench.forwarder()];
  }

  connect(): void {
    this.#bench.stage.home.up((report) => {
      if (report.kind === 'frames') this.done.push(...report.done);
      else {
        this.backups.push(...report.devices);
        if (this.acknowledges) this.say({ v: 1, kind: 'kept', number: report.number, stale: [] });
      }
    });
  }

  say(order: HomeOrder): void {
    expect(this.#bench.stage.home.receive(JSON.parse(JSON.stringify(order)))).toBe(true);
  }

  /** A frame that a neighbour heard. */
  pass(phyPayload: Buffer, receivedAt = Date.now()): number {
    const id = ++this.#frames;
    const frame: FrameRecord = {
      ...{ kind: 'frame', phyPayload: phyPayload.toString('base64'), receivedAt },
      ...{ dataRate: 'SF7BW125', frequencyHz: 868_100_000, radio: '0016c001f1500999', rssiDbm: -90, snrDb: 3 },
    };
    this.say({ v: 1, kind: 'frames', frames: [{ id, heardBy: 'gw-b', frame }] });
    return id;
  }
}
