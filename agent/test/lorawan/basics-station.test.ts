import { once } from 'node:events';
import type { LorawanConfig, LorawanDeviceConfig } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { regionOf } from '../../src/lorawan/network-server/regions/catalogue.ts';
import { giveOrder } from './give-order.ts';
import { abp, multicast } from './radio-bench.ts';
import { RadioDevice } from './radio-device.ts';
import { stationBenches } from './station-bench.ts';
import { fieldsOf, type Message, STATION_EUI, XTIME } from './station-client.ts';

const start = stationBenches();

/** The names that a station of 2.0.6 knows (src/s2e.c); under any other it sends nothing. Its power, dBm EIRP. */
const KNOWN_REGIONS: Readonly<Record<string, number>> = {
  EU863: 16,
  EU868: 16,
  IL915: 14,
  KR920: 23,
  AS923JP: 13,
  'AS923-1': 13,
  US902: 26,
  US915: 26,
  AU915: 30,
};

const REGIONS: [LorawanConfig['region'], listens: boolean][] = [
  ['EU868', false],
  ['US915', false],
  ['AS923-1', true],
  ['AS923-2', false],
  ['AS923-3', false],
  ['AS923-4', false],
  ['AU915', false],
  ['IN865', false],
  ['KR920', true],
  ['RU864', false],
  ['CN470', false],
];

describe('router_config', () => {
  it('tells a station its channels and data rates', async () => {
    const { station } = await start();
    const config = await (await station()).sees('router_config');
    expect(config).toMatchObject({
      region: 'EU863',
      hwspec: 'sx1301/1',
      NetID: null,
      sx1301_conf: [
        {
          radio_0: { enable: true, freq: 867_500_000 },
          radio_1: { enable: true },
          chan_multiSF_0: { enable: true, radio: 1 },
          chan_multiSF_3: { enable: true, radio: 0, if: -400_000 },
        },
      ],
    });
    expect((config.DRs as number[][])[0]).toEqual([12, 125, 0]);
    expect((config.DRs as number[][])[7]).toEqual([0, 0, 0]);
    expect((config.DRs as number[][])[8]).toEqual([-1, 0, 0]);
  });

  it.each(
    REGIONS,
  )('of %s is one that a station sends under, with limits that are the agent’s', async (region, listens) => {
    const { station } = await start({}, { region });
    const config = await (await station()).sees('router_config');
    const stationsOwn = KNOWN_REGIONS[String(config.region)];
    expect(stationsOwn).toBeDefined();
    expect(config).toMatchObject({ nodc: true, nodwell: true, nocca: !listens });
    const table = regionOf({ region });
    const eirps = table.gatewayChannels.narrowHz.map((hz) => table.downlinkEirpDbm(table.rx1FrequencyHz(hz) ?? hz));
    expect(Math.min(stationsOwn ?? 0, Number(config.max_eirp))).toBeLessThanOrEqual(Math.max(...eirps));
    // Where it listens first, it has to receive on what it sends on (src/sx130xconf.c, setup_LBT).
    if (listens) expect(receivedHz(config)).toContain(table.rx2.frequencyHz);
    const [fromHz = 0, toHz = 0] = config.freq_range as number[];
    expect(fromHz).toBeLessThan(table.rx2.frequencyHz);
    expect(toHz).toBeGreaterThan(table.rx2.frequencyHz);
  });
});

describe('a station', () => {
  it('joins a device and brings its uplinks, with a time beyond 2^53', async () => {
    const { b, joining, station } = await start();
    const client = await station();
    client.hears(joining.joinRequest());
    const accept = await client.sees('dnmsg');
    expect(accept).toMatchObject({ dC: 0, RxDelay: 5, RX1DR: 5, RX1Freq: 868_100_000, xtime: XTIME, rctx: 0 });
    expect(accept).toMatchObject({ RX2DR: 0, RX2Freq: 869_525_000 });
    joining.acceptJoin(Buffer.from(String(accept.pdu), 'hex'));
    client.transmitted(accept, { xtime: XTIME + 5_000_000n });
    client.hears(joining.uplink({ fPort: 9, payload: Buffer.from('beef', 'hex') }));
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.messages[0]).toMatchObject({ fPort: 9, link: { snrDb: 9.25, rssiDbm: -50, dataRate: 'SF7BW125' } });
  });

  it('carries an order, which ends when the station has transmitted it', async () => {
    const { b, device, station } = await start();
    const client = await station();
    const name = b.stage.status().devices[0]?.device ?? '';
    const { progress } = giveOrder(b, name, { fPort: 2, bytes: Buffer.of(5) });
    client.hears(device.uplink());
    const message = await client.sees('dnmsg');
    expect(progress).toEqual([]);
    expect(device.receive(Buffer.from(String(message.pdu), 'hex'))).toMatchObject({ fPort: 2, payload: Buffer.of(5) });
    client.transmitted(message, { xtime: XTIME + 1_000_000n });
    await vi.waitFor(() => expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']));
    expect(progress[1]).toMatchObject({ result: { window: 'RX1' } });
  });

  it.each([
    ['its frequency', { Freq: 869_525_000, DR: 0 }],
    ['its time alone, as before 2.0.4', { xtime: XTIME + 2_000_000n }],
  ])('that took the second window is known by %s', async (_how, where) => {
    const { b, device, station } = await start();
    const client = await station();
    const name = b.stage.status().devices[0]?.device ?? '';
    const { progress } = giveOrder(b, name, { fPort: 2, bytes: Buffer.of(5) });
    client.hears(device.uplink());
    client.transmitted(await client.sees('dnmsg'), where);
    await vi.waitFor(() => expect(progress).toHaveLength(2));
    expect(progress[1]).toMatchObject({ state: 'confirmed', result: { window: 'RX2' } });
    // It is the second window's sub-band that was used.
    const used = b.stage.status().airtime.filter(({ usedMs }) => usedMs > 0);
    expect(used.map(({ fromHz }) => fromHz)).toEqual([869_400_000]);
  });

  it('may send nonsense, be cut off in mid-frame and come back', async () => {
    const { b, device, station } = await start();
    const client = await station();
    for (const text of ['', '{', '[]', '{"msgtype":"updf"}', '{"msgtype":"jreq","MHdr":0}', '{"msgtype":7}']) {
      client.socket.send(text);
    }
    client.send({ ...fieldsOf(device.uplink()), DR: 99, Freq: 1, upinfo: {} });
    await vi.waitFor(() => expect(b.dropped('lorawan.messages')).toEqual({ LORAWAN_MESSAGE_INVALID: 7 }));
    const closed = once(client.socket, 'close');
    const again = await station();
    await closed;
    again.hears(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.stage.status().sources[0]?.gateways).toMatchObject([{ gatewayEui: STATION_EUI, reachable: true }]);
  });

  it('is set up anew for another region, and devices and groups are spoken to there', async () => {
    const { b, config, station } = await start();
    const lamp = abp(RadioDevice.abp(76), { class: 'C' });
    const group = multicast(RadioDevice.abp(77));
    await b.apply([lamp, group], config);
    const first = await station();
    giveOrder(b, lamp.id, { fPort: 2, bytes: Buffer.of(5) });
    const before = await first.sees('dnmsg');
    expect(before).toMatchObject({ RX2Freq: 869_525_000, RX2DR: 0 });
    first.transmitted(before);
    const cut = once(first.socket, 'close');
    await b.apply([lamp, moved(group, 866_100_000, 4)], { ...config, region: 'IN865' });
    await cut;
    const second = await station();
    giveOrder(b, lamp.id, { fPort: 2, bytes: Buffer.of(6) });
    const toLamp = await second.sees('dnmsg');
    expect(toLamp).toMatchObject({ RX2Freq: 866_550_000, RX2DR: 2 });
    second.transmitted(toLamp);
    giveOrder(b, group.id, { fPort: 2, bytes: Buffer.of(7) });
    const toGroup = await second.sees('dnmsg', 2);
    expect(toGroup).toMatchObject({ RX2Freq: 866_100_000, RX2DR: 4 });
    second.transmitted(toGroup);
    // Only the group's place changes: the station stays.
    await b.apply([lamp, moved(group, 866_300_000, 5)], { ...config, region: 'IN865' });
    giveOrder(b, group.id, { fPort: 2, bytes: Buffer.of(8) });
    expect(await second.sees('dnmsg', 3)).toMatchObject({ RX2Freq: 866_300_000, RX2DR: 5 });
  });
});

function receivedHz({ sx1301_conf }: Message): number[] {
  const [conf = {}] = sx1301_conf as Record<string, { enable: boolean; freq?: number; radio?: number; if?: number }>[];
  return Object.entries(conf)
    .filter(([name, { enable }]) => name.startsWith('chan_multiSF') && enable)
    .map(([, channel]) => (conf[`radio_${channel.radio}`]?.freq ?? 0) + (channel.if ?? 0));
}

function moved(group: LorawanDeviceConfig, frequencyHz: number, dataRate: number): LorawanDeviceConfig {
  const { activation } = group.lorawan;
  if (activation.mode !== 'multicast') throw new Error('no group');
  return { ...group, lorawan: { ...group.lorawan, activation: { ...activation, frequencyHz, dataRate } } };
}
