import type { LorawanDownlink } from '@vigie/decoders';
import type { Device } from './device.ts';
import { cryptPayload, dataMic } from './frame-security.ts';
import { encodeNetworkCommand, type NetworkCommand } from './mac-commands.ts';
import { buildDownlink } from './phy-payload.ts';
import type { Session } from './session.ts';

const MAX_FOPTS_BYTES = 15;

export interface DownlinkContent {
  ack: boolean;
  /** What the application wants to say, if it fits. */
  application: LorawanDownlink | undefined;
  /** What the network asks of the device, if it fits. */
  requests?: readonly NetworkCommand[];
  /** More waits behind it. */
  more: boolean;
}

export interface ComposedDownlink {
  phyPayload: Buffer;
  fCnt: number;
  /** Length of FOpts and FRMPayload together, to be held against the limit of another window. */
  payloadBytes: number;
  /** Whether the application's part is in it. */
  carriesApplication: boolean;
}

/**
 * Makes the next downlink of a session: acknowledgement, answers to MAC commands, application payload as far as they
 * fit into `maxPayloadBytes`. Takes a counter; undefined while none is reserved.
 */
export function composeDownlink(
  device: Device,
  session: Session,
  content: DownlinkContent,
  maxPayloadBytes: number,
): ComposedDownlink | undefined {
  const fOpts = packCommands(
    [...device.answers, ...(content.requests ?? [])],
    Math.min(MAX_FOPTS_BYTES, maxPayloadBytes),
  );
  const { application } = content;
  const carried = application && application.bytes.length + fOpts.length <= maxPayloadBytes ? application : undefined;
  const fCnt = session.takeFCntDown();
  if (fCnt === undefined) return undefined;
  const { devAddr, nwkSKey, appSKey } = session;
  const clear = Buffer.from(carried?.bytes ?? []);
  const unsigned = buildDownlink({
    confirmed: carried?.confirmed === true && !device.isGroup,
    devAddr,
    adr: device.adr,
    ack: content.ack,
    fPending: content.more || (application !== undefined && carried === undefined),
    fCnt,
    fOpts,
    ...(carried && { fPort: carried.fPort }),
    frmPayload: cryptPayload(appSKey, 'down', devAddr, fCnt, clear),
  });
  return {
    phyPayload: Buffer.concat([unsigned, dataMic(nwkSKey, 'down', devAddr, fCnt, unsigned)]),
    fCnt,
    payloadBytes: fOpts.length + clear.length,
    carriesApplication: carried !== undefined,
  };
}

/** As many commands as fit, whole and in order. */
function packCommands(commands: readonly NetworkCommand[], maxBytes: number): Buffer {
  const packed: Buffer[] = [];
  let bytes = 0;
  for (const command of commands) {
    const encoded = encodeNetworkCommand(command);
    if (bytes + encoded.length > maxBytes) break;
    packed.push(encoded);
    bytes += encoded.length;
  }
  return Buffer.concat(packed);
}
