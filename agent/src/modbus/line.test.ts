import 'reflect-metadata';
import type { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import type { ModbusTlsBus } from '@vigie/contract';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Issued, TestAuthority } from '../../test/certificates.ts';
import { startSecureSlave } from '../../test/modbus-tls-slave.ts';
import { linkOf } from './bus-link.ts';
import type { Link } from './link.ts';
import { type RtsPort, writeWithRts } from './serial-line.ts';

/** MODBUS/TCP Security V3.6 section 8.4: where a certificate carries the role. */
const ROLE_OID = '1.3.6.1.4.1.50316.802.1';
const UTF8_STRING = 0x0c;

let authority: TestAuthority;
const slaves: { close(): void }[] = [];
let link: Link | undefined;

beforeAll(async () => {
  authority = await TestAuthority.create();
});
afterEach(async () => {
  await link?.close();
  for (const slave of slaves.splice(0)) slave.close();
});

async function secureSlave(address: string, served?: (socket: TLSSocket) => void, asks = true): Promise<number> {
  const slave = await startSecureSlave(authority, { address, asksCertificate: asks, ...(served && { served }) });
  slaves.push(slave);
  return slave.port;
}

function gateway(port: number, { certificate, key }: Issued, ca: string): ModbusTlsBus {
  return { id: 'b', type: 'tls', host: '127.0.0.1', port, ca, certificate, key, timeoutMs: 500 };
}

async function read(bus: ModbusTlsBus): Promise<unknown> {
  link = linkOf(bus, { monotonicMs: () => performance.now(), random: () => 0.5 });
  return link.exchange(1, { kind: 'read', table: 'holdingRegister', address: 0, count: 1 });
}

describe('a secure bus', () => {
  it('shows its certificate with the role and reads', async () => {
    let role: string | undefined;
    const port = await secureSlave('127.0.0.1', (socket) => {
      const raw = socket.getPeerCertificate().raw;
      const extension = new x509.X509Certificate(raw).extensions.find(({ type }) => type === ROLE_OID);
      role = extension && Buffer.from(extension.value).subarray(2).toString();
    });
    const value = Buffer.concat([Buffer.of(UTF8_STRING, 8), Buffer.from('Operator')]);
    const own = await authority.issue('gateway', [new x509.Extension(ROLE_OID, false, value)]);
    expect(await read(gateway(port, own, authority.pem))).toEqual({
      ok: true,
      reply: { kind: 'values', values: [42] },
    });
    expect(role).toBe('Operator');
  });

  it('reads without a certificate of its own from a slave that asks for none', async () => {
    const port = await secureSlave('127.0.0.1', undefined, false);
    const bus = { id: 'b', type: 'tls', host: '127.0.0.1', port, ca: authority.pem, timeoutMs: 500 } as const;
    expect(await read(bus)).toEqual({ ok: true, reply: { kind: 'values', values: [42] } });
  });

  it('does not speak to a slave that another authority vouches for, nor under another address', async () => {
    const own = await authority.issue('gateway', []);
    const port = await secureSlave('127.0.0.1');
    const other = await TestAuthority.create();
    expect(await read(gateway(port, own, other.pem))).toMatchObject({ ok: false, code: 'MODBUS_CONNECTION' });
    const elsewhere = await secureSlave('127.0.0.9');
    expect(await read(gateway(elsewhere, own, authority.pem))).toMatchObject({ ok: false, code: 'MODBUS_CONNECTION' });
  });
});

describe('a half-duplex adapter', () => {
  it('sends while RTS is raised and lets it fall after the last bit', () => {
    const seen: string[] = [];
    let drained: (() => void) | undefined;
    const port: RtsPort = {
      set: ({ rts }, done) => {
        seen.push(rts ? 'raise' : 'fall');
        done(null);
      },
      write: (bytes) => seen.push(`write ${bytes.toString('hex')}`),
      drain: (done) => {
        drained = () => done(null);
      },
    };
    writeWithRts(port, Uint8Array.of(1, 2), () => seen.push('failed'));
    expect(seen).toEqual(['raise', 'write 0102']);
    drained?.();
    expect(seen).toEqual(['raise', 'write 0102', 'fall']);
  });

  it('tells when the port has no such line', () => {
    const failures: string[] = [];
    const port: RtsPort = {
      set: (_, done) => done(new Error('no RTS here')),
      write: () => failures.push('sent all the same'),
      drain: () => undefined,
    };
    writeWithRts(port, Uint8Array.of(1), (reason) => failures.push(reason));
    expect(failures).toEqual(['no RTS here']);
  });
});
