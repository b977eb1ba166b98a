import { once } from 'node:events';
import { Agent } from 'node:https';
import type { LorawanConfig } from '@vigie/contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { parseBigJson, stringifyBigJson } from '../../src/lorawan/basics-station/big-json.ts';
import { euiOf } from '../../src/lorawan/basics-station/station-messages.ts';
import { TestAuthority } from '../certificates.ts';
import { abp, LORAWAN, multicast, otaa, RadioBench } from './radio-bench.ts';
import { RadioDevice } from './radio-device.ts';

const EUI = '70b3d57ed0000001';
const TOKEN = 'a-token-of-sixteen-and-more';
/** Beyond 2^53, with the radio unit in its upper bits. */
const XTIME = 40_532_396_646_334_463n;

type Message = Record<string, unknown>;

/** The certificate names nobody: that it is the authority's is what counts here. */
function trusting({ pem }: TestAuthority): { agent: Agent } {
  return { agent: new Agent({ ca: pem, checkServerIdentity: () => undefined }) };
}

const open: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop();
});

async function start(changes: Partial<LorawanConfig['sources'][number]> = {}) {
  const b = new RadioBench();
  open.push(b);
  const source = { id: 'lns', type: 'basics-station', host: '127.0.0.1', port: 0, ...changes } as const;
  const config = { ...LORAWAN, sources: [source as LorawanConfig['sources'][number]] };
  const device = RadioDevice.abp(70);
  const joining = new RadioDevice(71);
  await b.apply([abp(device), otaa(joining)], config);
  return { b, config, device, joining, address: b.stage.status().sources[0]?.address ?? '' };
}

/** A station as the protocol describes it, which takes frames apart as `s2e_parse_lora_frame` does. */
class Station {
  readonly socket: WebSocket;
  readonly received: Message[] = [];

  constructor(uri: string, token?: string) {
    this.socket = new WebSocket(uri, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    this.socket.on('message', (data) => void this.received.push(parseBigJson(String(data)) as Message));
  }

  static async connect(address: string, token?: string): Promise<Station> {
    const station = new Station(`ws://${address}/router/${EUI}`, token);
    open.push({ stop: async () => station.socket.terminate() });
    await once(station.socket, 'open');
    station.send({ msgtype: 'version', station: '2.0.6(linux/std)', model: 'linux', protocol: 2, features: '' });
    await vi.waitFor(() => expect(station.of('router_config')).toHaveLength(1));
    return station;
  }

  of(msgtype: string): Message[] {
    return this.received.filter((message) => message.msgtype === msgtype);
  }

  send(message: Message): void {
    this.socket.send(stringifyBigJson(message));
  }

  hears(phyPayload: Buffer, { gpstime = 0 } = {}): void {
    const upinfo = { rctx: 0, xtime: XTIME, gpstime, rssi: -50, snr: 9.25 };
    this.send({ ...fieldsOf(phyPayload), DR: 5, Freq: 868_100_000, upinfo });
  }
}

function fieldsOf(bytes: Buffer): Message {
  const MHdr = bytes.readUInt8(0);
  const MIC = bytes.readInt32LE(bytes.length - 4);
  const eui = (offset: number) =>
    Buffer.from(bytes.subarray(offset, offset + 8))
      .reverse()
      .toString('hex')
      .replace(/..(?!$)/g, '$&-')
      .toUpperCase();
  if (MHdr === 0) {
    return { msgtype: 'jreq', MHdr, JoinEui: eui(1), DevEui: eui(9), DevNonce: bytes.readUInt16LE(17), MIC };
  }
  const fOptsEnd = 8 + (bytes.readUInt8(5) & 0x0f);
  const hasPort = fOptsEnd < bytes.length - 4;
  return {
    msgtype: 'updf',
    MHdr,
    DevAddr: bytes.readInt32LE(1),
    FCtrl: bytes.readUInt8(5),
    FCnt: bytes.readUInt16LE(6),
    FOpts: bytes.toString('hex', 8, fOptsEnd),
    FPort: hasPort ? bytes.readUInt8(fOptsEnd) : -1,
    FRMPayload: hasPort ? bytes.toString('hex', fOptsEnd + 1, bytes.length - 4) : '',
    MIC,
  };
}

describe('discovery', () => {
  it.each([
    '70-B3-D5-7E-D0-00-00-01',
    '70b3:d57e:d000:1',
    '70B3D57ED0000001',
  ])('tells router %s where to go', async (router) => {
    const { address } = await start();
    const socket = new WebSocket(`ws://${address}/router-info`);
    await once(socket, 'open');
    socket.send(JSON.stringify({ router }));
    const [answer] = await once(socket, 'message');
    expect(JSON.parse(String(answer))).toEqual({ router, muxs: 'vigie', uri: `ws://${address}/router/${EUI}` });
  });

  it('says what is wrong with a router that has no EUI', async () => {
    const { address } = await start();
    const socket = new WebSocket(`ws://${address}/router-info`);
    await once(socket, 'open');
    socket.send('nonsense');
    const [answer] = await once(socket, 'message');
    expect(JSON.parse(String(answer))).toHaveProperty('error');
  });

  it.each([
    ['::1', '0000000000000001'],
    ['1::', '0001000000000000'],
    ['aa:bb::', '00aa00bb00000000'],
    ['b827:ebff:fe12:3456', 'b827ebfffe123456'],
    ['b8-27-eb-ff-fe-12-34-56', 'b827ebfffe123456'],
  ])('reads %s', (text, eui) => {
    expect(euiOf(text)?.toString('hex')).toBe(eui);
  });

  it.each(['', '::1::', '1:2:3', 'xyz', '12345::1', null])('refuses %s', (text) => {
    expect(euiOf(text)).toBeUndefined();
  });
});

describe('a station', () => {
  it('is told its channels and data rates', async () => {
    const { address } = await start();
    const station = await Station.connect(address);
    const [config] = station.of('router_config');
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
    expect((config?.DRs as number[][])[0]).toEqual([12, 125, 0]);
    expect((config?.DRs as number[][])[7]).toEqual([0, 0, 0]);
    expect((config?.DRs as number[][])[8]).toEqual([-1, 0, 0]);
  });

  it('joins a device and brings its uplinks, with a time beyond 2^53', async () => {
    const { b, joining, address } = await start();
    const station = await Station.connect(address);
    station.hears(joining.joinRequest());
    await vi.waitFor(() => expect(station.of('dnmsg')).toHaveLength(1));
    const [accept] = station.of('dnmsg');
    expect(accept).toMatchObject({ dC: 0, RxDelay: 5, RX1DR: 5, RX1Freq: 868_100_000, xtime: XTIME, rctx: 0 });
    expect(accept).toMatchObject({ RX2DR: 0, RX2Freq: 869_525_000 });
    joining.acceptJoin(Buffer.from(String(accept?.pdu), 'hex'));
    station.send({ msgtype: 'dntxed', diid: accept?.diid, DevEui: '00-00-00-00-00-00-00-01', rctx: 0, xtime: XTIME });
    station.hears(joining.uplink({ fPort: 9, payload: Buffer.from('beef', 'hex') }));
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.messages[0]).toMatchObject({ fPort: 9, link: { snrDb: 9.25, rssiDbm: -50, dataRate: 'SF7BW125' } });
  });

  it('carries an order, which ends when the station has transmitted it', async () => {
    const { b, device, address } = await start();
    const station = await Station.connect(address);
    const states: string[] = [];
    const name = b.stage.status().devices[0]?.device ?? '';
    b.stage.execute(
      { id: 'order', device: name, expiresAt: Date.now() + 60_000, payload: { fPort: 2, bytes: Buffer.of(5) } },
      { begin: async () => true, report: ({ state }) => void states.push(state) },
    );
    station.hears(device.uplink());
    await vi.waitFor(() => expect(station.of('dnmsg')).toHaveLength(1));
    const [message] = station.of('dnmsg');
    expect(states).toEqual([]);
    expect(device.receive(Buffer.from(String(message?.pdu), 'hex'))).toMatchObject({ fPort: 2, payload: Buffer.of(5) });
    station.send({ msgtype: 'dntxed', diid: message?.diid });
    await vi.waitFor(() => expect(states).toEqual(['sent', 'confirmed']));
  });

  it('sends at once for class C, on the clock of what it heard', async () => {
    const { b, config, address } = await start();
    const lamp = RadioDevice.abp(72);
    const lampConfig = abp(lamp, { class: 'C' });
    await b.apply([lampConfig, abp(RadioDevice.abp(73))], config);
    const station = await Station.connect(address);
    station.hears(RadioDevice.abp(73).uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    b.stage.execute(
      {
        id: 'order',
        device: lampConfig.id,
        expiresAt: Date.now() + 60_000,
        payload: { fPort: 2, bytes: Buffer.of(5) },
      },
      { begin: async () => true, report: () => undefined },
    );
    await vi.waitFor(() => expect(station.of('dnmsg')).toHaveLength(1));
    const [message] = station.of('dnmsg');
    expect(message).toMatchObject({ dC: 2, RX1Freq: 869_525_000, RX1DR: 0 });
    const aheadUs = Number((message?.xtime as bigint) + 1_000_000n - XTIME);
    expect(aheadUs).toBeGreaterThan(200_000);
    expect(aheadUs).toBeLessThan(3_000_000);
    station.send({ msgtype: 'dntxed', diid: message?.diid });
  });

  it('sends to a group at a moment of GPS time', async () => {
    const { b, config, address } = await start();
    const group = multicast(RadioDevice.abp(74));
    await b.apply([group, abp(RadioDevice.abp(75))], config);
    const station = await Station.connect(address);
    station.hears(RadioDevice.abp(75).uplink(), { gpstime: 1_400_000_000_000_000 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    const at = Date.now() + 1_400;
    const states: string[] = [];
    b.stage.execute(
      {
        id: 'order',
        device: group.id,
        expiresAt: at + 60_000,
        notBefore: at,
        payload: { fPort: 2, bytes: Buffer.of(5) },
      },
      { begin: async () => true, report: ({ state }) => void states.push(state) },
    );
    await vi.waitFor(() => expect(station.of('dnmsg')).toHaveLength(1));
    const [message] = station.of('dnmsg');
    expect(Date.now()).toBeLessThan(at);
    const gpstime = (at - Date.UTC(1980, 0, 6) + 18_000) * 1_000;
    expect(message).toMatchObject({ dC: 1, Freq: 869_525_000, DR: 3, gpstime });
    station.send({ msgtype: 'dntxed', diid: message?.diid });
    await vi.waitFor(() => expect(states).toEqual(['sent', 'confirmed']));
  });

  it('learns the time', async () => {
    const { address } = await start();
    const station = await Station.connect(address);
    station.send({ msgtype: 'timesync', txtime: 9_007_199_254_740_993n });
    await vi.waitFor(() => expect(station.of('timesync')).toHaveLength(1));
    const [answer] = station.of('timesync');
    expect(answer?.txtime).toBe(9_007_199_254_740_993n);
    expect(Math.abs(Number(answer?.gpstime) / 1e6 + 315_964_800 - 18 - Date.now() / 1_000)).toBeLessThan(5);
  });

  it('may send nonsense, be cut off in mid-frame and come back', async () => {
    const { b, device, address } = await start();
    const station = await Station.connect(address);
    for (const text of ['', '{', '[]', '{"msgtype":"updf"}', '{"msgtype":"jreq","MHdr":0}', '{"msgtype":7}']) {
      station.socket.send(text);
    }
    station.send({ ...fieldsOf(device.uplink()), DR: 99, Freq: 1, upinfo: {} });
    await vi.waitFor(() => expect(b.dropped('lorawan.messages')).toEqual({ LORAWAN_MESSAGE_INVALID: 7 }));
    const closed = once(station.socket, 'close');
    const again = await Station.connect(address);
    await closed;
    again.hears(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.stage.status().sources[0]?.gateways).toMatchObject([{ gatewayEui: EUI, reachable: true }]);
  });

  it('needs its token where there are tokens', async () => {
    const { address } = await start({ tokens: [{ gateway: EUI, token: TOKEN }] } as never);
    for (const token of [undefined, 'wrong-token-of-the-same-len', `${TOKEN}x`]) {
      const refused = new Station(`ws://${address}/router/${EUI}`, token);
      const [error] = await once(refused.socket, 'error');
      expect(String(error)).toContain('401');
    }
    await Station.connect(address, TOKEN);
  });
});

describe('TLS', () => {
  it('serves stations that trust its authority, and no others', async () => {
    const authority = await TestAuthority.create();
    const { certificate, key } = await authority.issue('lns');
    const { address } = await start({ tls: { certificate, privateKey: key } } as never);
    const uri = `wss://${address}/router/${EUI}`;
    const stranger = new WebSocket(uri);
    const [error] = await once(stranger, 'error');
    expect(String(error)).toContain('certificate');
    const station = new WebSocket(uri, trusting(authority));
    await once(station, 'open');
    const discovery = new WebSocket(`wss://${address}/router-info`, trusting(authority));
    await once(discovery, 'open');
    discovery.send(JSON.stringify({ router: 1 }));
    const [answer] = await once(discovery, 'message');
    expect(JSON.parse(String(answer)).uri).toBe(`wss://${address}/router/0000000000000001`);
    station.terminate();
  });
});

describe('CUPS', () => {
  it('tells a station its LNS, and nothing to one that has it', async () => {
    const { address } = await start();
    const ask = async (tcUri: string) => {
      const body = JSON.stringify({ router: '70b3:d57e:d000:1', cupsUri: '', tcUri, cupsCredCrc: 0, tcCredCrc: 0 });
      const response = await fetch(`http://${address}/update-info`, { method: 'POST', body });
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const uri = `ws://${address}`;
    const news = await ask('wss://elsewhere:887');
    expect(news.status).toBe(200);
    expect(news.bytes.toString('latin1')).toBe(`\0${String.fromCharCode(uri.length)}${uri}${'\0'.repeat(12)}`);
    expect((await ask(uri)).bytes).toEqual(Buffer.alloc(14));
    expect((await fetch(`http://${address}/update-info`, { method: 'POST', body: 'x' })).status).toBe(400);
    expect((await fetch(`http://${address}/`)).status).toBe(404);
  });
});
