import type { GatewayEntry } from '../registry/gateway-directory.ts';

/** Who is at the other end of an MQTT connection. */
export type ClientIdentity =
  | { kind: 'gateway'; gateway: GatewayEntry; serial: string }
  | { kind: 'platform'; account: string; tenant: string };

/** What a gateway's certificate says: its common name and serial number. */
export interface PresentedCertificate {
  gateway: string;
  serial: string;
}
