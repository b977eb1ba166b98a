import type { RegisterPoint } from '@vigie/decoders';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rtuFrame } from '../../test/modbus-slave.ts';
import { DevicePoller } from './device-poller.ts';
import type { LineEvents, OpenLine } from './line.ts';
import { Link } from './link.ts';
import { RtuFraming } from './rtu-framing.ts';
import { TcpFraming } from './tcp-framing.ts';

const SEED = Number(process.env.VIGIE_FUZZ_SEED ?? 20_261_201);
const RUNS = Number(process.env.VIGIE_POLL_RUNS ?? 60);
const INTERVAL_MS = 100;
const TIMEOUT_MS = 5;
/** So many polls after the last fault every register that is there must have been read. */
const BOUND = 60;
const BEGAN_AT = Date.UTC(2026, 0, 1);

/** What a slave says to a read that touches a register that it does not have. */
type Refusal = 'silence' | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
/** What goes wrong with a request, whatever it asks for. */
type Fault = 'none' | 'silence' | 'late' | 'close' | 'busy' | 'garbage';

interface Scene {
  addresses: number[];
  holes: number[];
  refusal: Refusal;
  faults: Fault[];
  serial: boolean;
  echo: boolean;
  maxRead: number;
}

const scene: fc.Arbitrary<Scene> = fc.record({
  addresses: fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 14 }),
  holes: fc.uniqueArray(fc.nat(60), { maxLength: 12 }),
  refusal: fc.constantFrom<Refusal>('silence', 1, 2, 3, 4, 5, 6, 7, 8),
  faults: fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'silence', 'late', 'close', 'busy', 'garbage'), {
    maxLength: 40,
  }),
  serial: fc.boolean(),
  echo: fc.boolean(),
  maxRead: fc.constantFrom(1, 3, 125),
});

const valueAt = (address: number): number => (address * 257 + 13) & 0xffff;

/** A slave on a line in memory; its faults are used up one by one, and then it is well. */
class Slave {
  readonly #scene: Scene;
  readonly #faults: Fault[];
  #tail = Promise.resolve();
  #waiting = 0;

  constructor(of: Scene) {
    this.#scene = of;
    this.#faults = [...of.faults];
  }

  /** Until nothing is on its way any more. */
  settled(): Promise<void> {
    return this.#tail;
  }

  get isWell(): boolean {
    return this.#faults.length === 0;
  }

  open: OpenLine = (events) => {
    let open = true;
    const write = (frame: Uint8Array): void => {
      const bytes = Buffer.from(frame);
      if (this.#scene.serial && this.#scene.echo) events.data(bytes);
      queueMicrotask(() => open && this.#hear(bytes, events));
    };
    const close = async (): Promise<void> => {
      open = false;
    };
    return Promise.resolve({ write, close });
  };

  #hear(frame: Buffer, events: LineEvents): void {
    const { serial } = this.#scene;
    const pdu = serial ? frame.subarray(1, -2) : frame.subarray(7);
    const fault = this.#faults.shift() ?? 'none';
    const send = (reply: Buffer): void => {
      const head = Buffer.from(frame.subarray(0, 7));
      if (!serial) head.writeUInt16BE(reply.length + 1, 4);
      events.data(serial ? rtuFrame(frame[0] ?? 0, reply) : Buffer.concat([head, reply]));
    };
    if (fault === 'silence') return;
    if (fault === 'close' && !serial) events.lost('closed');
    if (fault === 'garbage') events.data(Buffer.from('\u0007noise'));
    if (fault === 'close' || fault === 'garbage') return;
    const reply = fault === 'busy' ? Buffer.of((pdu[0] ?? 0) | 0x80, 6) : this.#replyTo(pdu);
    if (!reply) return;
    const delayMs = fault === 'late' ? TIMEOUT_MS * 2 : 0;
    if (delayMs === 0 && (!serial || this.#waiting === 0)) {
      send(reply);
      return;
    }
    // A slave on a serial line answers in the order of the requests.
    this.#waiting += 1;
    this.#tail = this.#tail.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      send(reply);
      this.#waiting -= 1;
    });
  }

  #replyTo(pdu: Buffer): Buffer | undefined {
    const [functionCode = 0] = pdu;
    if (functionCode === 8) return pdu;
    const [address, count] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
    const { holes, refusal, maxRead } = this.#scene;
    if (count > maxRead) return Buffer.of(functionCode | 0x80, 3);
    if (holes.some((hole) => hole >= address && hole < address + count)) {
      return refusal === 'silence' ? undefined : Buffer.of(functionCode | 0x80, refusal);
    }
    const reply = Buffer.alloc(2 + count * 2);
    reply[0] = functionCode;
    reply[1] = count * 2;
    for (let index = 0; index < count; index += 1) reply.writeUInt16BE(valueAt(address + index), 2 + index * 2);
    return reply;
  }
}

/** Polls until every register that is there was read after the last fault; gives the polls that it took. */
async function pollsNeeded(of: Scene): Promise<number> {
  const slave = new Slave(of);
  // Time goes as fast as polls are made, so that back-offs and pauses cost the test nothing.
  let skippedMs = 0;
  const monotonicMs = (): number => performance.now() + skippedMs;
  const link = new Link({
    open: slave.open,
    framing: (random) => (of.serial ? new RtuFraming() : new TcpFraming(Math.floor(random() * 0x1_0000))),
    timeoutMs: TIMEOUT_MS,
    characterMs: 0,
    anonymous: of.serial,
    monotonicMs,
    random: Math.random,
  });
  const registers = of.addresses.map(
    (address): RegisterPoint => ({ table: 'holdingRegister', address, type: 'uint16', quantity: 'elec.power' }),
  );
  const about = { id: 'test/meter', version: 1, vendor: 'test', title: 'Meter', source: 'none' } as const;
  const poller = new DevicePoller({
    device: { id: 'a', model: about.id, modbus: { bus: 'b', unit: 1, intervalMs: INTERVAL_MS } },
    definition: { ...about, domain: 'electricity', protocol: 'modbus', registers },
    timeoutMs: TIMEOUT_MS,
    now: () => BEGAN_AT + monotonicMs(),
    monotonicMs,
    random: () => 0.5,
  });
  const wanted = new Set(of.addresses.filter((address) => !of.holes.includes(address)));
  let polls = 0;
  while (wanted.size > 0 && polls < BOUND) {
    // Nothing that is late may become later than slaves are: time is skipped when it has come.
    await slave.settled();
    skippedMs += Math.max(0, poller.dueAt - monotonicMs());
    const well = slave.isWell;
    poller.begin();
    let result = await poller.step(link, false);
    while (result.kind === 'more') result = await poller.step(link, false);
    if (well) polls += 1;
    if (result.kind !== 'image') continue;
    for (const address of of.addresses) {
      const words = result.image.words('holdingRegister', address, 1);
      if (!words) continue;
      expect(words).toEqual([valueAt(address)]);
      if (well) wanted.delete(address);
    }
  }
  await link.close();
  return polls;
}

it(`reads every register that a slave would answer for alone, within ${BOUND} polls, and none wrong (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (of) => {
      expect(await pollsNeeded(of)).toBeLessThan(BOUND);
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);
