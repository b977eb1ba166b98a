import type { GatewayStatus } from '@vigie/contract';
import { imbalanceOf } from '../ledger.ts';

/** One line of `vigie-agent doctor`. */
export interface Finding {
  check: CheckName;
  verdict: 'good' | 'warning' | 'bad';
  /** Measured values, the same in every language. */
  detail: string;
  /** What it means and what to do; the words are `doctor`'s, in the language of whoever asks. */
  reason?: ReasonName;
  /** Of the errors that the contract lists. */
  code?: string;
}

export type ReasonName =
  | 'waitsForClaim'
  | 'notRunning'
  | 'notAnswering'
  | 'certificateEnds'
  | 'certificateEnded'
  | 'clockUntrusted'
  | 'notTried'
  | 'identityRevoked'
  | 'serverRefuses'
  | 'serverSilent'
  | 'serverUntrusted'
  | 'noDocument'
  | 'triedAgain'
  | 'keptUntilBack'
  | 'defect'
  | 'slavesSilent'
  | 'lineFull'
  | 'neverHeard'
  | 'radioSilent'
  | 'networkUnreached'
  | 'mistyped';

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
  | 'usual'
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
    {
      ...{
        check: 'clock',
        verdict: status.clockTrusted ? 'good' : 'warning',
        detail: new Date(status.at).toISOString(),
      },
      ...(status.clockTrusted ? {} : { reason: 'clockUntrusted' }),
    },
    linkOf(link),
    configurationOf(config),
    {
      check: 'sections',
      verdict: problems.length === 0 ? 'good' : 'bad',
      detail: problems.map(([name, problem]) => `${name}: ${problem}`).join('; '),
      ...(problems.length === 0 ? {} : { reason: 'triedAgain' }),
    },
    {
      check: 'buffer',
      verdict: link.up || outbox.records === 0 ? 'good' : 'warning',
      detail: `${outbox.records}, ${outbox.bytes} B`,
      ...(link.up || outbox.records === 0 ? {} : { reason: 'keptUntilBack' }),
    },
    {
      check: 'ledger',
      verdict: unbalanced.length === 0 ? 'good' : 'bad',
      detail: unbalanced.map(([name, stage]) => `${name} ${imbalanceOf(stage)}`).join(', '),
      ...(unbalanced.length === 0 ? {} : { reason: 'defect' }),
    },
    ...dropsOf(status),
    {
      check: 'devices',
      verdict: failing.length === 0 ? 'good' : 'warning',
      detail: failing.map(({ device, state }) => `${device} ${state}`).join(', '),
      ...(failing.length === 0 ? {} : { reason: 'slavesSilent' }),
    },
    ...linesOf(status),
    ...radiosOf(status),
    ...networksOf(status),
    ...joinsOf(status),
  ];
}

/** CONNACK return codes (MQTT 3.1.1, table 3.1): 4 and 5 speak of whoever connects, 3 of the server. */
const REFUSED = new Set(['4', '5']);
const UNAVAILABLE = '3';
const UNTRUSTED = /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT|CERT_)/;

function linkOf({ up, server, lastError }: LiveStatus['link']): Finding {
  if (up) return { check: 'link', verdict: 'good', detail: server };
  if (lastError === 'NOT_YET') return { check: 'link', verdict: 'warning', detail: server, reason: 'notTried' };
  const refused = REFUSED.has(lastError);
  const reason = refused
    ? 'identityRevoked'
    : lastError === UNAVAILABLE
      ? 'serverRefuses'
      : UNTRUSTED.test(lastError)
        ? 'serverUntrusted'
        : 'serverSilent';
  return { check: 'link', verdict: 'bad', detail: refused ? server : `${server} ${lastError}`, reason };
}

function configurationOf({ rejected, applied }: LiveStatus['config']): Finding {
  if (rejected) {
    const { revision, code, message } = rejected;
    return { check: 'configuration', verdict: 'bad', detail: `${applied}; ${revision}: ${code} ${message}`, code };
  }
  if (applied === 0) return { check: 'configuration', verdict: 'warning', detail: '0', reason: 'noDocument' };
  return { check: 'configuration', verdict: 'good', detail: String(applied) };
}

/** How full serial lines are; behind an overfull one by how much its intervals are too short. */
function linesOf({ lines }: LiveStatus): Finding[] {
  if (lines.length === 0) return [];
  const details = lines.map(({ bus, share, stretch }) => {
    const percent = `${bus} ${Math.round(share * 100)} %`;
    return share > 1 ? `${percent} (× ${stretch.toFixed(1)})` : percent;
  });
  const detail = details.join(', ');
  if (!lines.some(({ share }) => share > 1)) return [{ check: 'lines', verdict: 'good', detail }];
  return [{ check: 'lines', verdict: 'warning', detail, reason: 'lineFull' }];
}

/** Each source of frames, with the radios behind it that are silent or that never came. */
function radiosOf({ lorawan: { sources }, at }: LiveStatus): Finding[] {
  return sources.map(({ id, address, gateways }) => {
    const silent = gateways.filter(({ lastSeenAt }) => at - lastSeenAt > RADIO_SILENT_MS);
    const names = silent.map(
      ({ gatewayEui, lastSeenAt }) => `${gatewayEui} ${Math.round((at - lastSeenAt) / 1_000)} s`,
    );
    const count = `${gateways.length - silent.length}/${gateways.length}`;
    const detail = [`${id} ${address}: ${count}`, ...names].join(', ');
    if (gateways.length === 0) return { check: 'radios', verdict: 'warning', detail, reason: 'neverHeard' };
    if (silent.length > 0) return { check: 'radios', verdict: 'warning', detail, reason: 'radioSilent' };
    return { check: 'radios', verdict: 'good', detail };
  });
}

function networksOf({ lorawan: { networks } }: LiveStatus): Finding[] {
  return networks.map(({ id, address, connected }) => {
    const detail = `${id} ${address}`;
    if (connected) return { check: 'networks', verdict: 'good', detail };
    return { check: 'networks', verdict: 'warning', detail, reason: 'networkUnreached' };
  });
}

/** Devices that cannot join for a typing error in their configuration; of each what it said last. */
function joinsOf({ lorawan: { frames = [] } }: LiveStatus): Finding[] {
  const said = new Map<string, string>();
  for (const { device = '', code = '', text } of frames) if (MISTYPED.has(code)) said.set(device, text);
  return [...said].map(([device, text]) => {
    return { check: 'joins', verdict: 'warning', detail: `${device} ${text}`, reason: 'mistyped' };
  });
}

const MISTYPED: ReadonlySet<string> = new Set(['LORAWAN_JOINEUI_MISMATCH', 'LORAWAN_DEVEUI_MISMATCH']);

/** What is heard twice, was asked for so, or is of somebody else is no fault. */
const USUAL: ReadonlySet<string> = new Set([
  ...['LORAWAN_DUPLICATE', 'LORAWAN_RETRANSMISSION', 'LORAWAN_NO_PAYLOAD', 'LORAWAN_DEVICE_UNKNOWN'],
  ...['LORAWAN_HEARD_ELSEWHERE', 'LORAWAN_HOME_ELSEWHERE', 'READING_UNCHANGED', 'SAMPLE_KNOWN', 'DECODE_PART'],
  ...['MODBUS_CANCELLED', 'CONNECTION_LOST', 'STOPPED'],
]);

function dropsOf({ ledger }: GatewayStatus): Finding[] {
  const drops = Object.entries(ledger).flatMap(([stage, { dropped }]) =>
    Object.entries(dropped).map(([code, count]) => ({ code, detail: `${stage}: ${count} × ${code}` })),
  );
  const usual = drops.filter(({ code }) => USUAL.has(code)).map(({ detail }) => detail);
  return [
    ...drops
      .filter(({ code }) => !USUAL.has(code))
      .map(({ code, detail }): Finding => ({ check: 'drops', verdict: 'warning', detail, code })),
    ...(usual.length === 0 ? [] : [{ check: 'usual', verdict: 'good', detail: usual.join(', ') } as const]),
  ];
}
