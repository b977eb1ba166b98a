import { type AgentTargets, agentDoors } from './agent-doors.ts';
import type { Door } from './door.ts';

/** Where all listeners of a district are. */
export interface DoorTargets {
  agent: AgentTargets;
}

export function doorsOf({ agent }: DoorTargets): Door[] {
  return [...agentDoors(agent)];
}
