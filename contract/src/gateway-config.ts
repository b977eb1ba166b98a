import Type, { type Static } from 'typebox';
import { lorawanMacSettings } from './mac-settings.ts';
import { ModbusConfig, ModbusDevice } from './modbus-config.ts';
import { MAX_MODELS, ModelConfig } from './model-config.ts';
import { DeviceParameters } from './model-parameters.ts';
import { AesKey, DevAddr, Eui64, HostName, IpNetwork, ModelId, Port, Slug } from './primitives.ts';
import { UplinkConfig } from './uplink-config.ts';

/** Generation of this schema; a release of the agent applies documents of its own and of the previous generation. */
export const CONFIG_SCHEMA = 1;

const strict = { additionalProperties: false } as const;

/** How loud the gateways of a source may be. */
const transmitPower = {
  /** Equivalent isotropically radiated power that no downlink exceeds, where the region would allow more. */
  maxEirpDbm: Type.Optional(Type.Number({ minimum: -10, maximum: 36 })),
  /** Of the antenna, less the loss of its cable, where the forwarder does not subtract it by itself. */
  antennaGainDb: Type.Optional(Type.Number({ minimum: -20, maximum: 30 })),
};

/** A packet forwarder speaks to the gateway by Semtech UDP (GWMP v2) on this address. */
export const SemtechUdpSource = Type.Object(
  {
    id: Slug,
    type: Type.Literal('semtech-udp'),
    host: HostName,
    port: Port,
    /** Addresses and networks (CIDR) of the forwarders; the protocol itself asks nobody who they are. Anybody where absent. */
    allow: Type.Optional(Type.Array(IpNetwork, { minItems: 1, maxItems: 64 })),
    ...transmitPower,
  },
  strict,
);
export type SemtechUdpSource = Static<typeof SemtechUdpSource>;

/**
 * Stations (LoRa Basics Station) connect to this address by WebSocket, with TLS where a certificate is given. Where
 * `tokens` are given a station needs the one that stands under its EUI (`Authorization: Bearer …` in its `tc.key`).
 */
export const BasicsStationSource = Type.Object(
  {
    id: Slug,
    type: Type.Literal('basics-station'),
    host: HostName,
    port: Port,
    /** PEM. */
    tls: Type.Optional(
      Type.Object(
        {
          certificate: Type.String({ minLength: 64, maxLength: 32_768 }),
          privateKey: Type.String({ minLength: 64, maxLength: 16_384 }),
        },
        strict,
      ),
    ),
    tokens: Type.Optional(
      Type.Array(
        Type.Object({ gateway: Eui64, token: Type.String({ pattern: '^[A-Za-z0-9._~+/=-]{16,512}$' }) }, strict),
        { maxItems: 256 },
      ),
    ),
    /** Where stations reach this gateway, if not at the address that they called: `wss://lns.example:8887`. */
    publicUri: Type.Optional(Type.String({ pattern: '^wss?://[A-Za-z0-9.:_\\[\\]-]{1,253}$' })),
    ...transmitPower,
  },
  strict,
);
export type BasicsStationSource = Static<typeof BasicsStationSource>;

const brokerOf = {
  /** `mqtts://host:8883`; `mqtt://` only where the network between is trusted. */
  url: Type.String({ pattern: '^mqtts?://[A-Za-z0-9.:_\\[\\]-]{1,253}$' }),
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
  /** PEM of the authority that signed the broker's certificate, where it is not a public one. */
  ca: Type.Optional(Type.String({ minLength: 64, maxLength: 65_536 })),
};

/** A ChirpStack v4 server whose devices are heard through its MQTT integration. */
export const ChirpstackSource = Type.Object(
  { id: Slug, type: Type.Literal('chirpstack'), ...brokerOf, application: Type.String({ format: 'uuid' }) },
  strict,
);
export type ChirpstackSource = Static<typeof ChirpstackSource>;

/** An application of The Things Stack v3, by its MQTT server. `application` is `app` or `app@tenant`. */
export const ThingsStackSource = Type.Object(
  {
    id: Slug,
    type: Type.Literal('things-stack'),
    ...brokerOf,
    application: Type.String({
      pattern: '^[a-z0-9](?:-?[a-z0-9]){2,}(?:@[a-z0-9](?:-?[a-z0-9]){2,})?$',
      maxLength: 80,
    }),
  },
  strict,
);
export type ThingsStackSource = Static<typeof ThingsStackSource>;

/** Channel plans of the LoRa Alliance's regional parameters (RP002). */
export const LorawanRegion = Type.Union([
  Type.Literal('EU868'),
  Type.Literal('US915'),
  Type.Literal('AS923-1'),
  Type.Literal('AS923-2'),
  Type.Literal('AS923-3'),
  Type.Literal('AS923-4'),
  Type.Literal('AU915'),
  Type.Literal('IN865'),
  Type.Literal('KR920'),
  Type.Literal('RU864'),
  Type.Literal('CN470'),
]);
export type LorawanRegion = Static<typeof LorawanRegion>;

export const LorawanConfig = Type.Object(
  {
    region: LorawanRegion,
    /** US915 and AU915: the block of eight channels that the gateways listen to. */
    subBand: Type.Optional(Type.Integer({ minimum: 1, maximum: 8 })),
    /** 24-bit NetID in hexadecimal; 000000 and 000001 are for private networks. */
    netId: Type.String({ pattern: '^[0-9a-f]{6}$' }),
    sources: Type.Array(Type.Union([SemtechUdpSource, BasicsStationSource, ChirpstackSource, ThingsStackSource]), {
      maxItems: 16,
    }),
    /** How long copies of one frame from several antennas are gathered. */
    dedupWindowMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
    /**
     * Overlapping gateways: frames of devices that are not of this gateway go on to the fleet server, and it keeps a
     * backup of this gateway's sessions. The server sets it where a tenant has several gateways and nothing is said.
     */
    passFrames: Type.Optional(Type.Boolean()),
    ...lorawanMacSettings,
  },
  strict,
);
export type LorawanConfig = Static<typeof LorawanConfig>;

const FrameCounter = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });

export const OtaaActivation = Type.Object({ mode: Type.Literal('otaa'), joinEui: Eui64, appKey: AesKey }, strict);
export const AbpActivation = Type.Object(
  {
    mode: Type.Literal('abp'),
    devAddr: DevAddr,
    nwkSKey: AesKey,
    appSKey: AesKey,
    /** The device forgets its counter when it restarts and may begin at 0 again. This lets old frames be replayed. */
    relaxedFrameCounter: Type.Optional(Type.Boolean()),
    /**
     * Where the counters of a device stand that comes from another network: the next one of its uplinks, and the first
     * that no downlink has used. Each is heeded once, and never leads back.
     */
    fCntUp: Type.Optional(FrameCounter),
    fCntDown: Type.Optional(FrameCounter),
  },
  strict,
);

/**
 * A group of class C devices that hear one frame together (LoRaWAN Remote Multicast Setup). It is ordered like a device
 * and never sends; its `devEui` only names it. `dataRate` is the region's number.
 */
export const MulticastActivation = Type.Object(
  {
    mode: Type.Literal('multicast'),
    devAddr: DevAddr,
    nwkSKey: AesKey,
    appSKey: AesKey,
    frequencyHz: Type.Integer({ minimum: 100_000_000, maximum: 1_000_000_000 }),
    dataRate: Type.Integer({ minimum: 0, maximum: 15 }),
    /** The first downlink counter that another network has not used; heeded once. */
    fCntDown: Type.Optional(FrameCounter),
  },
  strict,
);

/** The device belongs to a larger network: that network's server has its keys, and brings its messages. */
export const ExternalActivation = Type.Object({ mode: Type.Literal('external'), source: Slug }, strict);

/** A device that is heard by radio. `macVersion` decides the rules for nonces and counters. */
export const LorawanDevice = Type.Object(
  {
    devEui: Eui64,
    macVersion: Type.Union([Type.Literal('1.0.2'), Type.Literal('1.0.3'), Type.Literal('1.0.4')]),
    class: Type.Union([Type.Literal('A'), Type.Literal('C')]),
    activation: Type.Union([OtaaActivation, AbpActivation, MulticastActivation, ExternalActivation]),
    /** The device stays at the gateway in whose document it stands, whoever hears it better. */
    home: Type.Optional(Type.Literal('fixed')),
    /** How often the home of the device has moved, from 1; given by the fleet server. */
    generation: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    /** Each in place of the network's. */
    ...lorawanMacSettings,
  },
  strict,
);
export type LorawanDevice = Static<typeof LorawanDevice>;

const deviceCommon = {
  id: Slug,
  model: ModelId,
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  /** What the device measures or drives, in topics and for platforms; the device's own id where absent. */
  asset: Type.Optional(Slug),
  /** What the model cannot know of this one device: pulse weight, transformer ratio, height of a tank. Checked against the model. */
  parameters: Type.Optional(DeviceParameters),
};

export const DeviceConfig = Type.Union([
  Type.Object({ ...deviceCommon, lorawan: LorawanDevice }, strict),
  Type.Object({ ...deviceCommon, modbus: ModbusDevice }, strict),
]);
export type DeviceConfig = Static<typeof DeviceConfig>;
export type LorawanDeviceConfig = Extract<DeviceConfig, { lorawan: LorawanDevice }>;
export type ModbusDeviceConfig = Extract<DeviceConfig, { modbus: ModbusDevice }>;

/** Bounds of the gateway's buffer on disk; what goes first when one is reached is in docs. */
export const BufferLimits = Type.Object(
  {
    maxBytes: Type.Optional(Type.Integer({ minimum: 1_048_576, maximum: 1_099_511_627_776 })),
    maxAgeDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
  },
  strict,
);
export type BufferLimits = Static<typeof BufferLimits>;

/**
 * All that one gateway does, as one versioned document. The fleet server holds it, both sides check it with this
 * schema and `checkReferences`, and the gateway starts on its last good one without the server.
 */
export const GatewayConfig = Type.Object(
  {
    schema: Type.Literal(CONFIG_SCHEMA),
    /** Rises with every change; given by the fleet server. */
    revision: Type.Integer({ minimum: 1 }),
    position: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ minimum: -90, maximum: 90 }),
          longitude: Type.Number({ minimum: -180, maximum: 180 }),
        },
        strict,
      ),
    ),
    lorawan: Type.Optional(LorawanConfig),
    modbus: Type.Optional(ModbusConfig),
    /** Models beside those of the catalogue. */
    models: Type.Optional(Type.Array(ModelConfig, { maxItems: MAX_MODELS })),
    devices: Type.Array(DeviceConfig, { maxItems: 10_000 }),
    buffer: Type.Optional(BufferLimits),
    uplink: Type.Optional(UplinkConfig),
  },
  strict,
);
export type GatewayConfig = Static<typeof GatewayConfig>;

export function isLorawanDevice(device: DeviceConfig): device is LorawanDeviceConfig {
  return 'lorawan' in device;
}

export function isModbusDevice(device: DeviceConfig): device is ModbusDeviceConfig {
  return 'modbus' in device;
}
