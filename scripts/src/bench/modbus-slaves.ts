import { Faults } from '../simulate/modbus/faults.ts';
import { ModbusTcpServer } from '../simulate/modbus/tcp-server.ts';

/** Slaves for the bench in a process of their own, so that their work is not counted: every register holds its address. */
const count = Number(process.argv[2] ?? 1);
const ports: number[] = [];
for (let index = 0; index < count; index += 1) {
  const server = new ModbusTcpServer(
    (_, request) => {
      const [first, registers] = [request.readUInt16BE(1), request.readUInt16BE(3)];
      const pdu = Buffer.alloc(2 + registers * 2);
      pdu[0] = request[0] ?? 3;
      pdu[1] = registers * 2;
      for (let offset = 0; offset < registers; offset += 1) pdu.writeUInt16BE(first + offset, 2 + offset * 2);
      return { pdu, readings: [] };
    },
    () => undefined,
    new Faults(Math.random, 0),
  );
  ports.push(await server.listen(0, '127.0.0.1'));
}
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.stdin.resume();
// The bench went away.
process.stdin.on('end', () => process.exit(0));
