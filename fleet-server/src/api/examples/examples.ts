import { DEVICE_EXAMPLES } from './devices.ts';
import { GATEWAY_EXAMPLES } from './gateways.ts';
import { LOGBOOK_EXAMPLES } from './logbook.ts';
import type { Examples } from './operation-examples.ts';
import { PEOPLE_EXAMPLES } from './people.ts';
import { READING_EXAMPLES } from './readings.ts';
import { REGISTRY_EXAMPLES } from './registry.ts';
import { SESSION_EXAMPLES } from './session.ts';

/** For the description of the API; tests send each body to a server and hold each answer against its schema. */
export const EXAMPLES: Examples = {
  ...SESSION_EXAMPLES,
  ...REGISTRY_EXAMPLES,
  ...GATEWAY_EXAMPLES,
  ...DEVICE_EXAMPLES,
  ...READING_EXAMPLES,
  ...LOGBOOK_EXAMPLES,
  ...PEOPLE_EXAMPLES,
};
