import type { ModbusBus, ModbusRtuBus } from '@vigie/contract';
import { characterMs, type OpenLine, tcpLine, tlsLine } from './line.ts';
import { Link } from './link.ts';
import { RtuFraming } from './rtu-framing.ts';
import { TcpFraming } from './tcp-framing.ts';

export interface BusLinkParts {
  monotonicMs: () => number;
  random: () => number;
  /** Opens a serial port; the machine's own where absent. */
  openPort?: ((bus: ModbusRtuBus) => OpenLine) | undefined;
}

const DEFAULT_TIMEOUT_MS = 1_000;

export function timeoutOf(bus: ModbusBus): number {
  return bus.timeoutMs ?? DEFAULT_TIMEOUT_MS;
}

/** The link of a bus as its configuration describes it; nothing is opened yet. */
export function linkOf(bus: ModbusBus, { monotonicMs, random, openPort }: BusLinkParts): Link {
  const common = { timeoutMs: timeoutOf(bus), monotonicMs, random };
  const mbap = { framing: newTcpFraming, characterMs: 0, anonymous: false };
  const rtu = { framing: () => new RtuFraming(), anonymous: true };
  switch (bus.type) {
    case 'tcp':
      return new Link({ ...common, ...mbap, open: tcpLine(bus) });
    case 'tls':
      return new Link({ ...common, ...mbap, open: tlsLine(bus) });
    case 'rtu-over-tcp':
      return new Link({ ...common, ...rtu, characterMs: 0, open: tcpLine(bus) });
    case 'rtu':
      return new Link({ ...common, ...rtu, characterMs: characterMs(bus), open: (openPort ?? serialLine)(bus) });
  }
}

/** Serial ports cost 5 MB of memory: they are loaded where a bus has one. */
function serialLine(bus: ModbusRtuBus): OpenLine {
  return async (events, timeoutMs) => {
    const serial = await import('./serial-line.ts');
    return serial.serialLine(bus)(events, timeoutMs);
  };
}

function newTcpFraming(random: () => number): TcpFraming {
  return new TcpFraming(Math.floor(random() * 0x1_0000));
}
