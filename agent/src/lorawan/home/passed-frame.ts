import type { FrameRecord } from '@vigie/contract';
import type { Clock } from '../../clock.ts';
import type { HeardFrame } from '../network-server/deduplicator.ts';
import type { DataRate } from '../radio.ts';

const LORA = /^SF([0-9]{1,2})BW([0-9]{2,4})$/;

/** A frame that a neighbour heard, as if an antenna of its own kind had brought it. Nothing can be answered to it. */
export function passedFrame(frame: FrameRecord, heardBy: string, clock: Clock): HeardFrame {
  const phyPayload = Buffer.from(frame.phyPayload, 'base64');
  const monotonicMs = clock.monotonicMs();
  const { radio, rssiDbm, snrDb, frequencyHz, receivedAt } = frame;
  const reception = {
    ...{ source: '', gatewayEui: radio, phyPayload, frequencyHz, receivedAt, monotonicMs },
    dataRate: dataRateOf(frame.dataRate),
    antennas: [{ antenna: 0, rssiDbm, snrDb }],
    context: { kind: 'counter', counterUs: 0 } as const,
  };
  return { phyPayload, receptions: [reception], heardAtMs: monotonicMs, passedBy: heardBy };
}

function dataRateOf(name: string): DataRate {
  const [, spreadingFactor, bandwidthKhz] = LORA.exec(name) ?? [];
  return spreadingFactor === undefined
    ? { modulation: 'FSK', bitRate: Number(name.slice(3)) || 0 }
    : { modulation: 'LORA', spreadingFactor: Number(spreadingFactor), bandwidthKhz: Number(bandwidthKhz) };
}
