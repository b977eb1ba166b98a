import type { Poll } from './load.ts';

/** A gateway that polls all slaves and tells a sink, for as long as it runs. */
export interface RunningPeer {
  /** Of the gateway's processes, without whatever takes its readings. */
  readonly processGroup: number;
  /** Everything that arrived at the sink, redeliveries too. */
  readonly arrived: readonly Poll[];
  /** The way to the sink breaks: open connections end, new ones are refused. */
  cut(): void;
  mend(): void;
  /** SIGKILL to all of its processes, and started again at once on the same data. */
  killAndRestart(): Promise<void>;
  /** What else cost something, for the conditions. */
  beside?(): string;
  stop(): Promise<void>;
}

export interface Peer {
  /** In the result. */
  key: string;
  /** For people. */
  title: string;
  /** What it does with a poll, and what of that is fair and unfair. */
  does: string;
  start(ports: readonly number[], folder: string): Promise<RunningPeer>;
}
