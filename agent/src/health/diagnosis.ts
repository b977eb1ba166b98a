import type { GatewayStatus } from '@vigie/contract';
import { ERRORS } from '@vigie/contract';
import { imbalanceOf } from '../ledger.ts';

/** One line of `vigie-agent doctor`. */
export interface Finding {
  check: CheckName;
  verdict: 'good' | 'warning' | 'bad';
  /** Measured values, the same in every language. */
  detail: string;
}

export type CheckName =
  | 'running'
  | 'identity'
  | 'certificate'
  | 'clock'
  | 'link'
  | 'configuration'
  | 'sections'
  | 'buffer'
  | 'ledger'
  | 'drops'
  | 'devices'
  | 'lines'
  | 'radios'
  | 'networks'
  | 'joins';

export interface LiveStatus extends GatewayStatus {
  link: { up: boolean; lastError: string; server: string };
  problems: Record<string, string>;
  modbus: { device: string; state: string }[];
  lines: { bus: string; share: number; stretch: number }[];
  lorawan: {
    sources: { id: string; address: string; gateways: { gatewayEui: string; lastSeenAt: number }[] }[];
    networks: { id: string; address: string; connected: boolean }[];
    frames?: readonly { device?: string; code?: string; text: string }[];
  };
}

/** Packet forwarders and stations say something at least every 30 s; three times that is no accident. */
const RADIO_SILENT_MS = 90_000;

/** What a running agent's own figures say about its health. */
export function diagnose(status: LiveStatus): Finding[] {
  const { config, link, outbox } = status;
  const unbalanced = Object.entries(status.ledger).filter(([, stage]) => imbalanceOf(stage) !== 0);
  const problems = Object.entries(status.problems);
  const failing = status.modbus.filter(({ state }) => state === 'failing' || state === 'degraded');
  return [
    { check: 'running', verdict: 'good', detail: `${status.agentVersion}, ${status.uptimeSeconds} s` },
    { check: 'clock', verdict: status.clockTrusted ? 'good' : 'warning', detail: new Date(status.at).toISOString() },
    {
      check: 'link',
      verdict: link.up ? 'good' : 'bad',
      detail: link.up ? link.server : `${link.server} ${link.lastError}`,
    },
    {
      check: 'configuration',
      verdict: config.rejected ? 'bad' : config.applied === 0 ? 'warning' : 'good',
      detail: config.rejected
        ? `${config.applied}; ${config.rejected.revision}: ${config.rejected.code} ${config.rejected.message}`
        : String(config.applied),
    },
    {
      check: 'sections',
      verdict: problems.length === 0 ? 'good' : 'bad',
      detail: problems.map(([name, problem]) => `${name}: ${problem}`).join('; '),
    },
    {
      check: 'buffer',
      verdict: link.up || outbox.records === 0 ? 'good' : 'warning',
      detail: `${outbox.records}, ${outbox.bytes} B`,
    },
    {
      check: 'ledger',
      verdict: unbalanced.length === 0 ? 'good' : 'bad',
      detail: unbalanced.map(([name, stage]) => `${name} ${imbalanceOf(stage)}`).join(', '),
    },
    ...dropsOf(status),
    {
      check: 'devices',
      verdict: failing.length === 0 ? 'good' : 'warning',
      detail: failing.map(({ device, state }) => `${device} ${state}`).join(', '),
    },
    ...linesOf(status),
    ...radiosOf(status),
    ...networksOf(status),
    ...joinsOf(status),
  ];
}

/** How full serial lines are; behind an overfull one by how much its intervals are too short. */
function linesOf({ lines }: LiveStatus): Finding[] {
  if (lines.length === 0) return [];
  const details = lines.map(({ bus, share, stretch }) => {
    const percent = `${bus} ${Math.round(share * 100)} %`;
    return share > 1 ? `${percent} (× ${stretch.toFixed(1)})` : percent;
  });
  const verdict = lines.some(({ share }) => share > 1) ? 'warning' : 'good';
  return [{ check: 'lines', verdict, detail: details.join(', ') }];
}

/** Each source of frames, with the radios behind it that are silent or that never came. */
function radiosOf({ lorawan: { sources }, at }: LiveStatus): Finding[] {
  return sources.map(({ id, address, gateways }) => {
    const silent = gateways.filter(({ lastSeenAt }) => at - lastSeenAt > RADIO_SILENT_MS);
    const names = silent.map(
      ({ gatewayEui, lastSeenAt }) => `${gatewayEui} ${Math.round((at - lastSeenAt) / 1_000)} s`,
    );
    const verdict = gateways.length === 0 || silent.length > 0 ? 'warning' : 'good';
    const count = `${gateways.length - silent.length}/${gateways.length}`;
    return { check: 'radios', verdict, detail: [`${id} ${address}: ${count}`, ...names].join(', ') };
  });
}

function networksOf({ lorawan: { networks } }: LiveStatus): Finding[] {
  return networks.map(({ id, address, connected }) => {
    return { check: 'networks', verdict: connected ? 'good' : 'warning', detail: `${id} ${address}` };
  });
}

/** Devices that cannot join for a typing error in their configuration; of each what it said last. */
function joinsOf({ lorawan: { frames = [] } }: LiveStatus): Finding[] {
  const said = new Map<string, string>();
  for (const { device = '', code = '', text } of frames) if (MISTYPED.has(code)) said.set(device, text);
  return [...said].map(([device, text]) => ({ check: 'joins', verdict: 'warning', detail: `${device} ${text}` }));
}

const MISTYPED: ReadonlySet<string> = new Set(['LORAWAN_JOINEUI_MISMATCH', 'LORAWAN_DEVEUI_MISMATCH']);

function dropsOf({ ledger }: GatewayStatus): Finding[] {
  return Object.entries(ledger).flatMap(([stage, { dropped }]) =>
    Object.entries(dropped).map(
      ([reason, count]): Finding => ({
        check: 'drops',
        verdict: 'warning',
        detail: `${stage}: ${count} × ${reason} — ${sentenceOf(reason)}`,
      }),
    ),
  );
}

function sentenceOf(reason: string): string {
  return reason in ERRORS ? ERRORS[reason as keyof typeof ERRORS] : reason;
}
