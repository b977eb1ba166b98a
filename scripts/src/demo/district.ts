import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppProgram } from './app-program.ts';
import { Backhaul } from './backhaul.ts';
import { type CityDescription, configOf } from './city.ts';
import { FleetClient, fetchAuthority } from './fleet-client.ts';
import { Program, until } from './program.ts';
import { Subscriber, type SubscriberOptions } from './subscriber.ts';
import { type EmittedReading, TruthTail } from './truth-tail.ts';
import type { Observation } from './verdict.ts';

const SIMULATOR = 'scripts/src/simulate/main.ts';

export const TENANT = 'demo-town';
export const GATEWAY = 'cabinet-1';

export interface DistrictOptions {
  /** An empty folder (but for a disk that is mounted as the agent's) for everything that the district writes. */
  folder: string;
  httpPort: number;
  mqttPort: number;
  /** Options of the simulated city. */
  city: readonly string[];
  /** Options of `vigie-agent run` beyond what the district needs. */
  agent?: readonly string[];
  /** A program that starts the agent, with its options. */
  agentWrapper?: readonly string[];
  /** Options of all verbs of the server, such as another database. */
  server?: readonly string[];
  say(line: string): void;
}

/** A reading as the API gives it; `id` is gateway, epoch, sequence number and place in its record. */
export interface StoredReading extends Observation {
  id: string;
  /** When the gateway received it. */
  receivedAt: string;
  reasons?: string[];
}

/** The part of the agent's `/status` that is read here. */
export interface AgentStatus {
  link: { up: boolean; backlog: number };
  rssBytes: number;
  config: { applied: number; rejected?: { revision: number } };
  outbox: { records: number; bytes: number };
  ledger: Record<string, { in: number; out: number; held: number; dropped: Record<string, number> }>;
}

interface ServerReady {
  http: { port: number };
  mqtt: { port: number };
  caFingerprint: string;
  console: string;
  firstAdministrator?: { name: string; password: string };
}

/** A fleet server, one enrolled gateway, a simulated city and a platform, each in a process of its own. */
export class District {
  readonly #options: DistrictOptions;
  readonly #truth: TruthTail;
  readonly #agentApp: AppProgram;
  readonly #serverApp: AppProgram;
  readonly backhaul: Backhaul;
  #server: Program | undefined;
  #agent: Program | undefined;
  #city: Program | undefined;
  #subscriber: Subscriber | undefined;
  #ready: ServerReady | undefined;
  #client: FleetClient | undefined;
  #access = { ca: '', token: '' };
  #announcedMqttPort = 0;
  #agentPeakRss = 0;
  #rssTimer: NodeJS.Timeout | undefined;
  login = { name: '', password: '' };
  description: CityDescription | undefined;
  /** How the platform of the district signs in. */
  platform: SubscriberOptions | undefined;

  constructor(options: DistrictOptions) {
    this.#options = options;
    this.#truth = new TruthTail(join(options.folder, 'truth.jsonl'));
    this.#agentApp = new AppProgram('agent', join(options.folder, 'build/agent'));
    this.#serverApp = new AppProgram('server', join(options.folder, 'build/server'));
    this.backhaul = new Backhaul(() => ({ host: '127.0.0.1', port: this.#ready?.mqtt.port ?? 0 }));
  }

  get console(): string {
    return this.#ready?.console ?? '';
  }

  get api(): FleetClient {
    if (!this.#client) throw new Error('the district is not started');
    return this.#client;
  }

  get subscriber(): Subscriber {
    if (!this.#subscriber) throw new Error('the district is not started');
    return this.#subscriber;
  }

  get agentPeakRssBytes(): number {
    return this.#agentPeakRss;
  }

  get programs(): Program[] {
    return [this.#server, this.#agent, this.#city].filter((program) => program !== undefined);
  }

  async start(): Promise<void> {
    const { say, folder } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    say('building the agent and the server as they are shipped');
    await Promise.all([this.#agentApp.build(), this.#serverApp.build()]);
    say('starting the fleet server');
    this.#announcedMqttPort = await this.backhaul.listen();
    await this.startServer();
    this.login = this.#ready?.firstAdministrator ?? this.login;
    await this.#provision();
    say('enrolling the gateway');
    await this.#enrolAgent();
    this.startAgent();
    say('waking the city');
    await this.#startCity();
  }

  /** Also after a kill: on the same ports and data as before. */
  async startServer(): Promise<void> {
    const { folder, httpPort, mqttPort } = this.#options;
    const readyFile = join(folder, 'server-ready.json');
    const passwordFile = join(folder, 'first-password');
    rmSync(readyFile, { force: true });
    // Chosen here, so that nobody who only looks round has to choose one.
    if (!existsSync(passwordFile)) writeFileSync(passwordFile, `${randomUUID()}\n`, { mode: 0o600 });
    const server = this.#serverApp.start(
      [
        ...['run', '--data', join(folder, 'server'), '--ready-file', readyFile],
        ...['--first-password-file', passwordFile],
        ...['--console', 'fleet-server/console/dist', ...(this.#options.server ?? [])],
        ...['--http-port', String(this.#ready?.http.port ?? httpPort)],
        ...['--mqtt-port', String(this.#ready?.mqtt.port ?? mqttPort)],
        ...['--announce-mqtt', `127.0.0.1:${this.#announcedMqttPort}`],
      ],
      this.serverLog,
    );
    this.#server = server;
    this.#ready = await until(
      'the fleet server',
      () => existsSync(readyFile) && (JSON.parse(readFileSync(readyFile, 'utf8')) as ServerReady),
      { limitMs: 30_000, alive: [server] },
    );
  }

  /** A token for the demo, a tenant with a gateway, and a platform that subscribes before the first reading. */
  async #provision(): Promise<void> {
    const port = () => this.#ready?.http.port ?? 0;
    const ca = await fetchAuthority(port(), this.#ready?.caFingerprint ?? '');
    const created = this.#serverApp.call([
      ...['token', 'create', '--name', 'demo', '--role', 'administrator', '--json'],
      ...['--data', join(this.#options.folder, 'server'), ...(this.#options.server ?? [])],
    ]);
    const { secret: token } = JSON.parse(created) as { secret: string };
    this.#access = { ca, token };
    this.#client = new FleetClient(port, ca, token);
    await this.api.post('/tenants', { id: TENANT, name: 'Demo town' });
    await this.api.post(`/tenants/${TENANT}/gateways`, { id: GATEWAY, name: 'Street cabinet 1' });
    const { account, password } = await this.api.post<{ account: { name: string }; password: string }>(
      `/tenants/${TENANT}/platform-accounts`,
      { name: 'hypervisor' },
    );
    this.platform = { port: this.#ready?.mqtt.port ?? 0, ca, username: account.name, password, tenant: TENANT };
    this.#subscriber = await Subscriber.connect(this.platform);
  }

  async #enrolAgent(): Promise<void> {
    const { claim } = await this.api.post<{ claim: string }>(`/tenants/${TENANT}/gateways/${GATEWAY}/claims`, {});
    this.#agentApp.call(['enrol', '-', '--data', this.agentData, '--json'], claim);
  }

  get agentData(): string {
    return join(this.#options.folder, 'agent');
  }

  get serverLog(): string {
    return join(this.#options.folder, 'server.log');
  }

  get agentLog(): string {
    return join(this.#options.folder, 'agent.log');
  }

  /** Also after a kill; `wrapper` is a program that starts the agent for us, with its options. */
  startAgent(
    wrapper: readonly string[] = this.#options.agentWrapper ?? [],
    clock: 'trusted' | 'auto' = 'trusted',
  ): Program {
    const args = ['run', '--data', this.agentData, '--health-port', '0', '--clock', clock, '--connect-spread', '0'];
    const agent = this.#agentApp.start([...args, ...(this.#options.agent ?? [])], this.agentLog, wrapper);
    this.#agent = agent;
    clearInterval(this.#rssTimer);
    this.#rssTimer = setInterval(() => {
      this.#agentPeakRss = Math.max(this.#agentPeakRss, agent.rssBytes());
    }, 250);
    return agent;
  }

  /** As a power cut would: no goodbye. */
  async killAgent(): Promise<void> {
    await this.#agent?.stop('SIGKILL');
    this.#agent = undefined;
  }

  /** Stops the agent in the middle of whatever it does, without ending it. */
  freezeAgent(): void {
    this.#agent?.signal('SIGSTOP');
  }

  /** What the agent says of itself on its loopback port. */
  async agentStatus(): Promise<AgentStatus> {
    return (await (await this.#askAgent('/status')).json()) as AgentStatus;
  }

  /** In the text format of Prometheus. */
  async agentMetrics(): Promise<string> {
    return (await this.#askAgent('/metrics')).text();
  }

  /** Where the fleet server is, and an administrator's token for it. */
  get serverAddress(): { api: FleetClient; httpPort: number; mqttPort: number; ca: string; token: string } {
    const { http, mqtt } = this.#ready ?? {};
    return { api: this.api, httpPort: http?.port ?? 0, mqttPort: mqtt?.port ?? 0, ...this.#access };
  }

  get agentHealthPort(): number {
    const running = JSON.parse(readFileSync(join(this.agentData, 'running.json'), 'utf8')) as { healthPort: number };
    return running.healthPort;
  }

  #askAgent(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.agentHealthPort}${path}`, { signal: AbortSignal.timeout(5_000) });
  }

  async killServer(): Promise<void> {
    await this.#server?.stop('SIGKILL');
    this.#server = undefined;
  }

  /** Stops the polls and the radio devices and waits until the city wrote down its last truth. */
  async stopCity(): Promise<void> {
    const code = await this.#city?.stop('SIGTERM');
    this.#city = undefined;
    // One that did not end in order has not written down all that it said.
    if (code !== undefined && code !== 0) throw new Error(`the city ended with ${code}`);
  }

  /** What `vigie-agent doctor --json` says of the gateway. */
  doctor(): { ok: boolean; findings: { check: string; verdict: string; detail: string }[] } {
    return JSON.parse(this.#agentApp.call(['doctor', '--json', '--data', join(this.#options.folder, 'agent')]));
  }

  /** All readings that the server holds, page by page as a platform that pulls would. */
  async history(): Promise<StoredReading[]> {
    const stored: StoredReading[] = [];
    let after = '0';
    for (;;) {
      const page: { items: StoredReading[]; next: string; more: boolean } = await this.api.get(
        `/tenants/${TENANT}/readings?gateway=${GATEWAY}&limit=1000&after=${after}`,
      );
      stored.push(...page.items);
      after = page.next;
      if (!page.more) return stored;
    }
  }

  emitted(): readonly EmittedReading[] {
    return this.#truth.read();
  }

  async stop(): Promise<void> {
    clearInterval(this.#rssTimer);
    await this.#subscriber?.close();
    await this.#city?.stop();
    await this.#agent?.stop();
    await this.#server?.stop();
    this.backhaul.close();
  }

  async #startCity(): Promise<void> {
    const { folder, city } = this.#options;
    const udpPort = await freeUdpPort();
    const description = join(folder, 'city.json');
    const program = new Program(
      'city',
      [
        ...[process.execPath, SIMULATOR, '--udp', `127.0.0.1:${udpPort}`, '--modbus-base-port', '0'],
        ...['--rtu', join(folder, 'rs485'), '--truth', join(folder, 'truth.jsonl'), '--city', description, ...city],
      ],
      join(folder, 'city.log'),
    );
    this.#city = program;
    this.description = await until('the city', () => existsSync(description) && readDescription(description), {
      limitMs: 20_000,
      alive: [program],
    });
    await this.api.put(`/tenants/${TENANT}/gateways/${GATEWAY}/config`, configOf(this.description, udpPort));
  }
}

function readDescription(file: string): CityDescription | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CityDescription;
  } catch {
    return undefined;
  }
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
