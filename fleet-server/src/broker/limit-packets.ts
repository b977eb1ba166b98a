import { PacketGuard } from '@vigie/contract';
import type { Client } from 'aedes';
import { PubackFilter } from './puback-filter.ts';

/** The parts of an aedes client that are not in its types: the parser of every byte, and the timer of its keep-alive. */
interface Inner {
  _parser: { parse(chunk: Buffer): number };
  _keepaliveInterval: number;
  _keepaliveTimer: NodeJS.Timeout | null;
}

/** What stands between a client's socket and its parser. */
export interface PacketGate {
  /** Largest packet; it may be raised when the client has shown who it is. */
  maxBytes: number;
  /** From then on acknowledgements of readings are taken here. */
  takeAcknowledgements(take: (messageIds: readonly number[]) => void): void;
}

/**
 * Puts a guard in front of the client's parser, which by itself would gather up to 256 MiB of one packet, and for a
 * subscriber a filter that takes out the acknowledgements.
 */
export function limitPackets(client: Client, maxBytes: number): PacketGate {
  const guard = new PacketGuard(maxBytes);
  const inner = client as Client & Inner;
  const parser = inner._parser;
  const parse = parser.parse.bind(parser);
  const filter = new PubackFilter();
  let take: (messageIds: readonly number[]) => void = () => undefined;
  parser.parse = (chunk) => {
    if (!guard.accepts(chunk)) {
      client.emit('error', new Error(`a packet is larger than ${guard.maxBytes} bytes`));
      return 0;
    }
    const { messageIds, rest } = filter.filter(chunk);
    if (messageIds.length > 0) {
      // Any packet shows that the client is alive (MQTT 3.1.1, 3.1.2.10).
      if (inner._keepaliveInterval > 0) inner._keepaliveTimer?.refresh();
      take(messageIds);
    }
    return rest.length > 0 ? parse(rest) : 0;
  };
  return {
    get maxBytes() {
      return guard.maxBytes;
    },
    set maxBytes(bytes) {
      guard.maxBytes = bytes;
    },
    takeAcknowledgements: (taker) => {
      filter.enabled = true;
      take = taker;
    },
  };
}
