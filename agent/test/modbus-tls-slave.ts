import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { subjectAddress, type TestAuthority } from './certificates.ts';

export interface SecureSlaveOptions {
  /** The address that its certificate names. */
  address?: string;
  /** Whether whoever comes has to show a certificate of the same authority. */
  asksCertificate?: boolean;
  served?(socket: TLSSocket): void;
}

/** A slave of MODBUS/TCP Security on an ephemeral loopback port; every register of it holds 42. */
export async function startSecureSlave(
  authority: TestAuthority,
  { address = '127.0.0.1', asksCertificate = true, served = () => undefined }: SecureSlaveOptions,
): Promise<{ port: number; close(): void }> {
  const { certificate: cert, key } = await authority.issue('slave', [subjectAddress(address)]);
  const sockets = new Set<TLSSocket>();
  const access = { requestCert: asksCertificate, rejectUnauthorized: asksCertificate };
  const server = createServer({ cert, key, ca: authority.pem, ...access }, (socket) => {
    sockets.add(socket);
    served(socket);
    socket.on('data', (bytes) => {
      socket.write(Buffer.concat([bytes.subarray(0, 4), Buffer.of(0, 5), bytes.subarray(6, 8), Buffer.of(2, 0, 42)]));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
