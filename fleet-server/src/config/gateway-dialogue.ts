import type { GatewayConfig } from '@vigie/contract';
import {
  describeViolations,
  GatewayStatus,
  Hello,
  parseForeignJson,
  SUPPORTED_PROTOCOL_VERSIONS,
  VigieError,
  validate,
} from '@vigie/contract';
import type { GatewayEntry } from '../registry/gateway-directory.ts';
import type { Presence } from '../registry/presence.ts';

export interface DialogueParts {
  presence: Presence;
  documentFor: (gateway: string) => Promise<GatewayConfig | undefined>;
  sendConfig: (gateway: string, config: GatewayConfig) => void;
  resendCommands: (gateway: string) => Promise<void>;
  /** A restart interrupted the gateway in this document. */
  offerAgain: (gateway: string, revision: number) => Promise<void>;
  /** Before the document: sessions that are on their way to the gateway. */
  prepareHome: (gateway: string) => Promise<void>;
  /** The gateway says which sessions it waits for. */
  sessionsAwaited: (gateway: GatewayEntry, status: GatewayStatus) => Promise<void>;
  /** After the document: what is to be let go, and frames that wait for the gateway. */
  greetHome: (gateway: string) => Promise<void>;
}

/** What a gateway says of itself, and what it is told in return. */
export class GatewayDialogue {
  readonly #parts: DialogueParts;

  constructor(parts: DialogueParts) {
    this.#parts = parts;
  }

  /** Throws PROTOCOL_UNSUPPORTED where no version is spoken by both sides, BATCH_INVALID for what is no greeting. */
  async hello(gateway: string, payload: Buffer): Promise<void> {
    const hello = read(Hello, payload);
    if (!hello.versions.some((version) => SUPPORTED_PROTOCOL_VERSIONS.includes(version))) {
      throw new VigieError('PROTOCOL_UNSUPPORTED', `The gateway speaks ${hello.versions.join(', ')}`);
    }
    this.#parts.presence.reported(gateway, hello);
    await this.#parts.prepareHome(gateway);
    await this.offerConfig(gateway, hello.config);
    const { rejected } = hello.config;
    if (rejected?.code === 'CONFIG_INTERRUPTED') await this.#parts.offerAgain(gateway, rejected.revision);
    await this.#parts.greetHome(gateway);
    await this.#parts.resendCommands(gateway);
  }

  async status(gateway: GatewayEntry, payload: Buffer): Promise<void> {
    const status = read(GatewayStatus, payload);
    this.#parts.presence.reported(gateway.id, status, status);
    if (status.awaitedSessions) await this.#parts.sessionsAwaited(gateway, status);
  }

  /** Sends the document in force unless the gateway has it, or has it and refused it. */
  async offerConfig(gateway: string, known: Hello['config']): Promise<void> {
    const config = await this.#parts.documentFor(gateway);
    if (!config || config.revision === known.applied || config.revision === known.rejected?.revision) return;
    this.#parts.sendConfig(gateway, config);
  }
}

/** As long as a packet of a gateway may be. */
const MESSAGE_BOUNDS = { maxBytes: 1_114_112, maxDepth: 32 };

function read<S extends typeof Hello | typeof GatewayStatus>(schema: S, payload: Buffer) {
  const parsed = parseForeignJson(payload, MESSAGE_BOUNDS);
  if (!parsed.ok) throw new VigieError('BATCH_INVALID', 'Not JSON, too long or too deep');
  const checked = validate(schema, parsed.value);
  if (!checked.ok) throw new VigieError('BATCH_INVALID', describeViolations(checked.violations));
  return checked.value;
}
