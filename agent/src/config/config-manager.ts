import {
  checkReferences,
  describeViolations,
  type ErrorCode,
  GatewayConfig,
  type Hello,
  VigieError,
  validate,
  withPlainDigits,
} from '@vigie/contract';
import { type FindModel, problemOfModels } from '@vigie/decoders';
import type { BoundedLog } from '../bounded-log.ts';
import type { StateStore } from '../state-store.ts';

/** A part of the agent that lives by a section of the document. */
export interface ConfigSection {
  name: string;
  /** All of it or nothing: throws a VigieError when it cannot. `undefined` is the empty document: release everything. */
  apply(config: GatewayConfig | undefined): Promise<void>;
  /**
   * Goes by a document that was good before: what can run runs, whatever else is missing. Throws what is to be tried
   * again by calling it again. `apply` where a section has none.
   */
  start?(config: GatewayConfig): Promise<void>;
  /** What is missing now and is tried again by the section itself, a sentence each. */
  missing?(): readonly string[];
}

export type ConfigOutcome =
  | { ok: true; revision: number }
  | { ok: false; revision: number | undefined; code: ErrorCode; message: string };

export interface ConfigManagerParts {
  state: StateStore;
  sections: readonly ConfigSection[];
  findModel: FindModel;
  /** Called whenever what the server should know has changed. */
  changed(): void;
  log: { info(fields: object, message: string): void };
  /** What a server may provoke again and again is told at a bounded rate. */
  boundedLog: Pick<BoundedLog, 'warn'>;
  retryMs?: number;
}

const COLLECTION = 'config';
/** The revision of a first document that the process did not survive once: it is tried once more. */
const TRIED_AGAIN = 'triedAgain';
const DEFAULT_RETRY_MS = 15_000;
/** Sections that are named as missing something, and how much is said of each. */
const MAX_MISSING_TEXT = 1_024;
/** What stands in the document itself, and no port that comes back heals. */
const FAULTS_OF_DOCUMENT: ReadonlySet<ErrorCode> = new Set([
  'CONFIG_INVALID',
  'CONFIG_REFERENCE',
  'CONFIG_MODEL_INVALID',
  'CONFIG_MODEL_UNKNOWN',
]);
type Rejected = NonNullable<Hello['config']['rejected']>;

/**
 * Keeps the gateway on a document it can live with. A new one is checked, noted as candidate, applied section by
 * section and then kept as the last good one; if a section refuses, all go back to the last good one and the reason is
 * reported. A candidate found at start is one that the process did not survive: it is refused.
 * The first document has no last good one behind it: what is not there yet is reported and tried again while the rest
 * runs, and a restart in its middle has it tried once more.
 */
export class ConfigManager {
  readonly #parts: ConfigManagerParts;
  #current: GatewayConfig | undefined;
  #rejected: Rejected | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  readonly #failing = new Map<string, string>();

  constructor(parts: ConfigManagerParts) {
    this.#parts = parts;
  }

  get current(): GatewayConfig | undefined {
    return this.#current;
  }

  /** What sections lack of the document in force, by their name. All of it is tried again. */
  get problems(): ReadonlyMap<string, string> {
    const problems = new Map<string, string>();
    for (const { name, missing } of this.#parts.sections) {
      const failing = this.#failing.get(name);
      const all = [...(failing === undefined ? [] : [failing]), ...(missing?.() ?? [])];
      if (all.length > 0) problems.set(name, all.join('; '));
    }
    return problems;
  }

  status(): Hello['config'] {
    const { problems } = this;
    const missing = [...problems].map(([name, text]) => [name, text.slice(0, MAX_MISSING_TEXT)] as const);
    return {
      applied: this.#current?.revision ?? 0,
      ...(this.#rejected ? { rejected: this.#rejected } : {}),
      ...(missing.length > 0 && { missing: Object.fromEntries(missing) }),
    };
  }

  async start(): Promise<void> {
    const stored = await this.#parts.state.all<unknown>(COLLECTION);
    this.#current = stored.get('current') as GatewayConfig | undefined;
    this.#rejected = stored.get('rejected') as Rejected | undefined;
    // Refused by a former release for what may be there by now: the server is to offer it again.
    if (!this.#current && this.#rejected && !FAULTS_OF_DOCUMENT.has(this.#rejected.code as ErrorCode)) {
      this.#rejected = undefined;
    }
    if (this.#current) await this.#startSections(this.#current, this.#parts.sections);
    const candidate = stored.get('candidate') as GatewayConfig | undefined;
    if (candidate) await this.#resume(candidate, stored.get(TRIED_AGAIN) === candidate.revision);
  }

  /** A candidate that was being applied when the process ended. */
  async #resume(candidate: GatewayConfig, wasTriedAgain: boolean): Promise<void> {
    if (this.#current || wasTriedAgain) {
      const message = 'the gateway restarted while it applied the document';
      await this.#reject(candidate.revision, 'CONFIG_INTERRUPTED', message);
      return;
    }
    await this.#parts.state.write([{ collection: COLLECTION, key: TRIED_AGAIN, value: candidate.revision }]);
    await this.#apply(candidate);
  }

  stop(): void {
    clearTimeout(this.#retry);
  }

  /** A document from the fleet server, as parsed JSON. Documents are taken one after another. */
  receive(document: unknown): Promise<ConfigOutcome> {
    const outcome = this.#work.then(() => this.#take(document));
    this.#work = outcome.catch(() => undefined);
    return outcome;
  }

  async #take(document: unknown): Promise<ConfigOutcome> {
    const checked = checkConfig(document, this.#parts.findModel);
    const revision = checked.ok ? checked.config.revision : revisionOf(document);
    if (!checked.ok) return this.#refuse(revision, checked.code, checked.message);
    const applied = this.#current?.revision ?? 0;
    if (checked.config.revision === applied) return { ok: true, revision: applied };
    if (checked.config.revision < applied) {
      return { ok: false, revision, code: 'CONFIG_STALE', message: `revision ${applied} is in force` };
    }
    return this.#apply(checked.config);
  }

  async #apply(candidate: GatewayConfig): Promise<ConfigOutcome> {
    clearTimeout(this.#retry);
    await this.#parts.state.write([{ collection: COLLECTION, key: 'candidate', value: candidate }]);
    try {
      for (const section of this.#parts.sections) await section.apply(candidate);
    } catch (error) {
      const code = codeOf(error);
      const message = error instanceof Error ? error.message : String(error);
      if (!this.#current && !FAULTS_OF_DOCUMENT.has(code)) return this.#begin(candidate);
      if (this.#current) await this.#startSections(this.#current, this.#parts.sections);
      else for (const section of this.#parts.sections) await section.apply(undefined);
      return this.#refuse(candidate.revision, code, message);
    }
    this.#failing.clear();
    return this.#keep(candidate);
  }

  /** There is nothing to go back to: what can run runs, and the rest follows when it is there. */
  async #begin(candidate: GatewayConfig): Promise<ConfigOutcome> {
    // What is tried again goes by the document in force.
    this.#current = candidate;
    await this.#startSections(candidate, this.#parts.sections);
    return this.#keep(candidate);
  }

  async #keep(candidate: GatewayConfig): Promise<ConfigOutcome> {
    this.#current = candidate;
    this.#rejected = undefined;
    await this.#parts.state.write([
      { collection: COLLECTION, key: 'current', value: candidate },
      { collection: COLLECTION, key: 'candidate' },
      { collection: COLLECTION, key: 'rejected' },
      { collection: COLLECTION, key: TRIED_AGAIN },
    ]);
    this.#parts.log.info({ revision: candidate.revision, devices: candidate.devices.length }, 'configuration applied');
    this.#parts.changed();
    return { ok: true, revision: candidate.revision };
  }

  /** On the last good document each section does what it can; what fails (a port not there yet) is tried again. */
  async #startSections(config: GatewayConfig, sections: readonly ConfigSection[]): Promise<void> {
    const failed: ConfigSection[] = [];
    for (const section of sections) {
      this.#failing.delete(section.name);
      try {
        await (section.start ? section.start(config) : section.apply(config));
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        failed.push(section);
        this.#failing.set(section.name, detail);
        this.#parts.boundedLog.warn(codeOf(error), { section: section.name, detail });
      }
    }
    if (failed.length === 0) return;
    this.#retry = setTimeout(() => {
      this.#work = this.#work.then(() =>
        // a newer document has seen to it
        this.#current === config && this.#failing.size > 0 ? this.#startSections(config, failed) : undefined,
      );
    }, this.#parts.retryMs ?? DEFAULT_RETRY_MS);
  }

  async #refuse(revision: number | undefined, code: ErrorCode, message: string): Promise<ConfigOutcome> {
    this.#parts.boundedLog.warn(code, { revision, detail: message });
    if (revision !== undefined) await this.#reject(revision, code, message);
    this.#parts.changed();
    return { ok: false, revision, code, message };
  }

  async #reject(revision: number, code: ErrorCode, message: string): Promise<void> {
    this.#rejected = { revision, code, message: message.slice(0, 2_048) };
    await this.#parts.state.write([
      { collection: COLLECTION, key: 'rejected', value: this.#rejected },
      { collection: COLLECTION, key: 'candidate' },
    ]);
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof VigieError ? error.code : 'INTERNAL';
}

export type ConfigCheck = { ok: true; config: GatewayConfig } | { ok: false; code: ErrorCode; message: string };

/** Everything that can be said of a document without applying it. */
export function checkConfig(document: unknown, findModel: FindModel): ConfigCheck {
  let plain: unknown;
  try {
    plain = withPlainDigits(document);
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
  const checked = validate(GatewayConfig, plain);
  if (!checked.ok) return { ok: false, code: 'CONFIG_INVALID', message: describeViolations(checked.violations) };
  const violations = checkReferences(checked.value);
  if (violations.length > 0) return { ok: false, code: 'CONFIG_REFERENCE', message: describeViolations(violations) };
  const problem = problemOfModels(checked.value, findModel);
  if (problem) return { ok: false, ...problem };
  return { ok: true, config: checked.value };
}

function revisionOf(document: unknown): number | undefined {
  const revision =
    typeof document === 'object' && document !== null && 'revision' in document ? document.revision : undefined;
  return typeof revision === 'number' && Number.isSafeInteger(revision) && revision > 0 ? revision : undefined;
}
