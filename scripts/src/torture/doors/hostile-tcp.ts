import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface TcpTarget {
  port: number;
  /** Its handshake is made before anything is said, except by those who never end it. */
  tls?: boolean;
  /** What an honest client may begin with: what is said amiss is made from it. */
  says: readonly Buffer[];
}

type Visit = (target: TcpTarget, random: () => number) => Promise<void>;

/** Longest stay of one visit: many are under way at once. */
const STAY_MS = 400;
const CROWD = 40;
/** Never more at once from one attack, whatever the other side takes. */
const UNREAD_BYTES = 1_048_576;

/** Strangers come from other addresses than the honest neighbour. */
function strangersAddress(random: () => number): string {
  return `127.66.0.${1 + Math.floor(random() * 200)}`;
}

function open({ port, tls }: TcpTarget, random: () => number, withTls = tls === true): Socket {
  const way = { host: '127.0.0.1', port, localAddress: strangersAddress(random) };
  const socket = withTls ? connectTls({ ...way, rejectUnauthorized: false }) : connect(way);
  return socket.on('error', () => undefined);
}

function stay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function pick<T>(of: readonly T[], random: () => number): T | undefined {
  return of[Math.floor(random() * of.length)];
}

export function mutated(bytes: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let times = 1 + Math.floor(random() * 4); times > 0 && copy.length > 0; times--)
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  return random() < 0.2 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy;
}

function noise(random: () => number): Buffer {
  return Buffer.from(Array.from({ length: 1 + Math.floor(random() * 2_000) }, () => Math.floor(random() * 256)));
}

const VISITS: Readonly<Record<string, Visit>> = {
  silent: async (target, random) => {
    const socket = open(target, random);
    await stay(STAY_MS * random());
    socket.destroy();
  },
  'half a handshake': async (target, random) => {
    const socket = open(target, random, false);
    socket.write(Buffer.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01));
    await stay(STAY_MS * random());
    socket.destroy();
  },
  noise: async (target, random) => {
    const socket = open(target, random, random() < 0.5 && target.tls === true);
    socket.end(noise(random));
    await stay(STAY_MS * random());
    socket.destroy();
  },
  'damaged words': async (target, random) => {
    const socket = open(target, random);
    for (let times = 1 + Math.floor(random() * 5); times > 0; times--)
      socket.write(mutated(pick(target.says, random) ?? Buffer.alloc(0), random));
    await stay(STAY_MS * random());
    socket.destroy();
  },
  slow: async (target, random) => {
    const socket = open(target, random);
    const words = pick(target.says, random) ?? Buffer.alloc(0);
    for (let at = 0; at < words.length && at < 20 && !socket.destroyed; at++) {
      socket.write(words.subarray(at, at + 1));
      await stay(STAY_MS / 20);
    }
    socket.destroy();
  },
  'asks and never reads': async (target, random) => {
    const socket = open(target, random);
    socket.pause();
    const words = pick(target.says, random) ?? Buffer.alloc(0);
    for (let sent = 0; sent < UNREAD_BYTES && words.length > 0 && !socket.destroyed; sent += words.length * 50)
      if (!socket.write(Buffer.concat(Array(50).fill(words)))) break;
    await stay(STAY_MS);
    socket.destroy();
  },
  crowd: async (target, random) => {
    const sockets = Array.from({ length: CROWD }, () => open(target, random));
    await stay(STAY_MS * random());
    for (const socket of sockets) socket.destroy();
  },
  'hangs up at once': async (target, random) => {
    for (let times = 10; times > 0; times--) {
      const socket = open(target, random, false);
      socket.once('connect', () => socket.resetAndDestroy());
      await stay(2);
    }
  },
};

/** One visit of a kind that the dice choose. */
export async function visitTcp(target: TcpTarget, random: () => number): Promise<void> {
  await pick(Object.values(VISITS), random)?.(target, random);
}
