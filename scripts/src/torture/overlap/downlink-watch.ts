import { AesKey } from '../../../../agent/src/lorawan/network-server/aes-key.ts';
import { dataMic } from '../../../../agent/src/lorawan/network-server/frame-security.ts';

interface Keys {
  devAddr: string;
  nwkSKey: string;
}

const MIC_BYTES = 4;
/** Takeovers skip counters: so many times the 16 bits on the air may have begun anew. */
const MAX_WRAPS = 256;

/** Sees every downlink of every gateway and tells when two different ones share a counter of a session. */
export class DownlinkWatch {
  readonly #sessions: { devAddr: number; key: AesKey; used: Map<number, string> }[] = [];
  reused = 0;
  seen = 0;

  /** A session that a device uses from now on. */
  add({ devAddr, nwkSKey }: Keys): void {
    const key = AesKey.fromHex(nwkSKey);
    this.#sessions.push({ devAddr: Number.parseInt(devAddr, 16), key, used: new Map() });
  }

  note(phyPayload: Buffer): void {
    const devAddr = phyPayload.readUInt32LE(1);
    const bytes = phyPayload.toString('hex');
    for (const session of this.#sessions) {
      if (session.devAddr !== devAddr) continue;
      const fCnt = counterOf(session, phyPayload);
      if (fCnt === undefined) continue;
      this.seen += 1;
      const known = session.used.get(fCnt);
      // The very same frame in the second window is no second use.
      if (known !== undefined && known !== bytes) this.reused += 1;
      session.used.set(fCnt, bytes);
      return;
    }
  }
}

/** All 32 bits of the counter, which only the MIC covers. */
function counterOf({ key, devAddr }: { key: AesKey; devAddr: number }, phyPayload: Buffer): number | undefined {
  const signed = phyPayload.subarray(0, -MIC_BYTES);
  const mic = phyPayload.subarray(-MIC_BYTES);
  for (let wraps = 0; wraps < MAX_WRAPS; wraps += 1) {
    const fCnt = phyPayload.readUInt16LE(6) + wraps * 0x1_0000;
    if (dataMic(key, 'down', devAddr, fCnt, signed).equals(mic)) return fCnt;
  }
  return undefined;
}
