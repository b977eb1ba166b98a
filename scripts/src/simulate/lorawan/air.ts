import { between, type Random } from '../random.ts';
import type { Truth } from '../truth.ts';
import type { NodeMac, Transmission } from './node-mac.ts';
import type { PacketForwarder, TxPacket } from './packet-forwarder.ts';

const CHANNELS_MHZ = [868.1, 868.3, 868.5];
const DATA_RATES = ['SF7BW125', 'SF8BW125', 'SF9BW125', 'SF10BW125'];
/** By number (EU868). */
const RATES = ['SF12BW125', 'SF11BW125', 'SF10BW125', 'SF9BW125', 'SF8BW125', 'SF7BW125'];
/** A window is open for a few symbols. */
const WINDOW_US = 3_000;
/** Shares of frames that no antenna, or only one of them, hears. */
const LOST_SHARE = 0.03;
const ONE_ANTENNA_SHARE = 0.35;

interface Listening {
  node: NodeMac;
  freq: number;
  datr: string;
  delayUs: number;
  /** When the frame ended, by each antenna's own counter. */
  endedAt: Map<PacketForwarder, number>;
}

/** What lies between devices and antennas: copies at each antenna, losses, and the windows in which a device listens. */
export class Air {
  readonly counts = {
    transmitted: 0,
    lost: 0,
    unacknowledged: 0,
    joined: 0,
    downlinks: 0,
    missedWindow: 0,
    refused: 0,
  };
  readonly #random: Random;
  readonly #truth: Truth;
  #antennas: readonly PacketForwarder[] = [];
  readonly #listening = new Map<NodeMac, Listening>();
  /** Told of each frame that the network has received. */
  onDelivered: (phyPayload: Buffer) => void = () => undefined;

  constructor(random: Random, truth: Truth) {
    this.#random = random;
    this.#truth = truth;
  }

  use(antennas: readonly PacketForwarder[]): void {
    this.#antennas = antennas;
  }

  /** `device` is the name under which the city's description lists the node. */
  send(device: string, node: NodeMac, { phyPayload, data }: Transmission): void {
    const random = this.#random;
    const freq = CHANNELS_MHZ[Math.floor(random() * CHANNELS_MHZ.length)] ?? 868.1;
    const chosen = DATA_RATES[Math.floor(random() * DATA_RATES.length)] ?? 'SF7BW125';
    const datr = RATES[node.dataRate ?? -1] ?? chosen;
    const hearing = this.#hearing();
    this.counts.transmitted += 1;
    if (hearing.length === 0) {
      this.counts.lost += 1;
      return;
    }
    const endedAt = new Map(hearing.map((antenna) => [antenna, antenna.tmst]));
    this.#listening.set(node, { node, freq, datr, delayUs: node.rx1DelaySeconds * 1_000_000, endedAt });
    let arrived = false;
    if (data) this.counts.unacknowledged += 1;
    for (const antenna of hearing) {
      const lsnr = Math.round(between(random, -8, 11) * 10) / 10;
      const rssi = Math.round(between(random, -118, -62));
      antenna.push(phyPayload, { freq, datr, rssi, lsnr, tmst: endedAt.get(antenna) ?? 0 }, () => {
        if (!arrived) this.onDelivered(phyPayload);
        if (arrived || !data) return;
        arrived = true;
        this.counts.unacknowledged -= 1;
        const key = `${node.devEui}:${data.fCnt}`;
        this.#truth.add({ device, protocol: 'lorawan', key, at: Date.now(), readings: data.uplink.readings });
      });
    }
  }

  /** An antenna sends: whoever listens on that channel at that moment hears it. */
  transmit(antenna: PacketForwarder, packet: TxPacket): void {
    this.counts.downlinks += 1;
    let heard = false;
    for (const listening of this.#listening.values()) {
      if (!listens(listening, antenna, packet)) continue;
      const outcome = listening.node.receive(Buffer.from(packet.data, 'base64'));
      if (outcome === 'notMine') continue;
      heard = true;
      if (outcome === 'joined') this.counts.joined += 1;
      else if (outcome !== 'received') this.counts.refused += 1;
    }
    if (!heard) this.counts.missedWindow += 1;
  }

  #hearing(): readonly PacketForwarder[] {
    const draw = this.#random();
    if (draw < LOST_SHARE) return [];
    if (draw >= LOST_SHARE + ONE_ANTENNA_SHARE) return this.#antennas;
    const one = this.#antennas[Math.floor(this.#random() * this.#antennas.length)];
    return one ? [one] : [];
  }
}

/**
 * Class A (LoRaWAN 1.0.x section 3.3): RX1 on the uplink's channel and data rate, RX2 a second later. Class C: RX2 always.
 */
function listens(
  { node, freq, datr, delayUs, endedAt }: Listening,
  antenna: PacketForwarder,
  packet: TxPacket,
): boolean {
  const isRx2 = packet.freq === node.rx2.frequencyHz / 1e6 && packet.datr === RATES[node.rx2.dataRate];
  if (node.traits.class === 'C' && node.joined && isRx2 && packet.imme) return true;
  const ended = endedAt.get(antenna);
  if (ended === undefined || packet.tmst === undefined) return false;
  const afterUs = (packet.tmst - ended) >>> 0;
  const rx1 = Math.abs(afterUs - delayUs) <= WINDOW_US && packet.freq === freq && packet.datr === datr;
  return rx1 || (isRx2 && Math.abs(afterUs - delayUs - 1_000_000) <= WINDOW_US);
}
