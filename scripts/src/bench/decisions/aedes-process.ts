import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { pathToFileURL } from 'node:url';

/** What the process that consumes is told and tells: the broker's own certificate and authority; its port; messages so far. */
export interface BrokerOrder {
  ca: string;
  certificate: string;
  key: string;
}

/** The part of aedes that is used here. It is the fleet server's, not this folder's. */
interface AedesModule {
  Aedes: { createBroker(options: object): Promise<Broker> };
}
interface Broker {
  handle(socket: object): void;
  on(event: 'publish', listener: (packet: { topic: string; payload: Buffer }) => void): void;
}

const fleetServer = new URL('../../../../fleet-server/package.json', import.meta.url);

/** aedes with mutual TLS, in the process that consumes what gateways send, as the fleet server has it. */
async function serve({ ca, certificate, key }: BrokerOrder): Promise<void> {
  const { Aedes } = (await import(pathToFileURL(createRequire(fleetServer).resolve('aedes')).href)) as AedesModule;
  const broker = await Aedes.createBroker({ heartbeatInterval: 60_000 });
  let messages = 0;
  broker.on('publish', ({ topic }) => {
    if (topic.startsWith('up/')) messages += 1;
  });
  const server = createServer({ ca, cert: certificate, key, requestCert: true }, (socket) => broker.handle(socket));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('message', () => process.send?.({ messages }));
}

process.once('message', (order: BrokerOrder) => {
  serve(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
