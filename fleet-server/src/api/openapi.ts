export const OPENAPI = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Vigie fleet server',
    version: '1',
    description:
      'Gateways, their devices and readings. People sign in and carry a session cookie with an X-CSRF-Token; programs carry a token; a platform reads with the name and password of its account (HTTP Basic).',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'The server that gave this description.' }],
  tags: [
    { name: 'enrolment', description: 'How a gateway gets its identity.' },
    { name: 'session', description: 'Signing in.' },
    { name: 'catalogue', description: 'Models of devices, and the schema of a configuration.' },
    { name: 'tenants', description: 'Whose data it is, and how long it stays.' },
    { name: 'sites', description: 'Places of gateways.' },
    { name: 'gateways', description: 'Gateways, their claims and what they sent.' },
    { name: 'configuration', description: 'The document that a gateway runs.' },
    { name: 'devices', description: 'What gateways hear and poll.' },
    { name: 'commands', description: 'Orders for devices.' },
    { name: 'readings', description: 'What devices measured: the newest, from a cursor on, and live.' },
    { name: 'logbook', description: 'What happened, and who changed what.' },
    { name: 'people', description: 'People and the tokens of programs.' },
    { name: 'platforms', description: 'Accounts of platforms.' },
  ],
  components: {
    securitySchemes: {
      platform: { type: 'http' as const, scheme: 'basic' },
      token: { type: 'http' as const, scheme: 'bearer' },
      session: { type: 'apiKey' as const, in: 'cookie' as const, name: 'vigie_session' },
    },
  },
  security: [{ token: [] }, { session: [] }, { platform: [] }],
};
