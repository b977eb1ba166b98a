import type { Client } from 'aedes';
import { PacketGuard } from './packet-guard.ts';

/** The part of an aedes client that is not in its types: the parser that every byte passes through. */
interface Parsing {
  _parser: { parse(chunk: Buffer): number };
}

/**
 * Puts a guard in front of the client's parser, which by itself would gather up to 256 MiB of one packet. The limit may
 * be raised when the client has shown who it is.
 */
export function limitPackets(client: Client, maxBytes: number): { maxBytes: number } {
  const guard = new PacketGuard(maxBytes);
  const parser = (client as Client & Parsing)._parser;
  const parse = parser.parse.bind(parser);
  parser.parse = (chunk) => {
    if (guard.accepts(chunk)) return parse(chunk);
    client.emit('error', new Error(`a packet is larger than ${guard.maxBytes} bytes`));
    return 0;
  };
  return guard;
}
