import { execFileSync } from 'node:child_process';
import { calibrationOf, calibrationSpells } from '../calibration.ts';
import { machine } from '../process-cost.ts';
import { modbusSerial, nodeRed, thingsboardGateway } from './foreign-peers.ts';
import { LOAD, type Plan } from './load.ts';
import type { Peer } from './peer.ts';
import { NODE_PACKAGES, PeersFolder, PYTHON_PACKAGES } from './peers-folder.ts';
import { type PeerFigures, runPeer } from './run-peer.ts';
import { vigie } from './vigie.ts';

type Make = (peers: PeersFolder) => Peer;
type Needs = readonly ('python' | 'node')[];

/** By the name of the option `--peer`. */
const PEERS: Readonly<Record<string, { make: Make; needs: Needs }>> = {
  vigie: { make: () => vigie, needs: [] },
  thingsboardGateway: { make: (peers) => thingsboardGateway(peers, 'sqlite'), needs: ['python'] },
  thingsboardGatewayMemory: { make: (peers) => thingsboardGateway(peers, 'memory'), needs: ['python'] },
  nodeRed: { make: nodeRed, needs: ['node'] },
  modbusSerial: { make: modbusSerial, needs: ['node'] },
};
export const PEER_NAMES = Object.keys(PEERS);

export interface PeersReport {
  bench: 'peers';
  figures: Record<string, PeerFigures>;
  calibration: Record<string, number>;
  conditions: Record<string, string>;
}

/** The same load and the same outage for each gateway, one after the other, on this machine. */
export async function benchPeers(
  names: readonly string[],
  { folder, plan, say }: { folder: string; plan: Plan; say: (line: string) => void },
): Promise<PeersReport> {
  const peers = new PeersFolder(folder);
  const chosen = Object.entries(PEERS).filter(([name]) => names.includes(name));
  peers.install([...new Set(chosen.flatMap(([, { needs }]) => needs))], say);
  const spells = calibrationSpells();
  const figures: Record<string, PeerFigures> = {};
  const conditions: Record<string, string> = {};
  for (const [name, { make }] of chosen) {
    const peer = make(peers);
    const result = await runPeer(peer, plan, say);
    figures[name] = result.figures;
    conditions[name] = `${peer.title}: ${peer.does}; ${result.detail}`;
    spells.push(...calibrationSpells());
  }
  const { crypto, json, commits } = calibrationOf(spells);
  const calibration = { crypto: Math.round(crypto), json: Math.round(json), commits: Math.round(commits) };
  return { bench: 'peers', figures, calibration, conditions: { ...told(plan), ...conditions } };
}

function told({ warmUp, steady, outage: { away, kill, back, end } }: Plan): Record<string, string> {
  const pins = Object.entries({ ...PYTHON_PACKAGES, ...NODE_PACKAGES }).map(([name, version]) => `${name} ${version}`);
  return {
    ...machine(),
    versions: `${pins.join(', ')}, Node ${process.versions.node}, ${versionOf('python3', '--version')}`,
    load: `${LOAD.slaves} Modbus TCP slaves of ${LOAD.registers} holding registers, each polled once a second; one gateway after the other`,
    cost: `processor and resident memory of all processes of the gateway for ${steady} s after ${warmUp} s, without broker or server`,
    outage: `the way to the sink is cut from second ${away} to ${back}, all processes of the gateway get SIGKILL at second ${kill} and start again at once; polling ends at second ${end}`,
    lost: 'polls that a slave answered and that never arrived at the sink, by the number in register 0; arrivals beyond the first are duplicates',
    unfairToVigie:
      'it decodes, stores with fsync, and speaks mutual TLS with a server that stores too, where others publish plain JSON to a bare broker',
    unfairToOthers:
      'behind thingsboard-gateway a bare broker stands for ThingsBoard; Node-RED can be given a store by whoever writes the flow; a loop is as good as whoever wrote it',
  };
}

function versionOf(program: string, option: string): string {
  try {
    return execFileSync(program, [option], { encoding: 'utf8' }).trim();
  } catch {
    return `no ${program}`;
  }
}

const COLUMNS = [
  ...['registersPerSecond', 'cpuSecondsPerMinute', 'rssMb', 'lostAfterKill', 'duplicatesAfterKill'],
] as (keyof PeerFigures)[];

/** A table for people. */
export function peersTable({ figures }: PeersReport): string {
  const head = ['', ...COLUMNS];
  const rows = Object.entries(figures).map(([name, found]) => [
    name,
    ...COLUMNS.map((column) => String(found[column])),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return `${[head, ...rows].map(line).join('\n')}\n`;
}
