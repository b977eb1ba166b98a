import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';

class FleetError extends Error {}

/** The fleet server's REST API, as any program would use it: TLS against the installation's CA, a token. */
export class FleetClient {
  readonly #port: () => number;
  readonly #ca: string;
  readonly #token: string;

  constructor(port: () => number, ca: string, token: string) {
    this.#port = port;
    this.#ca = ca;
    this.#token = token;
  }

  /** That show who calls. */
  get headers(): { authorization: string } {
    return { authorization: `Bearer ${this.#token}` };
  }

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#call('POST', path, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.#call('PUT', path, body);
  }

  #call<T>(method: string, path: string, body?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...this.headers,
        ...(body ? { 'content-type': 'application/json' } : {}),
      };
      const call = request(
        {
          host: '127.0.0.1',
          port: this.#port(),
          ca: this.#ca,
          method,
          path: `/api/v1${path}`,
          headers,
          agent: false,
          timeout: 15_000,
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            const status = response.statusCode ?? 0;
            if (status < 200 || status > 299)
              reject(new FleetError(`${method} ${path}: ${status} ${text.slice(0, 500)}`));
            else resolve((text === '' ? undefined : JSON.parse(text)) as T);
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('no answer in time')));
      call.on('error', (error) => reject(new FleetError(`${method} ${path}: ${error.message}`)));
      call.end(body ? JSON.stringify(body) : undefined);
    });
  }
}

/** The installation's CA certificate (PEM), trusted because its fingerprint is the one that the server was started with. */
export function fetchAuthority(port: number, fingerprint: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path: '/ca.pem', rejectUnauthorized: false, agent: false },
      (response) => {
        let pem = '';
        response.on('data', (part: Buffer) => {
          pem += part.toString('utf8');
        });
        response.on('end', () => {
          const found = new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
          if (found === fingerprint) resolve(pem);
          else reject(new FleetError(`the server shows the CA ${found}, not ${fingerprint}`));
        });
      },
    );
    call.on('error', reject);
    call.end();
  });
}
