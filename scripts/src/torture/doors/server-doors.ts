import { generate } from 'mqtt-packet';
import type { Door } from './door.ts';
import { visitTcp } from './hostile-tcp.ts';
import { visitAsGateway } from './server-hostile-gateway.ts';
import { HonestClient, HonestGateway } from './server-neighbours.ts';
import type { ServerTargets } from './server-targets.ts';

/** Every listener of the fleet server, from outside and from within an identity that was taken over. */
export function serverDoors(targets: ServerTargets): Door[] {
  const { httpPort, mqttPort } = targets;
  const gateway = new HonestGateway(targets);
  const client = new HonestClient(targets);
  const acknowledged = () => gateway.acknowledgedMs();
  const https = (name: string, says: readonly Buffer[], path?: string): Door => ({
    name,
    attack: (random) => visitTcp({ port: httpPort, tls: true, says }, random),
    neighbourMs: () => client.answeredMs(path),
  });
  return [
    {
      name: 'broker',
      attack: (random) => visitTcp({ port: mqttPort, tls: true, says: mqttWords() }, random),
      neighbourMs: acknowledged,
    },
    { name: 'gateway', attack: (random) => visitAsGateway(targets, random), neighbourMs: acknowledged },
    https('API', apiWords()),
    https('sign-in', [post('/api/v1/session', { name: 'admin', password: 'guess' })]),
    https('enrolment', [post('/enrol', { v: 1, code: 'AAAAA-AAAAA-AAAAA-AAAAA', csr: 'x'.repeat(2_000) })]),
    https('live streams', [get('/api/v1/tenants/doors-honest/readings/live', targets.token)]),
    https('health', [get('/health'), get('/metrics')], '/health'),
  ];
}

function mqttWords(): Buffer[] {
  const connect = (username: string, clientId: string) =>
    generate({
      ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 0 },
      ...{ clientId, username, password: Buffer.from('guess') },
    });
  return [
    connect('platform', 'a'),
    connect('x'.repeat(300), 'b'),
    connect('platform', 'c'.repeat(1_000)),
    generate({ cmd: 'pingreq' }),
    generate({ cmd: 'publish', topic: 'a/b', payload: 'x', qos: 0, dup: false, retain: false }),
  ];
}

function apiWords(): Buffer[] {
  return [
    get('/api/v1/tenants'),
    get('/api/v1/tenants', 'vgt_guess'),
    get(`/${'a'.repeat(8_000)}`),
    post('/api/v1/tenants', nested(2_000)),
    Buffer.from('GET / HTTP/1.1\r\nHost: [\r\n\r\n'),
    Buffer.from('POST /enrol HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n'),
    Buffer.from(`GET / HTTP/1.1\r\n${'X-Filler: y\r\n'.repeat(500)}`),
  ];
}

function get(path: string, token?: string): Buffer {
  const credential = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${credential}\r\n`);
}

function post(path: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  const head = `Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}`;
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\n${text}`);
}

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
