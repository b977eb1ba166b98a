import type { describeCity } from './describe.ts';

/** The command line's options. */
export interface SimulateOptions {
  seed: number;
  udp?: string;
  modbusBasePort?: number;
  modbusHost: string;
  rtu?: string;
  devices: number;
  slaves: number;
  abp?: boolean;
  intervalMs: number;
  modbusIntervalMs: number;
  rate?: number;
  speed: number;
  begin?: number;
  duration?: number;
  count?: number;
  truth?: string;
  describe?: boolean;
  modbusFaults: number;
  load?: boolean;
  antennas: number;
  classC: number;
  adr?: boolean;
  badClocks?: boolean;
  attackers: number;
}

/** What the command line is told while the city lives. */
export interface Hooks {
  /** Before anything is sent, once ports are known. */
  describe(description: ReturnType<typeof describeCity>): void;
  ready(facts: { lorawan: number; modbus: number; tcpPorts: number[]; rtu?: string }): void;
  /** Resolves when a person or a program asks for the end. */
  stopped: Promise<void>;
}
