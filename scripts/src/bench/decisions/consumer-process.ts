import { connectAsync } from 'mqtt';

/** Where the consumer finds a broker that is a process of its own, and how it shows itself there. */
export interface ConsumerOrder {
  port: number;
  ca: string;
  certificate: string;
  key: string;
}

/** Consumes what gateways send from a broker of its own process, as a fleet server beside mosquitto would. */
async function consume({ port, ca, certificate: cert, key }: ConsumerOrder): Promise<void> {
  const client = await connectAsync(`mqtts://127.0.0.1:${port}`, { ca, cert, key });
  let messages = 0;
  client.on('message', () => {
    messages += 1;
  });
  await client.subscribeAsync('up/#', { qos: 1 });
  process.send?.({ ready: true });
  process.on('message', () => process.send?.({ messages }));
}

process.once('message', (order: ConsumerOrder) => {
  consume(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
