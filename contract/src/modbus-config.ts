import Type, { type Static } from 'typebox';
import { HostName, Port, Slug } from './primitives.ts';

const strict = { additionalProperties: false } as const;

const TimeoutMs = Type.Integer({ minimum: 20, maximum: 60_000 });
const Retries = Type.Integer({ minimum: 0, maximum: 10 });
const PauseMs = Type.Integer({ minimum: 0, maximum: 10_000 });

/** How patient the gateway is with whoever is on a bus; a device may say otherwise for itself. */
const patience = {
  timeoutMs: Type.Optional(TimeoutMs),
  /** How often a request is asked again at once when its answer is missing or damaged; 1 where absent. */
  retries: Type.Optional(Retries),
  /** Least rest of the line between an answer and the next request. */
  pauseMs: Type.Optional(PauseMs),
};

const connection = {
  host: HostName,
  port: Port,
  ...patience,
  /** Slaves that hear nothing right after a connection was made: the first request waits so long. */
  connectDelayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
  /** Slaves that bear one connection only: it is given free whenever nothing is to be asked. */
  closeAfterPoll: Type.Optional(Type.Boolean()),
};

/** What stands on a line without transactions. */
const serialFrames = {
  /** `rtu` where absent. */
  framing: Type.Optional(Type.Enum(['rtu', 'ascii'])),
  /** Whether the adapter gives back what it sends; found out where absent. */
  echo: Type.Optional(Type.Boolean()),
};

export const ModbusTcpBus = Type.Object({ id: Slug, type: Type.Literal('tcp'), ...connection }, strict);
export type ModbusTcpBus = Static<typeof ModbusTcpBus>;

/** The frames of Modbus TCP, one in each datagram. */
export const ModbusUdpBus = Type.Object(
  { id: Slug, type: Type.Literal('udp'), host: HostName, port: Port, ...patience },
  strict,
);
export type ModbusUdpBus = Static<typeof ModbusUdpBus>;

/** Serial server that passes RTU or ASCII frames through a TCP connection, checksum and all. */
export const ModbusRtuOverTcpBus = Type.Object(
  { id: Slug, type: Type.Literal('rtu-over-tcp'), ...connection, ...serialFrames },
  strict,
);
export type ModbusRtuOverTcpBus = Static<typeof ModbusRtuOverTcpBus>;

const Pem = Type.String({ minLength: 32, maxLength: 16_384 });

/**
 * MODBUS/TCP Security: both sides show a certificate; the slave reads the gateway's role from it. Slaves that ask for
 * none are reached without `certificate` and `key`. `serverName` is checked against the slave's certificate, the host
 * where absent.
 */
export const ModbusTlsBus = Type.Object(
  {
    id: Slug,
    type: Type.Literal('tls'),
    ...connection,
    ca: Pem,
    certificate: Type.Optional(Pem),
    key: Type.Optional(Pem),
    serverName: Type.Optional(HostName),
  },
  strict,
);
export type ModbusTlsBus = Static<typeof ModbusTlsBus>;

export const ModbusRtuBus = Type.Object(
  {
    id: Slug,
    type: Type.Literal('rtu'),
    path: Type.String({ pattern: '^/[^\\u0000]{1,254}$' }),
    baudRate: Type.Integer({ minimum: 300, maximum: 1_000_000 }),
    parity: Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')]),
    stopBits: Type.Union([Type.Literal(1), Type.Literal(2)]),
    /** 8 where absent; 7 for ASCII frames only (V1.02 section 2.5.2). */
    dataBits: Type.Optional(Type.Union([Type.Literal(7), Type.Literal(8)])),
    ...serialFrames,
    /** Half-duplex adapters that send while RTS is raised. */
    rtsToggle: Type.Optional(Type.Boolean()),
    /** Serial number of a USB adapter: the port is found by it wherever the kernel put it, `path` is where it was. */
    usbSerial: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._:-]{1,64}$' })),
    ...patience,
  },
  strict,
);
export type ModbusRtuBus = Static<typeof ModbusRtuBus>;

export const ModbusBus = Type.Union([ModbusTcpBus, ModbusRtuBus, ModbusRtuOverTcpBus, ModbusTlsBus, ModbusUdpBus]);
export type ModbusBus = Static<typeof ModbusBus>;

/** One reading in the registers that a local controller reads; absent or old values read as NaN or all ones. */
export const ModbusServerPoint = Type.Object(
  {
    device: Slug,
    quantity: Type.String({ pattern: '^[a-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+){1,3}$', maxLength: 64 }),
    channel: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_+-]{0,31}$' })),
    address: Type.Integer({ minimum: 0, maximum: 65_532 }),
    /** Most significant word first. */
    type: Type.Enum(['uint16', 'int16', 'uint32', 'int32', 'float32', 'uint64']),
    /** The register holds value ÷ scale. */
    scale: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  },
  strict,
);
export type ModbusServerPoint = Static<typeof ModbusServerPoint>;

/** The gateway's readings for a local controller by Modbus TCP, read-only, as holding and as input registers. */
export const ModbusServerConfig = Type.Object(
  {
    host: HostName,
    port: Port,
    /** A reading older than this is given as absent. */
    staleAfterMs: Type.Integer({ minimum: 1_000, maximum: 86_400_000 }),
    points: Type.Array(ModbusServerPoint, { maxItems: 10_000 }),
  },
  strict,
);
export type ModbusServerConfig = Static<typeof ModbusServerConfig>;

export const ModbusConfig = Type.Object(
  { buses: Type.Array(ModbusBus, { maxItems: 64 }), server: Type.Optional(ModbusServerConfig) },
  strict,
);
export type ModbusConfig = Static<typeof ModbusConfig>;

/**
 * Which of the polled values go on; all of them where absent. States go on as soon as they change, whatever is set.
 * Without a `deadBand` every difference is a change; `percent` is of the value that went on last.
 */
export const ReportingConfig = Type.Object(
  {
    on: Type.Enum(['poll', 'change']),
    deadBand: Type.Optional(
      Type.Object(
        {
          absolute: Type.Optional(Type.Number({ minimum: 0 })),
          percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
        },
        strict,
      ),
    ),
    /** A value does not go on again before this. */
    minIntervalMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400_000 })),
    /** An unchanged value goes on again after this. */
    maxIntervalMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 86_400_000 })),
    /** One value for each window, aligned to the clock: gauges by `by`, counters and states always the last. */
    window: Type.Optional(
      Type.Object(
        {
          ms: Type.Integer({ minimum: 1_000, maximum: 86_400_000 }),
          by: Type.Enum(['min', 'mean', 'max', 'last']),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type ReportingConfig = Static<typeof ReportingConfig>;

/** A device that is polled. Unit 0 is broadcast on a serial line and cannot be read there; a network knows none. */
export const ModbusDevice = Type.Object(
  {
    bus: Slug,
    unit: Type.Integer({ minimum: 0, maximum: 255 }),
    intervalMs: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
    reporting: Type.Optional(ReportingConfig),
    /** Those of the bus where absent. */
    timeoutMs: Type.Optional(TimeoutMs),
    retries: Type.Optional(Retries),
    /** Rest of this device between its answer and the next request to it. */
    pauseMs: Type.Optional(PauseMs),
    /** Which functions write one value: `single` 5 and 6, `multiple` 15 and 16; found out where absent. */
    writeBy: Type.Optional(Type.Enum(['single', 'multiple'])),
  },
  strict,
);
export type ModbusDevice = Static<typeof ModbusDevice>;
