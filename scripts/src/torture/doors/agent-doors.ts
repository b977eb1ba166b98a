import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Door } from './door.ts';
import { mutated, type TcpTarget, visitTcp } from './hostile-tcp.ts';

/** Where the agent listens. */
export interface AgentTargets {
  udpPort: number;
  stationPort: number;
  modbusPort: number;
  healthPort: number;
}

const HONEST = '127.0.0.1';
/** An answer that took longer is none. */
const PATIENCE_MS = 10_000;
const DATAGRAMS = 100;

export function agentDoors({ udpPort, stationPort, modbusPort, healthPort }: AgentTargets): Door[] {
  return [
    packetForwarders(udpPort),
    tcpDoor('stations', { port: stationPort, says: stationWords() }, () => discoveryMs(stationPort)),
    tcpDoor('Modbus readings', { port: modbusPort, says: [READ_HOLDING] }, () => registerMs(modbusPort)),
    tcpDoor('health', { port: healthPort, says: healthWords() }, () => healthMs(healthPort)),
  ];
}

function tcpDoor(name: string, target: TcpTarget, neighbourMs: () => Promise<number>): Door {
  return { name, neighbourMs, attack: (random) => visitTcp(target, random) };
}

const PUSH = Buffer.concat([
  Buffer.from('0200aa000016c001f1500812', 'hex'),
  Buffer.from(
    '{"rxpk":[{"tmst":1,"freq":868.1,"stat":1,"modu":"LORA","datr":"SF7BW125","rssi":-50,"lsnr":5,"data":"AA=="}]}',
  ),
]);
const PULL = Buffer.from('0200bb020016c001f1500812', 'hex');

/** A flood of datagrams, damaged and sound, from a forwarder that nobody knows. */
function packetForwarders(port: number): Door {
  return {
    name: 'packet forwarders',
    attack: async (random) => {
      const socket = createSocket('udp4').bind(0, `127.66.0.${1 + Math.floor(random() * 200)}`);
      await once(socket, 'listening');
      for (let sent = 0; sent < DATAGRAMS; sent++) {
        const deep = Buffer.concat([
          PUSH.subarray(0, 12),
          Buffer.from('['.repeat(1_000 + Math.floor(random() * 30_000))),
        ]);
        const bytes = random() < 0.05 ? deep : mutated(random() < 0.5 ? PUSH : PULL, random);
        socket.send(bytes, port, HONEST, () => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.close();
    },
    neighbourMs: () => acknowledgedMs(port),
  };
}

async function acknowledgedMs(port: number): Promise<number> {
  const socket = createSocket('udp4').bind(0, HONEST);
  await once(socket, 'listening');
  try {
    return await timed(async (signal) => {
      socket.send(PULL, port, HONEST);
      await once(socket, 'message', { signal });
    });
  } finally {
    socket.close();
  }
}

function stationWords(): Buffer[] {
  const upgrade = [
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ].join('\r\n');
  const nested = `{"router":${'['.repeat(3_000)}${']'.repeat(3_000)}}`;
  return [
    `GET /router-info HTTP/1.1\r\n${upgrade}\r\n\r\n`,
    `GET /router/0016c001f1500812 HTTP/1.1\r\n${upgrade}\r\n\r\n`,
    'POST /update-info HTTP/1.1\r\nHost: [\r\nContent-Length: 16\r\n\r\n{"router":"::1"}',
    `POST /update-info HTTP/1.1\r\nHost: a\r\nContent-Length: ${nested.length}\r\n\r\n${nested}`,
  ].map((text) => Buffer.from(text));
}

async function discoveryMs(port: number): Promise<number> {
  const socket = new WebSocket(`ws://${HONEST}:${port}/router-info`);
  try {
    return await timed(async (signal) => {
      await once(socket, 'open', { signal });
      socket.send('{"router":"::1"}');
      await once(socket, 'message', { signal });
    });
  } finally {
    socket.close();
  }
}

const READ_HOLDING = Buffer.from('000100000006010300000002', 'hex');

async function registerMs(port: number): Promise<number> {
  const socket = connect(port, HONEST).on('error', () => undefined);
  try {
    return await timed(async (signal) => {
      await once(socket, 'connect', { signal });
      socket.write(READ_HOLDING);
      await once(socket, 'data', { signal });
    });
  } finally {
    socket.destroy();
  }
}

function healthWords(): Buffer[] {
  return ['/healthz', '/status', '/metrics', '/modbus/exchange'].map((path) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  );
}

function healthMs(port: number): Promise<number> {
  return timed(async (signal) => {
    const call = request({ host: HONEST, port, path: '/healthz', agent: false, signal });
    call.on('error', () => undefined);
    call.end();
    const [response] = await once(call, 'response', { signal });
    response.resume();
    await once(response, 'end', { signal });
  });
}

/** How long the work takes; infinite where it fails or takes longer than anybody waits. */
export async function timed(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  try {
    await work(AbortSignal.timeout(PATIENCE_MS));
    return performance.now() - beganMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
