import type { TLSSocket } from 'node:tls';
import type { Client, ConnectPacket } from 'aedes';
import { normalSerial } from '../identity/serial-number.ts';
import type { PresentedCertificate } from './client-identity.ts';

/** MQTT 3.1.1, table 3.1. */
export const CONNACK = { identifierRejected: 2, unavailable: 3, badCredentials: 4, notAuthorised: 5 } as const;
export const MAX_CLIENT_ID = 128;

/**
 * Gives the session a name that nobody else can take: a client identifier is only unique within its own account, and
 * must not let one tenant throw another's client out. Returns why not, as CONNACK says it, where it cannot have one.
 */
export function nameSession(client: Client, packet: ConnectPacket): number | undefined {
  const socket = client.conn as TLSSocket;
  const certificate = presentedCertificate(socket);
  const shown = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
  if (shown && !certificate) return CONNACK.notAuthorised;
  if (packet.clientId.length > MAX_CLIENT_ID) return CONNACK.identifierRejected;
  if ((packet.username?.length ?? 0) > MAX_CLIENT_ID) return CONNACK.badCredentials;
  // Nobody may speak through a last will.
  delete (packet as { will?: unknown }).will;
  if (certificate) {
    packet.clientId = `gateway/${certificate.gateway}`;
    packet.clean = true;
  } else {
    const own = packet.clientId === '' ? `anonymous-${socket.remotePort}` : packet.clientId;
    packet.clientId = `platform/${packet.username ?? ''}/${own}`;
  }
  return undefined;
}

export function presentedCertificate(socket: TLSSocket): PresentedCertificate | undefined {
  if (!socket.authorized) return undefined;
  const { subject, serialNumber } = socket.getPeerCertificate() ?? {};
  const gateway = subject?.CN;
  return typeof gateway === 'string' && serialNumber ? { gateway, serial: normalSerial(serialNumber) } : undefined;
}

/** The two bytes of a CONNACK's header and its two bytes (MQTT 3.1.1, section 3.2). */
export function connack(returnCode: number): Buffer {
  return Buffer.of(0x20, 2, 0, returnCode);
}
