import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issued } from './certificates.ts';

export async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real broker with mutual TLS on one port, that can be killed and started again. */
export class Mosquitto {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(ca: string, { certificate, key }: Issued): Promise<Mosquitto> {
    const port = await freeTcpPort();
    const folder = mkdtempSync(join(tmpdir(), 'vigie-mosquitto-'));
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      chmodSync(join(folder, name), 0o644);
      return join(folder, name);
    };
    file(
      'mosquitto.conf',
      [
        `listener ${port} 127.0.0.1`,
        `cafile ${file('ca.pem', ca)}`,
        `certfile ${file('server.pem', certificate)}`,
        `keyfile ${file('server.key', key)}`,
        'require_certificate true',
        'allow_anonymous true',
        'max_packet_size 2000000',
      ].join('\n'),
    );
    chmodSync(folder, 0o755);
    const broker = new Mosquitto(port, folder);
    await broker.run();
    return broker;
  }

  /** Without TLS, as another network's server might have it on a trusted network. */
  static async startPlain(): Promise<Mosquitto> {
    const port = await freeTcpPort();
    const folder = mkdtempSync(join(tmpdir(), 'vigie-mosquitto-'));
    writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
    chmodSync(folder, 0o755);
    const broker = new Mosquitto(port, folder);
    await broker.run();
    return broker;
  }

  async run(): Promise<void> {
    this.#child = spawn('mosquitto', ['-c', join(this.#folder, 'mosquitto.conf')], { stdio: 'ignore' });
    for (let tries = 0; !(await this.#answers()); tries++) {
      if (tries > 100) throw new Error('mosquitto does not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  }
}
