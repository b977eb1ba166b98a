import type { ModbusBus, ModbusRtuBus, ModbusRtuOverTcpBus } from '@vigie/contract';
import { AsciiFraming } from './ascii-framing.ts';
import { characterMs, type OpenLine, tcpLine, tlsLine } from './line.ts';
import { Link } from './link.ts';
import { RtuFraming } from './rtu-framing.ts';
import { TcpFraming } from './tcp-framing.ts';
import { udpLine } from './udp-line.ts';

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
  const { pauseMs = 0 } = bus;
  const connectDelayMs = 'connectDelayMs' in bus ? bus.connectDelayMs : undefined;
  const common = { timeoutMs: timeoutOf(bus), pauseMs, connectDelayMs, monotonicMs, random };
  const mbap = { framing: newTcpFraming, characterMs: 0, anonymous: false };
  switch (bus.type) {
    case 'tcp':
      return new Link({ ...common, ...mbap, open: tcpLine(bus) });
    case 'udp':
      return new Link({ ...common, ...mbap, open: udpLine(bus) });
    case 'tls':
      return new Link({ ...common, ...mbap, open: tlsLine(bus) });
    case 'rtu-over-tcp':
      return new Link({ ...common, ...serialFrames(bus), characterMs: 0, open: tcpLine(bus) });
    case 'rtu': {
      const open = (openPort ?? serialLine)(bus);
      return new Link({ ...common, ...serialFrames(bus), characterMs: characterMs(bus), isPort: true, open });
    }
  }
}

function serialFrames({ framing, echo }: ModbusRtuBus | ModbusRtuOverTcpBus) {
  return { anonymous: true, framing: () => (framing === 'ascii' ? new AsciiFraming(echo) : new RtuFraming(echo)) };
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
