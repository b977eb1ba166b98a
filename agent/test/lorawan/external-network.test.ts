import type { LorawanConfig, LorawanDeviceConfig } from '@vigie/contract';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OrderProgress } from '../../src/device-order.ts';
import { Mosquitto } from '../mosquitto.ts';
import { giveOrder } from './give-order.ts';
import { RadioBench } from './radio-bench.ts';

const APPLICATION = '2c6a1b3e-5a0d-4c4e-9e53-5b8f7d2a9c11';
const DEV_EUI = '0102030405060708';

const open: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop();
});

async function broker(): Promise<{ url: string; client: MqttClient; heard: { topic: string; json: unknown }[] }> {
  const mosquitto = await Mosquitto.startPlain();
  open.push({ stop: () => mosquitto.close() });
  const url = `mqtt://127.0.0.1:${mosquitto.port}`;
  const client = await connectAsync(url);
  open.push({ stop: () => client.endAsync() });
  const heard: { topic: string; json: unknown }[] = [];
  client.on('message', (topic, payload) => void heard.push({ topic, json: JSON.parse(String(payload)) }));
  return { url, client, heard };
}

function configOf(source: LorawanConfig['sources'][number]): LorawanConfig {
  return { region: 'EU868', netId: '000000', sources: [source] };
}

const DEVICE: LorawanDeviceConfig = {
  id: 'lamp-1',
  model: 'acme/lamp',
  lorawan: {
    devEui: DEV_EUI,
    macVersion: '1.0.3',
    class: 'A',
    activation: { mode: 'external', source: 'net' },
  },
};

async function gateway(config: LorawanConfig, kept: ConstructorParameters<typeof RadioBench>[0] = {}) {
  const b = new RadioBench(kept);
  await b.apply([DEVICE], config);
  await vi.waitFor(() => expect(b.stage.status().networks[0]?.connected).toBe(true));
  return b;
}

function order(b: RadioBench, id: string, confirmed: boolean): OrderProgress[] {
  return giveOrder(b, DEVICE.id, { fPort: 10, bytes: Buffer.of(1, 2), confirmed }, { id }).progress;
}

describe('ChirpStack', () => {
  const topic = (leaf: string) => `application/${APPLICATION}/device/${DEV_EUI}/${leaf}`;
  const source = (url: string) => ({ id: 'net', type: 'chirpstack', url, application: APPLICATION }) as const;

  /** As chirpstack-docs, integrations/events.md shows it. */
  const up = (second: number, changes: Record<string, unknown> = {}) =>
    JSON.stringify({
      deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
      time: `2026-07-18T09:34:${String(second).padStart(2, '0')}.775023242+00:00`,
      deviceInfo: { tenantId: '52f14cd4', applicationId: APPLICATION, deviceName: 'lamp', devEui: DEV_EUI },
      devAddr: '00189440',
      dr: 1,
      fPort: 5,
      data: 'AQID',
      rxInfo: [
        { gatewayId: '0016c001f153a14c', rssi: -57, snr: 10.0 },
        { gatewayId: '0016c001f1000002', rssi: -100, snr: -3.5 },
      ],
      txInfo: { frequency: 867_900_000, modulation: { lora: { bandwidth: 125_000, spreadingFactor: 11 } } },
      ...changes,
    });

  it('brings uplinks once, also those that came while the agent was away', async () => {
    const { url, client } = await broker();
    const config = configOf(source(url));
    const b = await gateway(config);
    await client.publishAsync(topic('event/up'), up(1), { qos: 1 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.messages[0]).toMatchObject({
      fPort: 5,
      payload: Buffer.of(1, 2, 3),
      link: { fCnt: 0, dataRate: 'SF11BW125', frequencyHz: 867_900_000, rssiDbm: -57, snrDb: 10, receptions: 2 },
    });
    await client.publishAsync(topic('event/up'), up(1), { qos: 1 });
    await client.publishAsync(topic('event/up'), '{', { qos: 1 });
    await client.publishAsync(topic('event/join'), up(1), { qos: 1 });
    await vi.waitFor(() => expect(b.dropped('lorawan.network.net')).toEqual({ LORAWAN_MESSAGE_INVALID: 1 }));
    expect(b.dropped('lorawan.network.net.frames')).toEqual({ LORAWAN_DUPLICATE: 1 });
    await vi.waitFor(() => expect(b.stage.status().frames).toHaveLength(2));
    const { devices, frames } = b.stage.status();
    expect(devices).toMatchObject([
      { device: DEVICE.id, network: 'net', coverage: { verdict: 'good' }, link: { snrDb: 10 }, orders: 0 },
    ]);
    expect(frames.map(({ kind, device, text }) => [kind, device, text])).toEqual([
      [
        'up',
        DEVICE.id,
        'net: uplink 0, 3 bytes on FPort 5, SF11BW125 at 867.9 MHz, SNR 10 dB, RSSI -57 dBm, 2 antennas',
      ],
      ['join', DEVICE.id, 'net: joined'],
    ]);
    await b.stop();

    await client.publishAsync(topic('event/up'), up(1), { qos: 1 });
    await client.publishAsync(topic('event/up'), up(2, { fCnt: 7 }), { qos: 1 });
    const after = await gateway(config, { state: b.state, marks: b.marks });
    open.push(after);
    await vi.waitFor(() => expect(after.messages.map(({ link }) => link.fCnt)).toEqual([7]));
    expect(after.dropped('lorawan.network.net.frames')).toEqual({ LORAWAN_DUPLICATE: 1 });
  });

  it('takes a message back when the disk did not', async () => {
    const { url, client } = await broker();
    const b = await gateway(configOf(source(url)));
    open.push(b);
    let refusals = 0;
    b.beforeSink = async () => {
      refusals += 1;
      if (refusals === 1) throw new Error('EIO');
    };
    await client.publishAsync(topic('event/up'), up(1), { qos: 1 });
    // The broker gives it again in the next connection.
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.dropped('lorawan.network.net.frames')).toEqual({ LORAWAN_NOT_STORED: 1 });
  });

  it('carries orders and tells what became of them', async () => {
    const { url, client, heard } = await broker();
    await client.subscribeAsync(topic('command/down'));
    const b = await gateway(configOf(source(url)));
    open.push(b);
    const id = '9b2c1b62-2f0c-4c53-8f3e-0f6f3a5d7a11';
    const progress = order(b, id, true);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]?.json).toEqual({ id, devEui: DEV_EUI, confirmed: true, fPort: 10, data: 'AQI=' });
    const say = (leaf: string, more: object) =>
      client.publishAsync(topic(leaf), JSON.stringify({ deviceInfo: { devEui: DEV_EUI }, queueItemId: id, ...more }));
    await say('event/txack', {});
    await say('event/ack', { acknowledged: true });
    await vi.waitFor(() => expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']));
  });
});

describe('The Things Stack', () => {
  const root = 'v3/city@ttn/devices/lamp-a1';
  const source = (url: string) => ({ id: 'net', type: 'things-stack', url, application: 'city@ttn' }) as const;
  const ids = { end_device_ids: { device_id: 'lamp-a1', dev_eui: DEV_EUI.toUpperCase() } };

  /** As lorawan-stack-docs, data-formats shows it; f_cnt is 0 and so left out. */
  const up = {
    ...ids,
    received_at: '2026-07-18T09:34:15.775023242Z',
    uplink_message: {
      f_port: 15,
      frm_payload: 'AQID',
      rx_metadata: [{ gateway_ids: { gateway_id: 'g', eui: '9C5C8E00001A05C4' }, rssi: -35, snr: 4.2 }],
      settings: { data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7 } }, frequency: '868300000' },
      received_at: '2026-07-18T09:34:15.700Z',
    },
  };

  it('brings uplinks with what is zero left out', async () => {
    const { url, client } = await broker();
    const b = await gateway(configOf(source(url)));
    open.push(b);
    await client.publishAsync(`${root}/up`, JSON.stringify(up), { qos: 1 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.messages[0]).toMatchObject({
      fPort: 15,
      payload: Buffer.of(1, 2, 3),
      link: { fCnt: 0, dataRate: 'SF7BW125', frequencyHz: 868_300_000, rssiDbm: -35, snrDb: 4.2, receptions: 1 },
    });
  });

  it('carries orders to devices that it has heard of', async () => {
    const { url, client, heard } = await broker();
    await client.subscribeAsync(`${root}/down/push`);
    const b = await gateway(configOf(source(url)));
    open.push(b);
    const sent = order(b, 'one', false);
    const refused = order(b, 'two', true);
    await client.publishAsync(`${root}/up`, JSON.stringify(up), { qos: 1 });
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(heard[0]?.json).toMatchObject({
      downlinks: [{ f_port: 10, frm_payload: 'AQI=', confirmed: false, correlation_ids: ['vigie:order:one'] }],
    });
    const down = { correlation_ids: ['vigie:order:one', 'as:downlink:x'] };
    await client.publishAsync(`${root}/down/sent`, JSON.stringify({ ...ids, downlink_sent: down }));
    await vi.waitFor(() => expect(sent.map(({ state }) => state)).toEqual(['sent', 'confirmed']));
    const failed = { downlink: { correlation_ids: ['vigie:order:two'] }, error: { message_format: 'no session' } };
    await client.publishAsync(`${root}/down/failed`, JSON.stringify({ ...ids, downlink_failed: failed }));
    await vi.waitFor(() => expect(refused).toMatchObject([{ code: 'LORAWAN_TX_REFUSED', message: 'no session' }]));
  });
});
