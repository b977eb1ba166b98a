import { isDeepStrictEqual } from 'node:util';
import type { ModbusDeviceConfig, ModbusServerConfig, Reading, ReportingConfig } from '@vigie/contract';
import type { DeviceMessage } from '../device-message.ts';
import { ReadingsServer, type ReadingsServerParts } from './readings-server.ts';
import { ReportPolicy } from './report-policy.ts';

/** A change that was prepared: exactly one of the two is called. */
export interface PreparedChange {
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}

/** Where decoded readings come out: which of them go on, and the server that a local controller reads them from. */
export class ReadingsOutlet {
  readonly #door: ReadingsServerParts;
  readonly #policies = new Map<string, { config: ReportingConfig; policy: ReportPolicy }>();
  #server: ReadingsServer | undefined;

  constructor(door: ReadingsServerParts) {
    this.#door = door;
  }

  /** The readings of a message that go on. The local server sees them all. */
  report({ device, receivedAt }: DeviceMessage, readings: Reading[]): Reading[] {
    this.#server?.note(device.id, readings, receivedAt);
    const known = this.#policies.get(device.id);
    return known ? known.policy.report(readings, receivedAt) : readings;
  }

  /** Throws CONFIG_PORT_BUSY when the server's address cannot be listened on. */
  async prepare(server: ModbusServerConfig | undefined): Promise<PreparedChange> {
    const running = this.#server;
    if (server && running && running.address === `${server.host}:${server.port}`) {
      return { commit: async () => running.use(server), rollBack: async () => undefined };
    }
    const fresh = server && new ReadingsServer(server, this.#door);
    await fresh?.listen();
    return {
      commit: async () => {
        this.#server = fresh;
        await running?.stop();
      },
      rollBack: async () => fresh?.stop(),
    };
  }

  /** Devices whose reporting stays keep what they remember. */
  use(devices: readonly ModbusDeviceConfig[]): void {
    const wanted = new Map(devices.map(({ id, modbus }) => [id, modbus.reporting]));
    for (const id of this.#policies.keys()) if (!wanted.get(id)) this.#policies.delete(id);
    for (const [id, config] of wanted) {
      if (!config || isDeepStrictEqual(this.#policies.get(id)?.config, config)) continue;
      this.#policies.set(id, { config, policy: new ReportPolicy(config) });
    }
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }
}
