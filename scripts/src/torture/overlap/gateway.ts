import { mkdirSync } from 'node:fs';
import type { StageLedger } from '@vigie/contract';
import { PacketForwarder } from '../../../../agent/test/lorawan/packet-forwarder.ts';
import { until } from '../../demo/program.ts';
import type { AgentOrder, AgentReport } from './agent-process.ts';
import { Child } from './child.ts';

/** The 915 MHz plan of the USA has no duty cycle that a thousand cycles would use up. */
const CHANNEL = { frequencyMhz: 902.5, dataRate: 'SF7BW125' };
/** No multiple of it is a whole second: two receptions are never taken for each other by the window of an answer. */
const COUNTER_STEP_US = 7_001;
const LIMIT_MS = 60_000;
const EVERY_MS = 10;
/** A status may be as old as that when it is given: it says nothing of what came just before. */
const STATUS_AGE_MS = 120;

interface AgentView {
  link: { up: boolean };
  config: { applied: number };
  outbox: { records: number };
  ledger: Record<string, StageLedger>;
  lorawan: { devices: { device: string; fCntUp?: number; fCntDown?: number }[] };
}

/** One gateway with its packet forwarder, as the street sees it. */
export class Gateway {
  readonly id: string;
  folder: string;
  readonly udpPort: number;
  readonly #agent = new Child<AgentOrder, AgentReport>(new URL('./agent-process.ts', import.meta.url));
  #healthPort = 0;
  #counterUs = 0;
  /** It was connected since it and the server were last started. */
  isInTouch = false;
  #forwarder: PacketForwarder | undefined;

  constructor(id: string, folder: string, udpPort: number) {
    this.id = id;
    this.folder = folder;
    this.udpPort = udpPort;
    mkdirSync(folder, { recursive: true });
  }

  get isAlive(): boolean {
    return this.#agent.isAlive;
  }

  get forwarder(): PacketForwarder {
    if (!this.#forwarder) throw new Error(`${this.id} has no forwarder yet`);
    return this.#forwarder;
  }

  async start(): Promise<void> {
    this.isInTouch = false;
    this.#healthPort = (await this.#agent.start({ dataDirectory: this.folder })).healthPort;
    if (this.#forwarder) await this.forwarder.pull();
  }

  /** Another box takes the place of the one that was killed: its folder is fresh. */
  replaceBox(folder: string): void {
    if (this.isAlive) throw new Error(`${this.id} is alive`);
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** A box that does not know its document yet listens to no radio. */
  async startFresh(): Promise<void> {
    this.isInTouch = false;
    this.#healthPort = (await this.#agent.start({ dataDirectory: this.folder })).healthPort;
  }

  /** The radio of the gateway begins to hear, once the agent listens to it. */
  async openRadio(eui: string): Promise<PacketForwarder> {
    this.#forwarder = await PacketForwarder.start(`127.0.0.1:${this.udpPort}`, eui);
    return this.#forwarder;
  }

  kill(): Promise<void> {
    this.isInTouch = false;
    return this.#agent.kill();
  }

  async close(): Promise<void> {
    await this.kill();
    await this.#forwarder?.close();
  }

  async status(): Promise<AgentView> {
    const response = await fetch(`http://127.0.0.1:${this.#healthPort}/status`, { signal: AbortSignal.timeout(5_000) });
    return (await response.json()) as AgentView;
  }

  /** Answers the concentrator's counter, in microseconds: what is sent in reply says a time after it. */
  hear(frame: Buffer, snr = 5): number {
    this.#counterUs = (this.#counterUs + COUNTER_STEP_US) % 2 ** 32;
    this.forwarder.push(frame, { ...CHANNEL, snr, counterUs: this.#counterUs });
    return this.#counterUs;
  }

  /** What was heard so far is on the disk, or was dropped for a reason. */
  async settled(): Promise<void> {
    // Acknowledgements come in order: once this one is in, so are all frames.
    await this.forwarder.pull();
    await new Promise((resolve) => setTimeout(resolve, STATUS_AGE_MS));
    await until(
      `${this.id} to store what it heard`,
      async () => {
        const { ledger } = await this.status();
        return ['lorawan.frames', 'lorawan.passed', 'pipeline'].every((name) => (ledger[name]?.held ?? 0) === 0);
      },
      { limitMs: LIMIT_MS, everyMs: EVERY_MS },
    );
  }
}
