import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false } as const;
const Frequency = Type.Integer({ minimum: 100_000_000, maximum: 1_000_000_000 });
const DataRateNumber = Type.Integer({ minimum: 0, maximum: 15 });

/** What TxParamSetupReq can say of the maximum EIRP, by its coded value (LoRaWAN 1.0.4, section 5.8). */
export const MAX_EIRP_DBM = [8, 10, 12, 13, 14, 16, 18, 20, 21, 24, 26, 27, 29, 30, 33, 36] as const;

/** A channel beside those that the region's devices know or get with the join-accept. The concentrators must listen there. */
export const LorawanChannel = Type.Object(
  {
    /** Its number in the device. */
    index: Type.Integer({ minimum: 0, maximum: 15 }),
    frequencyHz: Frequency,
    minDataRate: DataRateNumber,
    maxDataRate: DataRateNumber,
    /** Where RX1 listens, if not on the channel itself. */
    downlinkFrequencyHz: Type.Optional(Frequency),
  },
  strict,
);
export type LorawanChannel = Static<typeof LorawanChannel>;

/**
 * What the network tells its devices by MAC commands. Absent: as the region's parameters have it. A device keeps to what
 * it had until it has answered.
 */
export const lorawanMacSettings = {
  /** From the end of an uplink to RX1; a second more to RX2. */
  rx1DelaySeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 15 })),
  rx1DrOffset: Type.Optional(Type.Integer({ minimum: 0, maximum: 7 })),
  rx2: Type.Optional(Type.Object({ frequencyHz: Frequency, dataRate: DataRateNumber }, strict)),
  /** The device sends at most 1/2^n of the time; 0 leaves it to the region. */
  maxDutyCycle: Type.Optional(Type.Integer({ minimum: 0, maximum: 15 })),
  channels: Type.Optional(Type.Array(LorawanChannel, { maxItems: 16 })),
  /** AS923 and AU915 only. */
  txParams: Type.Optional(
    Type.Object(
      { uplinkDwell: Type.Boolean(), downlinkDwell: Type.Boolean(), maxEirpDbm: Type.Enum([...MAX_EIRP_DBM]) },
      strict,
    ),
  ),
};
export const LorawanMacSettings = Type.Object(lorawanMacSettings);
export type LorawanMacSettings = Static<typeof LorawanMacSettings>;

/** The settings alone, of whatever carries them. */
export function macSettingsIn(carrier: LorawanMacSettings): LorawanMacSettings {
  const { rx1DelaySeconds, rx1DrOffset, rx2, maxDutyCycle, channels, txParams } = carrier;
  return {
    ...(rx1DelaySeconds !== undefined && { rx1DelaySeconds }),
    ...(rx1DrOffset !== undefined && { rx1DrOffset }),
    ...(rx2 && { rx2 }),
    ...(maxDutyCycle !== undefined && { maxDutyCycle }),
    ...(channels && { channels }),
    ...(txParams && { txParams }),
  };
}
