import { type AgentTargets, agentDoors } from './agent-doors.ts';
import type { Door } from './door.ts';
import { serverDoors } from './server-doors.ts';
import type { ServerTargets } from './server-targets.ts';

/** Where all listeners of a district are. */
export interface DoorTargets {
  agent: AgentTargets;
  server: ServerTargets;
}

export function doorsOf({ agent, server }: DoorTargets): Door[] {
  return [...agentDoors(agent), ...serverDoors(server)];
}
