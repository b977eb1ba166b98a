import {
  buildNodes,
  buildSlaves,
  CITY_CENTRE,
  type CityNode,
  type CityOptions,
  type CitySlave,
  SERIAL_BUS,
  TCP_BUSES,
} from './city.ts';
import { CityClock } from './city-clock.ts';
import { type Addresses, describeCity } from './describe.ts';
import { runLoad } from './load.ts';
import { Air } from './lorawan/air.ts';
import { Attackers } from './lorawan/attackers.ts';
import { PacketForwarder } from './lorawan/packet-forwarder.ts';
import { Uplinks } from './lorawan/uplinks.ts';
import { Faults } from './modbus/faults.ts';
import { RtuLine } from './modbus/rtu-line.ts';
import { type Answer, answer } from './modbus/slave.ts';
import { ModbusTcpServer } from './modbus/tcp-server.ts';
import { nextLightingTime } from './physics/sun.ts';
import { seededRandom } from './random.ts';
import type { Hooks, SimulateOptions } from './simulate-options.ts';
import { Truth } from './truth.ts';

const HOUR_MS = 3_600_000;
/** Datagrams that are still on their way when the last frame was sent. */
/** Acknowledgements that are still to come when the city ends: a busy disk takes its time, a dead gateway never sends one. */
const LAST_ACK_MS = 1_000;
const LATEST_ACK_MS = 10_000;
const CHECK_MS = 50;
const FIRST_ANTENNA = 0x0016c001f1500001n;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** Half a minute before the counter wraps. */
const SOON_WRAPPING_US = 2 ** 32 - 30_000_000;

/** Runs the city until its duration or count is reached or it is stopped; gives the summary that the CLI prints. */
export async function runCity(options: SimulateOptions, hooks: Hooks): Promise<object | undefined> {
  const startedAt = Date.now();
  const { latitude, longitude } = CITY_CENTRE;
  const begin =
    options.begin ?? (options.speed > 1 ? nextLightingTime(startedAt, latitude, longitude) - HOUR_MS : startedAt);
  const clock = new CityClock(begin, options.speed, startedAt);
  const random = seededRandom(options.seed);
  const cityOptions: CityOptions = {
    seed: options.seed,
    random,
    cityMs: begin,
    nodes: options.devices,
    slaves: options.slaves,
    abpOnly: options.load === true || options.abp === true,
    // Never the same from one start to the next, as long as starts are two seconds apart.
    firstDevNonce: Math.floor(startedAt / 2_000) % 0xf000,
    classCShare: options.classC,
    adr: options.adr === true,
  };
  const nodes = buildNodes(cityOptions);
  const slaves = buildSlaves(cityOptions, options.modbusIntervalMs);
  if (options.load) {
    hooks.describe(describeCity(nodes, [], { host: options.modbusHost, tcpPorts: new Map(), serialPath: undefined }));
    return options.describe ? undefined : runLoad(options, nodes, hooks);
  }

  const truth = new Truth(options.truth);
  const modbus = new ModbusSide(
    slaves,
    clock,
    truth,
    new Faults(seededRandom(options.seed ^ 0xfa17), options.modbusFaults),
  );
  try {
    const addresses = await modbus.start(options);
    hooks.describe(describeCity(nodes, slaves, addresses));
    if (options.describe) return undefined;
    const air = new Air(seededRandom(options.seed ^ 0x5eed), truth);
    const antennas = startAntennas(options, air);
    for (const antenna of antennas) await antenna.start();
    const attackers = startAttackers(options, air, antennas);
    const uplinks = new Uplinks({
      nodes,
      air,
      clock,
      random: seededRandom(~options.seed),
      intervalMs: intervalOf(options),
    });
    hooks.ready({
      lorawan: nodes.length,
      modbus: slaves.length,
      tcpPorts: [...addresses.tcpPorts.values()],
      ...(options.rtu === undefined ? {} : { rtu: options.rtu }),
    });
    if (antennas.length > 0) uplinks.start();
    await theEnd(options, hooks, truth, startedAt);
    uplinks.stop();
    attackers?.stop();
    // What was answered is to arrive before the lines go.
    modbus.fallSilent();
    await lastAcknowledgements(air);
    for (const antenna of antennas) await antenna.stop();
    return {
      ...summary(nodes, slaves, truth, air, antennas, modbus, startedAt),
      ...(attackers && { attacks: attackers.counts }),
    };
  } finally {
    await modbus.stop();
    await truth.close();
  }
}

/** What the gateway has stored it has acknowledged: only then is it in the truth. */
async function lastAcknowledgements({ counts }: Air): Promise<void> {
  const beganMs = performance.now();
  const waited = () => performance.now() - beganMs;
  while (waited() < LAST_ACK_MS || (counts.unacknowledged > 0 && waited() < LATEST_ACK_MS)) {
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}

function startAntennas({ udp, antennas: count, badClocks }: SimulateOptions, air: Air): PacketForwarder[] {
  if (udp === undefined) return [];
  const [host = '127.0.0.1', port = ''] = udp.split(':');
  const antennas = Array.from({ length: count }, (_none, index) => {
    const eui = (FIRST_ANTENNA + BigInt(index)).toString(16).padStart(16, '0');
    // One is a year behind, the next ten ahead.
    const offsetMs = index % 2 === 0 ? -YEAR_MS : 10 * YEAR_MS;
    const position = { latitude: CITY_CENTRE.latitude + index / 100, longitude: CITY_CENTRE.longitude };
    const antenna: PacketForwarder = new PacketForwarder({
      eui,
      host,
      port: Number(port),
      position,
      ...(badClocks && { clock: { offsetMs, counterUs: SOON_WRAPPING_US } }),
      onTransmit: (packet) => air.transmit(antenna, packet),
    });
    return antenna;
  });
  air.use(antennas);
  return antennas;
}

function startAttackers({ attackers: count, seed }: SimulateOptions, air: Air, antennas: readonly PacketForwarder[]) {
  if (count === 0 || antennas.length === 0) return undefined;
  const attackers = new Attackers(seededRandom(seed ^ 0xa77a), antennas);
  air.onDelivered = (phyPayload) => attackers.overhear(phyPayload);
  attackers.start(count);
  return attackers;
}

function intervalOf({ rate, devices, intervalMs }: SimulateOptions): number {
  return rate === undefined || rate === 0 ? intervalMs : (devices / rate) * 1_000;
}

async function theEnd(options: SimulateOptions, hooks: Hooks, truth: Truth, startedAt: number): Promise<void> {
  let stopped = false;
  hooks.stopped.then(
    () => {
      stopped = true;
    },
    () => undefined,
  );
  const deadline = options.duration === undefined ? Number.POSITIVE_INFINITY : startedAt + options.duration * 1_000;
  const enough = options.count ?? Number.POSITIVE_INFINITY;
  while (!stopped && Date.now() < deadline && truth.total < enough) {
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}

/** All Modbus servers and the serial line of the city. */
class ModbusSide {
  readonly faults: Faults;
  readonly counts = { requests: 0, exceptions: 0, writes: 0, readBacks: 0 };
  readonly #slaves: readonly CitySlave[];
  readonly #clock: CityClock;
  readonly #truth: Truth;
  readonly #parts: { stop(): Promise<void> }[] = [];
  /** By slave, the read that would only verify its last write: what it answers is no reading. */
  readonly #readBacks = new Map<CitySlave, Buffer>();
  #answers = 0;
  #silent = false;

  constructor(slaves: readonly CitySlave[], clock: CityClock, truth: Truth, faults: Faults) {
    this.faults = faults;
    this.#slaves = slaves;
    this.#clock = clock;
    this.#truth = truth;
  }

  async start({ modbusBasePort, modbusHost, rtu }: SimulateOptions): Promise<Addresses> {
    const tcpPorts = new Map<string, number>();
    if (modbusBasePort !== undefined) {
      for (const [index, bus] of TCP_BUSES.entries()) {
        const server = new ModbusTcpServer(this.#serve(bus), this.#sent(bus), this.faults);
        this.#parts.push(server);
        tcpPorts.set(bus, await server.listen(modbusBasePort === 0 ? 0 : modbusBasePort + index, modbusHost));
      }
    }
    if (rtu !== undefined) {
      const line = new RtuLine(this.#serve(SERIAL_BUS), this.#sent(SERIAL_BUS), this.faults);
      this.#parts.push(line);
      await line.start(rtu);
    }
    return { host: modbusHost, tcpPorts, serialPath: rtu };
  }

  /** Answers nothing any more, as slaves do whose power fails. */
  fallSilent(): void {
    this.#silent = true;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()));
  }

  #find(bus: string, unit: number): CitySlave | undefined {
    return this.#slaves.find((slave) => slave.bus === bus && slave.unit === unit);
  }

  #serve(bus: string): (unit: number, pdu: Buffer) => Answer | undefined {
    return (unit, pdu) => {
      const slave = this.#find(bus, unit);
      if (!slave || this.#silent) return undefined;
      const given = answer(slave.model, pdu, this.#clock.at(Date.now()));
      this.counts.requests += 1;
      if ((given.pdu[0] ?? 0) & 0x80) this.counts.exceptions += 1;
      const verification = readBackOf(pdu);
      if (verification) {
        this.counts.writes += 1;
        this.#readBacks.set(slave, verification);
      } else if (this.#readBacks.get(slave)?.equals(pdu)) {
        this.counts.readBacks += 1;
        this.#readBacks.delete(slave);
        return { ...given, readings: [] };
      }
      return given;
    };
  }

  #sent(bus: string): (unit: number, given: Answer) => void {
    return (unit, { readings }) => {
      const slave = this.#find(bus, unit);
      if (!slave || readings.length === 0) return;
      this.#answers += 1;
      const key = `${slave.id}:${this.#answers}`;
      this.#truth.add({ device: slave.id, protocol: 'modbus', key, at: Date.now(), readings });
    };
  }
}

/** The read of exactly what a write request wrote; undefined for other requests. */
function readBackOf(pdu: Buffer): Buffer | undefined {
  const functionCode = pdu[0] ?? 0;
  if (functionCode === 0x08 || functionCode < 0x05) return undefined;
  const coils = functionCode === 0x05 || functionCode === 0x0f;
  const single = functionCode === 0x05 || functionCode === 0x06;
  const count = single ? Buffer.of(0, 1) : pdu.subarray(3, 5);
  return Buffer.concat([Buffer.of(coils ? 0x01 : 0x03), pdu.subarray(1, 3), count]);
}

function summary(
  nodes: readonly CityNode[],
  slaves: readonly CitySlave[],
  truth: Truth,
  air: Air,
  antennas: readonly PacketForwarder[],
  modbus: ModbusSide,
  startedAt: number,
): object {
  return {
    devices: { lorawan: nodes.length, modbus: slaves.length },
    joined: nodes.filter(({ mac }) => mac.joined).length,
    emitted: truth.total,
    readings: truth.counts,
    air: air.counts,
    antennas: antennas.map((antenna) => antenna.counts),
    modbus: { ...modbus.counts, faults: modbus.faults.counts },
    seconds: Math.round((Date.now() - startedAt) / 100) / 10,
  };
}
