import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as requestTls } from 'node:https';
import { crc32 } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { BoundedLog } from '../../src/bounded-log.ts';
import { Ledger } from '../../src/ledger.ts';
import { euiOf } from '../../src/lorawan/basics-station/station-messages.ts';
import { StationServer } from '../../src/lorawan/basics-station/station-server.ts';
import { EU868 } from '../../src/lorawan/network-server/regions/eu868.ts';
import { subjectHost, TestAuthority } from '../certificates.ts';
import { SYSTEM_CLOCK } from './radio-bench.ts';
import { stationBenches } from './station-bench.ts';
import { STATION_EUI, StationClient } from './station-client.ts';

const TOKEN = 'a-token-of-sixteen-and-more';
const TOKENS = [{ gateway: STATION_EUI, token: TOKEN }];

const start = stationBenches();

/** A station checks its own way; here only that the certificate is the authority's. */
function trusting({ pem }: TestAuthority): { agent: Agent } {
  return { agent: new Agent({ ca: pem, checkServerIdentity: () => undefined }) };
}

async function ask(uri: string, router: unknown, options = {}): Promise<Record<string, unknown>> {
  const socket = new WebSocket(`${uri}/router-info`, options);
  await once(socket, 'open');
  socket.send(typeof router === 'string' && router === 'nonsense' ? router : JSON.stringify({ router }));
  const [answer] = await once(socket, 'message');
  return JSON.parse(String(answer)) as Record<string, unknown>;
}

describe('discovery', () => {
  it.each([
    '70-B3-D5-7E-D0-00-00-01',
    '70b3:d57e:d000:1',
    '70B3D57ED0000001',
  ])('tells router %s where to go', async (router) => {
    const { address } = await start();
    const uri = `ws://${address}/router/${STATION_EUI}`;
    expect(await ask(`ws://${address}`, router)).toEqual({ router, muxs: 'vigie', uri });
  });

  it.each([
    ['wss://lns.example', 'wss://lns.example:443'],
    ['wss://lns.example:8887', 'wss://lns.example:8887'],
  ])('names the public address %s with its port, which a station wants', async (publicUri, called) => {
    const { address } = await start({ publicUri });
    expect(await ask(`ws://${address}`, 1)).toMatchObject({ uri: `${called}/router/0000000000000001` });
  });

  it('says what is wrong with a router that has no EUI', async () => {
    const { address } = await start();
    expect(await ask(`ws://${address}`, 'nonsense')).toHaveProperty('error');
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

describe('a token', () => {
  it('opens the door, and nothing else does', async () => {
    const { address, station } = await start({ tokens: TOKENS });
    for (const token of [undefined, 'wrong-token-of-the-same-len', `${TOKEN}x`]) {
      const refused = new StationClient(`ws://${address}/router/${STATION_EUI}`, { token });
      const [error] = await once(refused.socket, 'error');
      expect(String(error)).toContain('401');
    }
    await station({ token: TOKEN });
  });
});

describe('TLS', () => {
  it('serves stations that trust its authority, and no others', async () => {
    const authority = await TestAuthority.create();
    const { certificate, key } = await authority.issue('lns');
    const { address } = await start({ tls: { certificate, privateKey: key } });
    const uri = `wss://${address}/router/${STATION_EUI}`;
    const stranger = new WebSocket(uri);
    const [error] = await once(stranger, 'error');
    expect(String(error)).toContain('certificate');
    const station = new WebSocket(uri, trusting(authority));
    await once(station, 'open');
    const answer = await ask(`wss://${address}`, 1, trusting(authority));
    expect(answer.uri).toBe(`wss://${address}/router/0000000000000001`);
    station.terminate();
  });
});

describe('being there', () => {
  const servers: StationServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function listening(): Promise<StationServer> {
    const server = new StationServer({
      config: { id: 'lns', type: 'basics-station', host: '127.0.0.1', port: 0 },
      clock: SYSTEM_CLOCK,
      ledger: new Ledger(),
      log: new BoundedLog(pino({ level: 'silent' }), SYSTEM_CLOCK),
      region: () => EU868,
      onReception: () => undefined,
    });
    servers.push(server);
    await server.listen();
    return server;
  }

  it('is believed of a station that never answers a ping, as long as its connection lives', async () => {
    const server = await listening();
    const station = await StationClient.connect(server.address(), { autoPong: false });
    for (const round of [1, 2, 3]) {
      server.ping();
      await vi.waitFor(() => expect(station.pings).toBe(round), { timeout: 10_000 });
    }
    for (let round = 0; round < 10; round += 1) server.ping();
    station.send({ msgtype: 'timesync', txtime: 1 });
    await station.sees('timesync');
    // It is not asked for ever.
    expect(station.pings).toBe(3);
    expect(server.gateways()).toHaveLength(1);
  });

  it('is no longer believed of a station that answered and does so no more', async () => {
    const server = await listening();
    const station = await StationClient.connect(server.address(), { autoPong: false });
    const closed = once(station.socket, 'close');
    station.socket.once('ping', (data) => station.socket.pong(data));
    server.ping();
    await vi.waitFor(() => expect(station.pings).toBe(1), { timeout: 10_000 });
    // What it says next comes after its answer.
    station.send({ msgtype: 'timesync', txtime: 1 });
    await station.sees('timesync');
    server.ping();
    await vi.waitFor(() => expect(station.pings).toBe(2), { timeout: 10_000 });
    expect(server.gateways()).toHaveLength(1);
    server.ping();
    await closed;
    await vi.waitFor(() => expect(server.gateways()).toEqual([]));
  });
});

interface UpdateInfo {
  status: number;
  tcUri: string;
  tcCred: Buffer;
}

/** Takes the segments of an answer apart (lorabasics: The CUPS Protocol). */
function segmentsOf(status: number, bytes: Buffer): UpdateInfo {
  if (status !== 200) return { status, tcUri: '', tcCred: Buffer.alloc(0) };
  const cupsUriEnd = 1 + bytes.readUInt8(0);
  const tcUriEnd = cupsUriEnd + 1 + bytes.readUInt8(cupsUriEnd);
  const cupsCredEnd = tcUriEnd + 2 + bytes.readUInt16LE(tcUriEnd);
  const tcCredEnd = cupsCredEnd + 2 + bytes.readUInt16LE(cupsCredEnd);
  expect([cupsUriEnd, cupsCredEnd - tcUriEnd]).toEqual([1, 2]);
  expect(bytes.subarray(tcCredEnd)).toEqual(Buffer.alloc(8));
  return {
    status,
    tcUri: bytes.toString('latin1', cupsUriEnd + 1, tcUriEnd),
    tcCred: bytes.subarray(cupsCredEnd + 2, tcCredEnd),
  };
}

interface Asking {
  host?: string;
  token?: string;
  tcUri?: string;
  tcCredCrc?: number;
}

async function updateInfo(address: string, authority: TestAuthority, asking: Asking = {}): Promise<UpdateInfo> {
  const { host, token, tcUri = '', tcCredCrc = 0 } = asking;
  const headers = { ...(host && { host }), ...(token && { authorization: `Bearer ${token}` }) };
  const request = requestTls(`https://${address}/update-info`, { method: 'POST', headers, ...trusting(authority) });
  request.end(JSON.stringify({ router: '70b3:d57e:d000:1', cupsUri: '', tcUri, cupsCredCrc: 0, tcCredCrc }));
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return segmentsOf(response.statusCode, Buffer.concat(chunks));
}

describe('CUPS', () => {
  it('tells a station its LNS, and nothing to one that has it', async () => {
    const { address } = await start();
    const askPlain = async (tcUri: string) => {
      const body = JSON.stringify({ router: '70b3:d57e:d000:1', cupsUri: '', tcUri, cupsCredCrc: 0, tcCredCrc: 0 });
      const response = await fetch(`http://${address}/update-info`, { method: 'POST', body });
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const uri = `ws://${address}`;
    const news = await askPlain('wss://elsewhere:887');
    expect(news.status).toBe(200);
    expect(news.bytes.toString('latin1')).toBe(`\0${String.fromCharCode(uri.length)}${uri}${'\0'.repeat(12)}`);
    expect((await askPlain(uri)).bytes).toEqual(Buffer.alloc(14));
    expect((await fetch(`http://${address}/update-info`, { method: 'POST', body: 'x' })).status).toBe(400);
    expect((await fetch(`http://${address}/`)).status).toBe(404);
  });

  /** With the authority behind the certificate, which names this host. */
  async function withTls(host: string, { tokens = false, chain = true, publicUri = '' } = {}) {
    const authority = await TestAuthority.create();
    const { certificate, key } = await authority.issue('lns', [subjectHost(host)]);
    const tls = { certificate: chain ? `${certificate}\n${authority.pem}` : certificate, privateKey: key };
    const bench = await start({ tls, ...(tokens && { tokens: TOKENS }), ...(publicUri && { publicUri }) });
    const { address } = bench;
    const port = address.split(':').at(-1);
    const trust = new X509Certificate(authority.pem).raw;
    return { ...bench, authority, port, trust };
  }

  it('gives a bare station all that it needs: address, authority and token', async () => {
    const { address, authority, port, trust } = await withTls('lns.example', { tokens: true });
    expect(await updateInfo(address, authority, {})).toMatchObject({ status: 401 });
    expect(await updateInfo(address, authority, { token: `${TOKEN}x` })).toMatchObject({ status: 401 });
    const news = await updateInfo(address, authority, { host: `lns.example:${port}`, token: TOKEN });
    expect(news.tcUri).toBe(`wss://lns.example:${port}`);
    const key = `Authorization: Bearer ${TOKEN}\r\n`;
    expect(news.tcCred).toEqual(Buffer.concat([trust, Buffer.alloc(4), Buffer.from(key)]));
    // It has stored that: the checksum over its files says so.
    const { tcUri, tcCred } = news;
    const again = await updateInfo(address, authority, { token: TOKEN, tcUri, tcCredCrc: crc32(tcCred) });
    expect(again).toEqual({ status: 200, tcUri: '', tcCred: Buffer.alloc(0) });
  });

  it('moves a station that has another LNS, and names a host that the certificate names', async () => {
    const { address, authority, port, trust } = await withTls('lns.example');
    const moved = await updateInfo(address, authority, { tcUri: 'wss://elsewhere.example:443' });
    expect(moved.tcUri).toBe(`wss://lns.example:${port}`);
    expect(moved.tcCred).toEqual(Buffer.concat([trust, Buffer.alloc(8)]));
  });

  it('leaves a station alone that gets through by an address', async () => {
    const { address, authority } = await withTls('lns.example');
    const kept = await updateInfo(address, authority, { tcUri: `wss://${address}` });
    expect(kept).toEqual({ status: 200, tcUri: '', tcCred: Buffer.alloc(0) });
  });

  it('gives no authority that it does not have', async () => {
    const { address, authority, port } = await withTls('lns.example', { chain: false });
    const news = await updateInfo(address, authority);
    expect(news).toEqual({ status: 200, tcUri: `wss://lns.example:${port}`, tcCred: Buffer.alloc(0) });
  });

  it('gives its authority for a public address only where the certificate names that', async () => {
    const other = await withTls('lns.example', { publicUri: 'wss://proxy.example:443' });
    expect(await updateInfo(other.address, other.authority)).toEqual({
      status: 200,
      tcUri: 'wss://proxy.example:443',
      tcCred: Buffer.alloc(0),
    });
    const own = await withTls('lns.example', { publicUri: 'wss://lns.example:443' });
    const news = await updateInfo(own.address, own.authority);
    expect(news).toMatchObject({ tcUri: 'wss://lns.example:443' });
    expect(news.tcCred.subarray(0, own.trust.length)).toEqual(own.trust);
  });
});
