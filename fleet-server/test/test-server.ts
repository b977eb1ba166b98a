import { request } from 'node:https';
import { pino } from 'pino';
import { type Installation, openInstallation } from '../src/installation.ts';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';
import { createSqlite, type TestDatabase } from './databases.ts';

export interface ApiAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  body: any;
  headers: Record<string, string | string[] | undefined>;
}

export interface ApiRequest {
  method?: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** API token; without one the request is anonymous. */
  token?: string;
}

const FIRST_PASSWORD = 'canards du lac gele';

/** A whole server on ephemeral ports of the loopback, over a database that outlives its restarts. */
export class TestServer {
  readonly database: TestDatabase;
  readonly #options: Partial<ServerOptions>;
  installation!: Installation;
  running!: RunningServer;
  /** Password of the first administrator. */
  password = '';
  /** Token of an administrator of the whole installation. */
  token = '';

  private constructor(database: TestDatabase, options: Partial<ServerOptions>) {
    this.database = database;
    this.#options = options;
  }

  static async start(database?: TestDatabase, options: Partial<ServerOptions> = {}): Promise<TestServer> {
    const server = new TestServer(database ?? (await createSqlite()), options);
    await server.boot();
    const signedIn = await server.api({
      method: 'POST',
      path: '/session',
      body: { name: 'admin', password: server.password },
    });
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
    const token = await server.api({
      method: 'POST',
      path: '/tokens',
      body: { name: 'test', tenant: null, role: 'administrator' },
      headers: { cookie, 'x-csrf-token': signedIn.body.csrfToken },
    });
    server.token = token.body.secret;
    return server;
  }

  async boot(): Promise<void> {
    const { dataFolder, databaseUrl, clock } = this.database;
    this.installation = await openInstallation({
      dataFolder,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      firstPassword: FIRST_PASSWORD,
      ...(clock && { clock }),
      ...(this.#options.installation ?? {}),
    });
    this.password = this.installation.firstAdministrator?.password ?? this.password;
    this.running = await startServer({
      installation: this.installation,
      host: '127.0.0.1',
      bind: '127.0.0.1',
      httpPort: this.running?.http.port ?? 0,
      mqttPort: this.running?.mqtt.port ?? 0,
      consoleFolder: '/nonexistent',
      log: pino({ level: process.env.VIGIE_TEST_LOG ?? 'silent' }),
      ...this.#options,
    });
  }

  /** Stops and starts again on the same ports and data. */
  async restart(): Promise<void> {
    await this.running.close();
    await this.boot();
  }

  async remove(): Promise<void> {
    await this.running.close();
    await this.database.remove();
  }

  get ca(): string {
    return this.installation.ca.certificatePem;
  }

  /** As the administrator of the installation; throws what is not a success. */
  async admin(method: string, path: string, body?: unknown): Promise<ApiAnswer['body']> {
    const answer = await this.api({ method, path, token: this.token, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async api({ method = 'GET', path, body, token, headers = {} }: ApiRequest): Promise<ApiAnswer> {
    return this.http(`/api/v1${path}`, {
      method,
      body,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    });
  }

  http(
    path: string,
    { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<ApiAnswer> {
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: this.running.http.port,
          path,
          method,
          ca: this.ca,
          agent: false,
          headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () => {
            const text = Buffer.concat(parts).toString();
            const json = String(response.headers['content-type']).includes('json');
            resolve({
              status: response.statusCode ?? 0,
              body: json ? JSON.parse(text) : text,
              headers: response.headers,
            });
          });
        },
      );
      call.on('error', reject);
      call.end(payload);
    });
  }
}
