import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MemoryStateStore } from './memory-state-store.ts';
import type { PacketForwarder } from './packet-forwarder.ts';
import { abp, otaa, RadioBench } from './radio-bench.ts';
import { RadioDevice, type ReceivedDownlink } from './radio-device.ts';

/** What can happen to a gateway that a device and an attacker talk to. */
type Step =
  | { do: 'send'; confirmed: boolean; macOnly: boolean }
  | { do: 'order' }
  | { do: 'join' }
  | { do: 'replay'; pick: number }
  | { do: 'crash' }
  | { do: 'restart' };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('send' as const), confirmed: fc.boolean(), macOnly: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'order' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'join' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('replay' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.constant({ do: 'crash' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

/** One life of a device and its gateway, told step by step. */
class Story {
  readonly device: RadioDevice;
  readonly #otaa: boolean;
  readonly #state = new MemoryStateStore();
  readonly #marks = new Map<string, number>();
  readonly #onAir: Buffer[] = [];
  readonly #delivered: string[] = [];
  readonly #counters = new Set<string>();
  #sent = 0;
  #orders = 0;
  #listened = 0;
  #bench: RadioBench | undefined;
  #forwarder: PacketForwarder | undefined;

  constructor(isOtaa: boolean) {
    this.#otaa = isOtaa;
    this.device = isOtaa ? new RadioDevice(1) : RadioDevice.abp(1);
  }

  get bench(): RadioBench {
    if (!this.#bench) throw new Error('not started');
    return this.#bench;
  }

  get forwarder(): PacketForwarder {
    if (!this.#forwarder) throw new Error('not started');
    return this.#forwarder;
  }

  async start(): Promise<void> {
    this.#bench = new RadioBench({ state: this.#state, marks: this.#marks });
    await this.bench.apply([this.#otaa ? otaa(this.device) : abp(this.device)]);
    this.#forwarder = await this.bench.forwarder();
    this.#listened = 0;
    // Whatever goes out: no two different frames under one counter of one session.
    this.forwarder.onDownlink = ({ phyPayload }) => {
      if (phyPayload.readUInt8(0) >> 5 === 1) return;
      const counter = `${phyPayload.toString('hex', 1, 5)}/${phyPayload.readUInt16LE(6)}`;
      expect(this.#counters.has(counter), `downlink counter ${counter} reused`).toBe(false);
      this.#counters.add(counter);
    };
    if (this.#otaa && this.device.devAddr === '') await this.join();
  }

  async join(): Promise<void> {
    if (!this.#otaa) return;
    const accepts = () => this.forwarder.downlinks.filter(({ phyPayload }) => phyPayload.readUInt8(0) >> 5 === 1);
    const before = accepts().length;
    const request = this.device.joinRequest();
    this.#onAir.push(request);
    this.forwarder.push(request);
    await vi.waitFor(() => expect(accepts().length).toBe(before + 1), { interval: 2 });
    this.device.acceptJoin(accepts().at(-1)?.phyPayload ?? Buffer.alloc(0));
    this.#listened = this.forwarder.downlinks.length;
  }

  async send(confirmed: boolean, macOnly: boolean): Promise<void> {
    const before = this.bench.messages.length;
    const frame = this.device.uplink(
      macOnly
        ? { fOpts: Buffer.of(0x02), confirmed }
        : { fPort: 1, payload: Buffer.from(`m${this.#sent++}`), confirmed },
    );
    this.#onAir.push(frame);
    this.forwarder.push(frame);
    if (!macOnly) await vi.waitFor(() => expect(this.bench.messages.length).toBe(before + 1), { interval: 2 });
    if (macOnly || confirmed) {
      const answersIt = ({ ack, fOpts }: ReceivedDownlink) => ack === confirmed && (!macOnly || fOpts[0] === 0x02);
      await vi.waitFor(() => expect(this.#listen().some(answersIt), 'an answer').toBe(true), { interval: 2 });
    }
  }

  /** What came down since the last time and the device takes: a reused or falling counter it would not. */
  #listen(): ReceivedDownlink[] {
    const { downlinks } = this.forwarder;
    const fresh = downlinks.slice(this.#listened);
    this.#listened = downlinks.length;
    return fresh.flatMap(({ phyPayload }) => {
      const downlink = this.device.receive(phyPayload);
      return downlink ? [downlink] : [];
    });
  }

  order(): void {
    const id = `order-${this.#orders++}`;
    const payload = { fPort: 2, bytes: Buffer.from(id) };
    const device = this.bench.stage.status().devices[0]?.device ?? '';
    const order = { id, device, expiresAt: Date.now() + 60_000, payload };
    this.bench.stage.execute(order, { begin: async () => true, report: () => undefined });
  }

  async replay(pick: number): Promise<void> {
    const frame = this.#onAir[pick % Math.max(1, this.#onAir.length)];
    if (!frame) return;
    const seen = () => this.bench.ledger.snapshot()['lorawan.frames']?.in ?? 0;
    const before = seen();
    this.forwarder.push(frame);
    await vi.waitFor(() => expect(seen()).toBe(before + 1), { interval: 2 });
  }

  /** The process is gone from one moment to the next: what was only in memory is lost. */
  async crash(): Promise<void> {
    const frozen = structuredClone(this.#state.documents);
    await this.bench.stop();
    this.#collect();
    // What an orderly end would have saved never was.
    this.#state.documents.clear();
    for (const [collection, documents] of frozen) this.#state.documents.set(collection, documents);
    await this.start();
  }

  async restart(): Promise<void> {
    await this.bench.stop();
    this.#collect();
    await this.start();
  }

  async end(): Promise<void> {
    await this.bench.stop();
    this.#collect();
    expect(this.#delivered.length, 'every frame once').toBe(this.#sent);
    expect(new Set(this.#delivered).size).toBe(this.#sent);
  }

  #collect(): void {
    for (const { payload } of this.bench.messages) this.#delivered.push(Buffer.from(payload).toString());
  }
}

async function tell(isOtaa: boolean, steps: readonly Step[]): Promise<void> {
  const story = new Story(isOtaa);
  await story.start();
  for (const step of steps) {
    if (step.do === 'send') await story.send(step.confirmed, step.macOnly);
    else if (step.do === 'order') story.order();
    else if (step.do === 'join') await story.join();
    else if (step.do === 'replay') await story.replay(step.pick);
    else if (step.do === 'crash') await story.crash();
    else await story.restart();
  }
  await story.end();
}

describe('crashes and replays', () => {
  it.each([
    ['OTAA', true],
    ['ABP', false],
  ])('%s: no frame is lost or let in twice, no downlink counter is used twice', async (_name, isOtaa) => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 25 }), (steps) => tell(isOtaa, steps)),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
