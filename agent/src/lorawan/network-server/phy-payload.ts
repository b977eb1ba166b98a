/**
 * PHYPayload ↔ fields (LoRaWAN 1.0.x, chapters 4 and 6). Only what a network receives is parsed and only what it sends
 * is built; nothing here is verified or decrypted.
 */
export interface JoinRequest {
  type: 'joinRequest';
  joinEui: string;
  devEui: string;
  devNonce: number;
  /** What the MIC covers. */
  signed: Buffer;
  mic: Buffer;
}

export interface UplinkFrame {
  type: 'uplink';
  confirmed: boolean;
  devAddr: number;
  adr: boolean;
  adrAckReq: boolean;
  ack: boolean;
  /** The lower half of the frame counter. */
  fCnt16: number;
  fOpts: Buffer;
  fPort?: number;
  /** Encrypted. */
  frmPayload: Buffer;
  signed: Buffer;
  mic: Buffer;
}

export type ReceivedFrame = JoinRequest | UplinkFrame;

export type ParseOutcome =
  | { ok: true; frame: ReceivedFrame }
  | { ok: false; code: 'LORAWAN_FRAME_INVALID' | 'LORAWAN_VERSION_UNSUPPORTED'; detail: string };

const JOIN_REQUEST = 0;
const UNCONFIRMED_DOWN = 3;
const CONFIRMED_UP = 4;
const UNCONFIRMED_UP = 2;
const CONFIRMED_DOWN = 5;
const REJOIN_REQUEST = 6;

const MIC_BYTES = 4;
const JOIN_REQUEST_BYTES = 1 + 8 + 8 + 2 + MIC_BYTES;
const MIN_FHDR_BYTES = 7;
const MIN_DATA_BYTES = 1 + MIN_FHDR_BYTES + MIC_BYTES;

export function parsePhyPayload(bytes: Buffer): ParseOutcome {
  if (bytes.length < MIN_DATA_BYTES) return invalid('shorter than any frame');
  const mhdr = bytes.readUInt8(0);
  const messageType = mhdr >> 5;
  // Section 4.2.2: Major 0 is the only one that exists. A Rejoin-request is known to 1.1 alone.
  if ((mhdr & 0b11) !== 0) return unsupported(`major version ${mhdr & 0b11}`);
  switch (messageType) {
    case JOIN_REQUEST:
      return parseJoinRequest(bytes);
    case UNCONFIRMED_UP:
    case CONFIRMED_UP:
      return parseUplink(bytes, messageType === CONFIRMED_UP);
    case REJOIN_REQUEST:
      return unsupported('Rejoin-request');
    default:
      return invalid(`message type ${messageType}`);
  }
}

function parseJoinRequest(bytes: Buffer): ParseOutcome {
  if (bytes.length !== JOIN_REQUEST_BYTES) return invalid('a Join-request of the wrong length');
  return {
    ok: true,
    frame: {
      type: 'joinRequest',
      joinEui: euiAt(bytes, 1),
      devEui: euiAt(bytes, 9),
      devNonce: bytes.readUInt16LE(17),
      ...splitMic(bytes),
    },
  };
}

function parseUplink(bytes: Buffer, confirmed: boolean): ParseOutcome {
  const fCtrl = bytes.readUInt8(5);
  const fOptsEnd = 1 + MIN_FHDR_BYTES + (fCtrl & 0x0f);
  const macEnd = bytes.length - MIC_BYTES;
  if (fOptsEnd > macEnd) return invalid('FOpts longer than the frame');
  const fOpts = bytes.subarray(1 + MIN_FHDR_BYTES, fOptsEnd);
  const fPort = fOptsEnd < macEnd ? bytes.readUInt8(fOptsEnd) : undefined;
  // Section 4.3.1.6: MAC commands stand in one place or the other.
  if (fPort === 0 && fOpts.length > 0) return invalid('FOpts together with FPort 0');
  return {
    ok: true,
    frame: {
      type: 'uplink',
      confirmed,
      devAddr: bytes.readUInt32LE(1),
      adr: (fCtrl & 0x80) !== 0,
      adrAckReq: (fCtrl & 0x40) !== 0,
      ack: (fCtrl & 0x20) !== 0,
      fCnt16: bytes.readUInt16LE(6),
      fOpts,
      ...(fPort !== undefined && { fPort }),
      frmPayload: fPort === undefined ? Buffer.alloc(0) : bytes.subarray(fOptsEnd + 1, macEnd),
      ...splitMic(bytes),
    },
  };
}

function splitMic(bytes: Buffer): { signed: Buffer; mic: Buffer } {
  return { signed: bytes.subarray(0, -MIC_BYTES), mic: bytes.subarray(-MIC_BYTES) };
}

/** EUIs travel least significant byte first. */
function euiAt(bytes: Buffer, offset: number): string {
  return Buffer.from(bytes.subarray(offset, offset + 8))
    .reverse()
    .toString('hex');
}

export interface DownlinkFields {
  confirmed: boolean;
  devAddr: number;
  adr: boolean;
  ack: boolean;
  /** More is waiting: the device should soon send again. */
  fPending: boolean;
  fCnt: number;
  /** At most 15 bytes. */
  fOpts: Buffer;
  fPort?: number;
  /** Encrypted already. */
  frmPayload: Buffer;
}

/** All of a downlink but its MIC. */
export function buildDownlink(fields: DownlinkFields): Buffer {
  const { confirmed, devAddr, adr, ack, fPending, fCnt, fOpts, fPort, frmPayload } = fields;
  if (fOpts.length > 15) throw new RangeError('FOpts holds 15 bytes at most');
  const header = Buffer.alloc(1 + MIN_FHDR_BYTES);
  header.writeUInt8((confirmed ? CONFIRMED_DOWN : UNCONFIRMED_DOWN) << 5, 0);
  header.writeUInt32LE(devAddr, 1);
  header.writeUInt8((adr ? 0x80 : 0) | (ack ? 0x20 : 0) | (fPending ? 0x10 : 0) | fOpts.length, 5);
  header.writeUInt16LE(fCnt & 0xffff, 6);
  const port = fPort === undefined ? Buffer.alloc(0) : Buffer.of(fPort);
  return Buffer.concat([header, fOpts, port, frmPayload]);
}

function invalid(detail: string): ParseOutcome {
  return { ok: false, code: 'LORAWAN_FRAME_INVALID', detail };
}

function unsupported(detail: string): ParseOutcome {
  return { ok: false, code: 'LORAWAN_VERSION_UNSUPPORTED', detail };
}
