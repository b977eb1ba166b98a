import { BoschTps110 } from './lorawan/bosch-tps110.ts';
import { DingtekDf702 } from './lorawan/dingtek-df702.ts';
import { ElvacoCmi4110 } from './lorawan/elvaco-cmi4110.ts';
import { EmuProfIi } from './lorawan/emu-prof-ii.ts';
import { NasysUl20xx } from './lorawan/nasys-ul20xx.ts';
import type { Activation } from './lorawan/node-mac.ts';
import { NodeMac } from './lorawan/node-mac.ts';
import type { Sensor } from './lorawan/sensor.ts';
import { TalkpoolOy1320 } from './lorawan/talkpool-oy1320.ts';
import { CarloGavazziEm340 } from './modbus/carlo-gavazzi-em340.ts';
import { EastronSdm630 } from './modbus/eastron-sdm630.ts';
import { LightingCabinet } from './modbus/lighting-cabinet.ts';
import { PumpingStation } from './modbus/pumping-station.ts';
import { SchneiderIem3155 } from './modbus/schneider-iem3155.ts';
import type { SlaveModel } from './modbus/slave.ts';
import { Bin } from './physics/bin.ts';
import { Consumer } from './physics/consumer.ts';
import { Lamp } from './physics/lamp.ts';
import { ThreePhaseLoad } from './physics/three-phase-load.ts';
import { between, type Random, randomHex } from './random.ts';

export interface Position {
  latitude: number;
  longitude: number;
}

/** Grenoble, place Victor-Hugo. */
export const CITY_CENTRE: Position = { latitude: 45.1885, longitude: 5.7245 };

export interface CityNode {
  id: string;
  name: string;
  model: string;
  devEui: string;
  macVersion: '1.0.3' | '1.0.4';
  activation: Activation;
  position: Position;
  mac: NodeMac;
}

export interface CitySlave {
  id: string;
  name: string;
  bus: string;
  unit: number;
  intervalMs: number;
  position: Position;
  model: SlaveModel;
}

export interface CityOptions {
  seed: number;
  random: Random;
  cityMs: number;
  /** LoRaWAN devices in all. */
  nodes: number;
  /** Modbus slaves in all; six are always there, more are meters on the TCP buses. */
  slaves?: number;
  /** All by ABP, for load: nobody has to answer joins. */
  abpOnly: boolean;
  /** Rises from run to run of one city, so that no DevNonce is used twice. */
  firstDevNonce: number;
  /** Share of devices that listen all the time; and whether all let the network choose their data rate. */
  classCShare?: number;
  adr?: boolean;
}

export const TCP_BUSES = ['building-1', 'building-2', 'cabinet-1'] as const;
export const SERIAL_BUS = 'rs485-1';
const JOIN_EUI = '70b3d57ed0000001';

interface Kind {
  prefix: string;
  title: string;
  share: number;
  sensor: (random: Random, position: Position, cityMs: number) => Sensor;
}

const KINDS: readonly Kind[] = [
  {
    prefix: 'lamp',
    title: 'Street lamp',
    share: 0.42,
    sensor: (random, { latitude, longitude }, cityMs) => new NasysUl20xx(new Lamp(random, latitude, longitude, cityMs)),
  },
  {
    prefix: 'bin',
    title: 'Waste bin',
    share: 0.17,
    sensor: (random, _, cityMs) => new DingtekDf702(new Bin(random, cityMs)),
  },
  {
    prefix: 'water',
    title: 'Water meter',
    share: 0.13,
    sensor: (random, _, cityMs) =>
      new TalkpoolOy1320(new Consumer(random, cityMs, between(random, 8, 40), between(random, 50_000, 900_000))),
  },
  {
    prefix: 'power',
    title: 'Electricity meter',
    share: 0.12,
    sensor: (random, _, cityMs) =>
      new EmuProfIi(new Consumer(random, cityMs, between(random, 400, 4_000), between(random, 1e6, 9e7))),
  },
  {
    prefix: 'heat',
    title: 'Heat meter',
    share: 0.08,
    sensor: (random, _, cityMs) => {
      const heat = new Consumer(random, cityMs, between(random, 5_000, 60_000), between(random, 1e8, 9e8));
      return new ElvacoCmi4110(heat, Math.floor(between(random, 1e7, 9e7)));
    },
  },
  {
    prefix: 'spot',
    title: 'Parking spot',
    share: 0.08,
    sensor: (random, _, cityMs) => new BoschTps110(random, cityMs),
  },
];

export function buildNodes(options: CityOptions): CityNode[] {
  const { nodes } = options;
  const made: CityNode[] = [];
  for (const kind of KINDS) {
    const count = Math.max(1, Math.round(nodes * kind.share));
    for (let index = 1; index <= count && made.length < nodes; index += 1) {
      made.push(buildNode(kind, index, options));
    }
  }
  while (made.length < nodes) {
    const kind = KINDS[0];
    if (!kind) break;
    made.push(buildNode(kind, made.length + 1, options));
  }
  return made;
}

/** One in four is ABP; the fourth lamp is one whose counter is about to roll over. */
function buildNode(kind: Kind, index: number, options: CityOptions): CityNode {
  const { random, cityMs, firstDevNonce, abpOnly, classCShare = 0, adr = false } = options;
  const position = {
    latitude: CITY_CENTRE.latitude + between(random, -0.01, 0.01),
    longitude: CITY_CENTRE.longitude + between(random, -0.014, 0.014),
  };
  const devEui = `0004a30b${randomHex(random, 4)}`;
  const abp = abpOnly || index % 4 === 0;
  const rollsOver = kind.prefix === 'lamp' && index === 4;
  const activation: Activation = abp
    ? {
        mode: 'abp',
        devAddr: `01${randomHex(random, 3)}`,
        nwkSKey: randomHex(random, 16),
        appSKey: randomHex(random, 16),
      }
    : { mode: 'otaa', joinEui: JOIN_EUI, appKey: randomHex(random, 16) };
  const sensor = kind.sensor(random, position, cityMs);
  const start = { devNonce: firstDevNonce, fCntUp: rollsOver ? 65_533 : 0 };
  // Evenly spread, and the same from run to run.
  const isClassC = Math.floor(index * classCShare) > Math.floor((index - 1) * classCShare);
  return {
    id: `${kind.prefix}-${index}`,
    name: `${kind.title} ${index}`,
    model: sensor.model,
    devEui,
    // 1.0.4 lets a counter begin anywhere, which a device that has been in the field for years needs.
    macVersion: rollsOver ? '1.0.4' : '1.0.3',
    activation,
    position,
    mac: new NodeMac(devEui, activation, sensor, start, { class: isClassC ? 'C' : 'A', adr }),
  };
}

export function buildSlaves({ random, cityMs, slaves = 0 }: CityOptions, intervalMs: number): CitySlave[] {
  const load = (typicalW: number): ThreePhaseLoad => new ThreePhaseLoad(random, cityMs, typicalW);
  const near = (): Position => ({
    latitude: CITY_CENTRE.latitude + between(random, -0.01, 0.01),
    longitude: CITY_CENTRE.longitude + between(random, -0.014, 0.014),
  });
  const cabinetPosition = near();
  const rows: [string, string, string, number, SlaveModel][] = [
    ['meter-school', 'Meter of the school', 'building-1', 1, new EastronSdm630(load(9_000))],
    ['meter-library', 'Meter of the library', 'building-2', 1, new SchneiderIem3155(load(6_000))],
    ['cabinet-1', 'Lighting cabinet 1', 'cabinet-1', 1, new LightingCabinet(load(3_500), cabinetPosition)],
    ['meter-hall', 'Meter of the sports hall', SERIAL_BUS, 1, new CarloGavazziEm340(load(7_000))],
    ['pumps-1', 'Pumping station 1', SERIAL_BUS, 2, new PumpingStation(random, cityMs)],
    ['meter-office', 'Meter of the office', SERIAL_BUS, 3, new EastronSdm630(load(4_000))],
  ];
  for (let index = rows.length + 1; index <= slaves; index += 1) {
    const bus = TCP_BUSES[index % TCP_BUSES.length] ?? 'building-1';
    rows.push([`meter-${index}`, `Meter ${index}`, bus, index, new EastronSdm630(load(between(random, 2_000, 9_000)))]);
  }
  return rows.map(([id, name, bus, unit, model]) => ({ id, name, bus, unit, intervalMs, position: near(), model }));
}
