import { agentBench } from './agent.ts';
import type { Bench } from './bench.ts';
import { catalogueBench } from './catalogue.ts';
import { codecBench } from './codec.ts';
import { drainBench } from './drain.ts';
import { idleBench } from './idle.ts';
import { ingestBench } from './ingest.ts';
import { lorawanBench } from './lorawan.ts';
import { modbusBench } from './modbus.ts';
import { wireBench } from './wire.ts';

/** What `scripts/bench NAME` measures of Vigie itself. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  agent: agentBench,
  catalogue: catalogueBench,
  codec: codecBench,
  drain: drainBench,
  idle: idleBench,
  ingest: ingestBench,
  lorawan: lorawanBench,
  modbus: modbusBench,
  wire: wireBench,
};
