import { describeViolations, type ModelConfig, VigieError } from '@vigie/contract';
import {
  type CodecDefinition,
  type CodecSandbox,
  type DecodeOutcome,
  decodeByCodec,
  encodeByCodec,
  findDefinition,
  type Model,
  ownModels,
  type UplinkInput,
} from '@vigie/decoders';

/**
 * The models that the configuration in force may name: those of the catalogue and its own. The sandbox is there as long
 * as one of them needs it: a gateway without a vendor's codec pays nothing for it.
 */
export class KnownModels {
  readonly #openSandbox: () => Promise<CodecSandbox>;
  #own: ReadonlyMap<string, Model> = new Map();
  #text = '';
  #sandbox: Promise<CodecSandbox> | undefined;

  constructor(openSandbox: () => Promise<CodecSandbox>) {
    this.#openSandbox = openSandbox;
  }

  readonly find = (id: string): Model | undefined => this.#own.get(id) ?? findDefinition(id);

  /** @throws VigieError CONFIG_MODEL_INVALID; then all stays as it was */
  async apply(configs: readonly ModelConfig[] = []): Promise<void> {
    const text = JSON.stringify(configs);
    // A model that stays the same stays the same object: whoever polls by it goes on.
    if (text === this.#text) return;
    const outcome = ownModels(configs);
    if (!outcome.ok) throw new VigieError('CONFIG_MODEL_INVALID', describeViolations(outcome.violations));
    this.#own = outcome.models;
    this.#text = text;
    if (![...this.#own.values()].some((model) => 'codec' in model)) await this.close();
  }

  async decode({ codec }: CodecDefinition, uplink: UplinkInput): Promise<DecodeOutcome> {
    return decodeByCodec(await this.#running(), codec, uplink);
  }

  async encode({ codec }: CodecDefinition, data: unknown): ReturnType<typeof encodeByCodec> {
    return encodeByCodec(await this.#running(), codec, data);
  }

  async close(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    await (await sandbox)?.close();
  }

  #running(): Promise<CodecSandbox> {
    this.#sandbox ??= this.#openSandbox();
    return this.#sandbox;
  }
}
