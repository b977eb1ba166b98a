import { createSocket } from 'node:dgram';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PacketForwarder } from '../../../test/lorawan/packet-forwarder.ts';
import { BoundedLog } from '../../bounded-log.ts';
import { Ledger } from '../../ledger.ts';
import { type SemtechUdpOptions, SemtechUdpServer } from './udp-server.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(options: Partial<Pick<SemtechUdpOptions, 'allow' | 'limits'>> = {}) {
  const time = { ms: 0 };
  const clock = { now: () => time.ms, monotonicMs: () => time.ms, trusted: () => true };
  const ledger = new Ledger();
  const server = new SemtechUdpServer({
    id: 'roof',
    host: '127.0.0.1',
    port: 0,
    clock,
    ledger,
    log: new BoundedLog(pino({ level: 'silent' }), clock),
    entropy: (bytes) => new Uint8Array(bytes).fill(7),
    ...options,
    onUnread: () => undefined,
    onReception: () => undefined,
    limits: { maxForwarders: 2, keepMs: 1_000, ...options.limits },
  });
  await server.listen();
  open.push(server);
  const forwarder = async (eui: string) => {
    const made = await PacketForwarder.start(server.address(), eui);
    open.push(made);
    return made;
  };
  return { time, ledger, server, forwarder };
}

function socketAt(server: string, address: string) {
  const [host = '', port] = server.split(':');
  const socket = createSocket('udp4').bind(0, address);
  open.push({ close: () => promisify(socket.close.bind(socket))() });
  const send = promisify((bytes: Buffer, done: (error: Error | null) => void) =>
    socket.send(bytes, Number(port), host, done),
  );
  return { send };
}

const downlink = {
  phyPayload: Buffer.of(1, 2, 3),
  frequencyHz: 869_525_000,
  dataRate: { modulation: 'LORA', spreadingFactor: 12, bandwidthKhz: 125 },
  eirpDbm: 27,
  time: { kind: 'immediate' },
} as const;

describe('SemtechUdpServer', () => {
  it('does not let made-up gateways push out those that are there, and forgets no address by itself', async () => {
    const { time, ledger, server, forwarder } = await start();
    const first = await forwarder('0000000000000001');
    await forwarder('0000000000000002');
    time.ms = 999;
    const header = Buffer.from('02000102', 'hex');
    first.pushRaw(Buffer.concat([header, Buffer.from('0000000000000003', 'hex')]));
    await first.pull();
    expect(ledger.snapshot()['lorawan.datagrams']?.dropped).toEqual({ LORAWAN_DATAGRAM_INVALID: 1 });
    expect(server.gateways().map(({ gatewayEui }) => gatewayEui)).toEqual(['0000000000000001', '0000000000000002']);
    // An hour of silence: class C must still reach it.
    time.ms = 3_600_000;
    expect(await server.transmit({ ...downlink, gatewayEui: '0000000000000001' })).toEqual({ kind: 'accepted' });
    await forwarder('0000000000000003');
    expect(server.gateways().map(({ gatewayEui }) => gatewayEui)).toEqual(['0000000000000001', '0000000000000003']);
  });

  it('lets a gateway in although one address made up as many as there are places, and keeps it', async () => {
    const { server, forwarder } = await start({ limits: { maxForwarders: 32 } });
    const { send } = socketAt(server.address(), '127.0.0.9');
    const madeUp = (number: number) => Buffer.from(`02000102${number.toString(16).padStart(16, 'f')}`, 'hex');
    const names = () => server.gateways().map(({ gatewayEui }) => gatewayEui);
    for (let number = 0; number < 40; number += 1) await send(madeUp(number));
    await vi.waitFor(() => expect(names()).toHaveLength(32));
    await forwarder('0000000000000001');
    expect(names()).toContain('0000000000000001');
    for (let number = 100; number < 140; number += 1) await send(madeUp(number));
    const real = await forwarder('0000000000000001');
    await real.pull();
    expect(names()).toContain('0000000000000001');
    expect(names()).toHaveLength(32);
  });

  it('listens only to the addresses that it was given', async () => {
    const { ledger, server } = await start({ allow: ['127.0.0.64/26', '::1'] });
    const [far, near] = ['127.0.0.1', '127.0.0.70'].map((address) => socketAt(server.address(), address));
    const pull = Buffer.from('020001020000000000000001', 'hex');
    await far?.send(pull);
    await vi.waitFor(() =>
      expect(ledger.snapshot()['lorawan.datagrams']?.dropped).toEqual({ LORAWAN_DATAGRAM_INVALID: 1 }),
    );
    expect(server.gateways()).toEqual([]);
    await near?.send(pull);
    await vi.waitFor(() => expect(server.gateways()).toHaveLength(1));
  });

  it('shows that a gateway speaks from another address than before', async () => {
    const { server } = await start();
    const pull = Buffer.from('020001020000000000000001', 'hex');
    const [first, second] = ['127.0.0.1', '127.0.0.2'].map((address) => socketAt(server.address(), address));
    await first?.send(pull);
    await vi.waitFor(() => expect(server.gateways()[0]?.reachable).toBe(true));
    expect(server.gateways()[0]?.movedFrom).toBeUndefined();
    await second?.send(pull);
    await vi.waitFor(() => expect(server.gateways()[0]?.movedFrom).toMatch(/^127\.0\.0\.1:/));
    expect(server.gateways()[0]?.address).toMatch(/^127\.0\.0\.2:/);
  });

  it('stops to read what comes from where nothing but nonsense came, and nobody else', async () => {
    const { time, ledger, server, forwarder } = await start();
    const dropped = () => ledger.snapshot()['lorawan.datagrams']?.dropped ?? {};
    const noisy = socketAt(server.address(), '127.0.0.1');
    for (let sent = 0; sent < 80; sent++) await noisy.send(Buffer.of(9, 9, 9, 9));
    await vi.waitFor(() => expect(dropped()).toEqual({ LORAWAN_DATAGRAM_INVALID: 16, LORAWAN_OVERLOADED: 64 }));
    await (await forwarder('0000000000000001')).pull();
    expect(server.gateways()).toHaveLength(1);
    time.ms = 1_001;
    await noisy.send(Buffer.of(9, 9, 9, 9));
    await vi.waitFor(() => expect(dropped()).toMatchObject({ LORAWAN_DATAGRAM_INVALID: 17 }));
  });

  it('takes an answer only from the gateway that it asked', async () => {
    const { server, forwarder } = await start();
    const asked = await forwarder('0000000000000001');
    const other = await forwarder('0000000000000002');
    asked.answer = () => undefined;
    const outcome = server.transmit({ ...downlink, gatewayEui: '0000000000000001' });
    const refusal = Buffer.from('{"txpk_ack":{"error":"TX_FREQ"}}');
    const token = Buffer.of(7, 7);
    other.pushRaw(Buffer.concat([Buffer.of(2), token, Buffer.of(5), Buffer.from('0000000000000002', 'hex'), refusal]));
    await other.pull();
    asked.pushRaw(Buffer.concat([Buffer.of(2), token, Buffer.of(5), Buffer.from('0000000000000001', 'hex')]));
    expect(await outcome).toEqual({ kind: 'accepted' });
  });

  it('knows when there is no way to a gateway', async () => {
    const { server } = await start();
    expect(await server.transmit({ ...downlink, gatewayEui: '00000000000000ff' })).toEqual({
      kind: 'refused',
      reason: 'NO_ROUTE',
    });
  });
});
