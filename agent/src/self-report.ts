import { type GatewayStatus, type Hello, PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from '@vigie/contract';
import type { ConfigManager } from './config/config-manager.ts';
import type { Ground } from './ground.ts';
import { AGENT_VERSION } from './version.ts';

/** The first word of each session. */
export function helloOf({ startedAt }: Pick<Ground, 'startedAt'>, config: ConfigManager): Hello {
  return {
    v: PROTOCOL_VERSION,
    versions: [...SUPPORTED_PROTOCOL_VERSIONS],
    agentVersion: AGENT_VERSION,
    bootedAt: startedAt,
    config: config.status(),
  };
}

export function statusOf(
  { clock, outbox, ledger }: Pick<Ground, 'clock' | 'outbox' | 'ledger'>,
  config: ConfigManager,
  awaitedSessions: string[],
): GatewayStatus {
  return {
    v: PROTOCOL_VERSION,
    at: clock.now(),
    agentVersion: AGENT_VERSION,
    uptimeSeconds: Math.round(process.uptime()),
    rssBytes: process.memoryUsage.rss(),
    clockTrusted: clock.trusted(),
    config: config.status(),
    ...(awaitedSessions.length > 0 && { awaitedSessions }),
    outbox: outbox.status(),
    ledger: ledger.snapshot(),
  };
}
