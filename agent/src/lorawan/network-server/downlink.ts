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
  /** What the network has to say to the device's last frame, if it fits. */
  answers: readonly NetworkCommand[];
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
  /** The network's part. */
  commands: readonly NetworkCommand[];
}

/**
 * Makes the next downlink of a session: acknowledgement, application payload and MAC commands as far as they fit into
 * `maxPayloadBytes`, in this order. Takes a counter; undefined while none is reserved.
 */
export function composeDownlink(
  device: Device,
  session: Session,
  content: DownlinkContent,
  maxPayloadBytes: number,
): ComposedDownlink | undefined {
  const { application } = content;
  const carried = application && application.bytes.length <= maxPayloadBytes ? application : undefined;
  const network = packCommands(
    [...content.answers, ...(content.requests ?? [])],
    carried ? Math.min(MAX_FOPTS_BYTES, maxPayloadBytes - carried.bytes.length) : maxPayloadBytes,
  );
  // What is too long for FOpts is a payload of its own (section 4.3.1.6).
  const isPayload = network.bytes.length > MAX_FOPTS_BYTES;
  const fOpts = isPayload ? Buffer.alloc(0) : network.bytes;
  const fCnt = session.takeFCntDown();
  if (fCnt === undefined) return undefined;
  const { devAddr, nwkSKey, appSKey } = session;
  const clear = isPayload ? network.bytes : Buffer.from(carried?.bytes ?? []);
  const fPort = isPayload ? 0 : carried?.fPort;
  const unsigned = buildDownlink({
    confirmed: carried?.confirmed === true && !device.isGroup,
    devAddr,
    adr: device.adr,
    ack: content.ack,
    fPending: content.more || (application !== undefined && carried === undefined),
    fCnt,
    fOpts,
    ...(fPort !== undefined && { fPort }),
    frmPayload: cryptPayload(isPayload ? nwkSKey : appSKey, 'down', devAddr, fCnt, clear),
  });
  return {
    phyPayload: Buffer.concat([unsigned, dataMic(nwkSKey, 'down', devAddr, fCnt, unsigned)]),
    fCnt,
    payloadBytes: fOpts.length + clear.length,
    carriesApplication: carried !== undefined,
    commands: network.commands,
  };
}

/** As many commands as fit, in order; what belongs together goes together or waits. */
function packCommands(
  commands: readonly NetworkCommand[],
  maxBytes: number,
): { commands: readonly NetworkCommand[]; bytes: Buffer } {
  const packed: NetworkCommand[] = [];
  let bytes = Buffer.alloc(0);
  for (const unit of unitsOf(commands)) {
    const longer = Buffer.concat([bytes, ...unit.map(encodeNetworkCommand)]);
    if (longer.length > maxBytes) continue;
    packed.push(...unit);
    bytes = longer;
  }
  return { commands: packed, bytes };
}

/** LinkADRReqs that follow each other are one request: half of it may leave a device without a channel (section 5.2). */
function unitsOf(commands: readonly NetworkCommand[]): NetworkCommand[][] {
  const units: NetworkCommand[][] = [];
  for (const command of commands) {
    const last = units.at(-1);
    if (command.name === 'LinkADRReq' && last?.[0]?.name === 'LinkADRReq') last.push(command);
    else units.push([command]);
  }
  return units;
}
