import { createRequire } from 'node:module';
import type lora from 'lora-packet';
import { AesKey } from '../../../../agent/src/lorawan/network-server/aes-key.ts';
import { cryptPayload, dataMic } from '../../../../agent/src/lorawan/network-server/frame-security.ts';
import { parsePhyPayload } from '../../../../agent/src/lorawan/network-server/phy-payload.ts';
import type { Bench, Measured, Rules } from '../bench.ts';
import { alternately } from './alternately.ts';

// Its types promise a `default` that the CommonJS module does not have.
const require = createRequire(import.meta.url);
const loraPacket: typeof lora.default = require('lora-packet');

const FRAMES = 1_000;
const PAYLOAD_BYTES = 20;
const NWK_S_KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const APP_S_KEY = Buffer.from('0f0e0d0c0b0a09080706050403020100', 'hex');
const DEV_ADDR = Buffer.from('26011bda', 'hex');

const RULES = {
  framesPerSecond: { beside: ['crypto'], atLeast: 2.1 },
  loraPacketFramesPerSecond: { beside: ['crypto'] },
  timesLoraPacket: { atLeast: 5 },
} satisfies Rules;

/** An uplink read, its MIC checked and its payload decrypted: our code on node:crypto beside lora-packet. */
export const lorawanFrames: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const frames = Array.from({ length: FRAMES }, (_, fCnt) => frameOf(fCnt));
  const read = { ours: ourReader(), theirs: theirReader };
  for (const frame of frames)
    if (!read.ours(frame).equals(read.theirs(frame))) throw new Error('the two read a frame differently');
  let at = 0;
  const next = () => frames[at++ % FRAMES] ?? Buffer.alloc(0);
  const rates = await alternately(
    () => {
      read.ours(next());
    },
    () => {
      read.theirs(next());
    },
  );
  return {
    figures: {
      framesPerSecond: Math.round(rates.ours.perSecond),
      loraPacketFramesPerSecond: Math.round(rates.theirs.perSecond),
      timesLoraPacket: Number((rates.ours.perSecond / rates.theirs.perSecond).toFixed(2)),
    },
    conditions: {
      versions: `lora-packet ${require('lora-packet/package.json').version}, Node ${process.versions.node}`,
      work: `${FRAMES} unconfirmed uplinks of ${PAYLOAD_BYTES} bytes, made by lora-packet; both read each of them alike`,
    },
  };
}

function frameOf(fCnt: number): Buffer {
  const payload = Buffer.alloc(PAYLOAD_BYTES, fCnt & 0xff);
  const fields = { MType: 'Unconfirmed Data Up', DevAddr: DEV_ADDR, FCnt: fCnt, FPort: 1, payload } as const;
  const bytes = loraPacket.fromFields(fields, APP_S_KEY, NWK_S_KEY).PHYPayload;
  if (!bytes) throw new Error('lora-packet made no frame');
  return bytes;
}

/** A key is scheduled once for each device, as in the agent. */
function ourReader(): (bytes: Buffer) => Buffer {
  const [nwkSKey, appSKey] = [new AesKey(NWK_S_KEY), new AesKey(APP_S_KEY)];
  return (bytes) => {
    const parsed = parsePhyPayload(bytes);
    if (!parsed.ok || parsed.frame.type !== 'uplink') throw new Error('no uplink');
    const { devAddr, fCnt16: fCnt, signed, mic, frmPayload } = parsed.frame;
    if (!dataMic(nwkSKey, 'up', devAddr, fCnt, signed).equals(mic)) throw new Error('wrong MIC');
    return cryptPayload(appSKey, 'up', devAddr, fCnt, frmPayload);
  };
}

function theirReader(bytes: Buffer): Buffer {
  const packet = loraPacket.fromWire(bytes);
  if (!loraPacket.verifyMIC(packet, NWK_S_KEY)) throw new Error('wrong MIC');
  const payload = loraPacket.decrypt(packet, APP_S_KEY, NWK_S_KEY);
  if (!payload) throw new Error('no payload');
  return payload;
}
