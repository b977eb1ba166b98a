import { forwarderJson, MAX_DATAGRAM_BYTES } from './forwarder-json.ts';

/**
 * Gateway message protocol ("Semtech UDP"), versions 1 and 2: bytes ↔ packets, no I/O.
 * Source: Lora-net/packet_forwarder, PROTOCOL.TXT, sections 3, 5 and 7.
 */
export type GwmpVersion = 1 | 2;

/** Sent by a gateway: all but the token and the JSON are in the header. `unread` names what of the JSON is not sound. */
export type UpstreamPacket =
  | { type: 'PUSH_DATA'; version: GwmpVersion; token: number; gatewayEui: string; json: unknown; unread?: string }
  | { type: 'PULL_DATA'; version: GwmpVersion; token: number; gatewayEui: string }
  | { type: 'TX_ACK'; version: GwmpVersion; token: number; gatewayEui: string; json: unknown; unread?: string };

/** Sent to a gateway. */
export type DownstreamPacket =
  | { type: 'PUSH_ACK'; version: GwmpVersion; token: number }
  | { type: 'PULL_ACK'; version: GwmpVersion; token: number }
  | { type: 'PULL_RESP'; version: GwmpVersion; token: number; json: unknown; unread?: string };

export type GwmpPacket = UpstreamPacket | DownstreamPacket;

export type GwmpOutcome = { ok: true; packet: GwmpPacket } | { ok: false; detail: string };

const PUSH_DATA = 0;
const PUSH_ACK = 1;
const PULL_DATA = 2;
const PULL_RESP = 3;
const PULL_ACK = 4;
const TX_ACK = 5;

const HEADER_BYTES = 4;
const EUI_BYTES = 8;
const JSON_AFTER_EUI = HEADER_BYTES + EUI_BYTES;

export function parseGwmp(datagram: Buffer): GwmpOutcome {
  if (datagram.length < HEADER_BYTES) return refuse('shorter than its header');
  if (datagram.length > MAX_DATAGRAM_BYTES) return refuse('longer than allowed');
  const version = datagram.readUInt8(0);
  if (version !== 1 && version !== 2) return refuse(`protocol version ${version}`);
  const token = datagram.readUInt16BE(1);
  const identifier = datagram.readUInt8(3);
  switch (identifier) {
    case PUSH_ACK:
      return { ok: true, packet: { type: 'PUSH_ACK', version, token } };
    case PULL_ACK:
      return { ok: true, packet: { type: 'PULL_ACK', version, token } };
    case PULL_RESP:
      return withJson(datagram, HEADER_BYTES, (json) => ({ type: 'PULL_RESP', version, token, json }));
    case PUSH_DATA:
    case PULL_DATA:
    case TX_ACK:
      return parseUpstream(datagram, version, token, identifier);
    default:
      return refuse(`identifier ${identifier}`);
  }
}

function parseUpstream(datagram: Buffer, version: GwmpVersion, token: number, identifier: number): GwmpOutcome {
  if (datagram.length < JSON_AFTER_EUI) return refuse('no gateway EUI');
  const gatewayEui = datagram.toString('hex', HEADER_BYTES, JSON_AFTER_EUI);
  if (identifier === PULL_DATA) return { ok: true, packet: { type: 'PULL_DATA', version, token, gatewayEui } };
  const type = identifier === PUSH_DATA ? 'PUSH_DATA' : 'TX_ACK';
  // Section 5.5: a TX_ACK without JSON says that all went well. Some forwarders pad it with zero bytes.
  if (type === 'TX_ACK' && datagram.subarray(JSON_AFTER_EUI).every((byte) => byte === 0)) {
    return { ok: true, packet: { type, version, token, gatewayEui, json: {} } };
  }
  return withJson(datagram, JSON_AFTER_EUI, (json) => ({ type, version, token, gatewayEui, json }));
}

type PacketWithJson = Extract<GwmpPacket, { json: unknown }>;

function withJson(datagram: Buffer, offset: number, packetOf: (json: unknown) => PacketWithJson): GwmpOutcome {
  const read = forwarderJson(datagram.subarray(offset));
  if (!read.ok) return refuse(read.detail);
  const packet = packetOf(read.json);
  return { ok: true, packet: read.unread === undefined ? packet : { ...packet, unread: read.unread } };
}

function refuse(detail: string): GwmpOutcome {
  return { ok: false, detail };
}

export function encodeGwmp(packet: GwmpPacket): Buffer {
  switch (packet.type) {
    case 'PUSH_ACK':
      return header(packet, PUSH_ACK);
    case 'PULL_ACK':
      return header(packet, PULL_ACK);
    case 'PULL_RESP':
      return Buffer.concat([header(packet, PULL_RESP), jsonBytes(packet.json)]);
    case 'PULL_DATA':
      return Buffer.concat([header(packet, PULL_DATA), Buffer.from(packet.gatewayEui, 'hex')]);
    case 'PUSH_DATA':
    case 'TX_ACK': {
      const identifier = packet.type === 'PUSH_DATA' ? PUSH_DATA : TX_ACK;
      return Buffer.concat([header(packet, identifier), Buffer.from(packet.gatewayEui, 'hex'), jsonBytes(packet.json)]);
    }
  }
}

function header({ version, token }: { version: GwmpVersion; token: number }, identifier: number): Buffer {
  return Buffer.of(version, (token >> 8) & 0xff, token & 0xff, identifier);
}

function jsonBytes(json: unknown): Buffer {
  return Buffer.from(JSON.stringify(json));
}
