import Type, { type Static } from 'typebox';
import { HostName, Port, Slug } from './primitives.ts';

const strict = { additionalProperties: false } as const;

export const ModbusTcpBus = Type.Object(
  {
    id: Slug,
    type: Type.Literal('tcp'),
    host: HostName,
    port: Port,
    timeoutMs: Type.Optional(Type.Integer({ minimum: 20, maximum: 60_000 })),
  },
  strict,
);
export type ModbusTcpBus = Static<typeof ModbusTcpBus>;

/** Serial server that passes RTU frames through a TCP connection, checksum and all. */
export const ModbusRtuOverTcpBus = Type.Object(
  {
    id: Slug,
    type: Type.Literal('rtu-over-tcp'),
    host: HostName,
    port: Port,
    timeoutMs: Type.Optional(Type.Integer({ minimum: 20, maximum: 60_000 })),
  },
  strict,
);
export type ModbusRtuOverTcpBus = Static<typeof ModbusRtuOverTcpBus>;

const Pem = Type.String({ minLength: 32, maxLength: 16_384 });

/**
 * MODBUS/TCP Security: both sides show a certificate; the slave reads the gateway's role from it. `serverName` is checked
 * against the slave's certificate, the host where absent.
 */
export const ModbusTlsBus = Type.Object(
  {
    id: Slug,
    type: Type.Literal('tls'),
    host: HostName,
    port: Port,
    ca: Pem,
    certificate: Pem,
    key: Pem,
    serverName: Type.Optional(HostName),
    timeoutMs: Type.Optional(Type.Integer({ minimum: 20, maximum: 60_000 })),
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
    /** Half-duplex adapters that send while RTS is raised. */
    rtsToggle: Type.Optional(Type.Boolean()),
    /** Serial number of a USB adapter: the port is found by it wherever the kernel put it, `path` is where it was. */
    usbSerial: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._:-]{1,64}$' })),
    timeoutMs: Type.Optional(Type.Integer({ minimum: 20, maximum: 60_000 })),
  },
  strict,
);
export type ModbusRtuBus = Static<typeof ModbusRtuBus>;

export const ModbusBus = Type.Union([ModbusTcpBus, ModbusRtuBus, ModbusRtuOverTcpBus, ModbusTlsBus]);
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

/** A device that is polled. Broadcast (unit 0) cannot be read. */
export const ModbusDevice = Type.Object(
  {
    bus: Slug,
    unit: Type.Integer({ minimum: 1, maximum: 255 }),
    intervalMs: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
    reporting: Type.Optional(ReportingConfig),
  },
  strict,
);
export type ModbusDevice = Static<typeof ModbusDevice>;
