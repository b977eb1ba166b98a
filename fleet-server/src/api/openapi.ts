export const OPENAPI = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Vigie fleet server',
    version: '1',
    description:
      'Gateways, their devices and readings. People sign in and carry a session cookie with an X-CSRF-Token; programs carry a token; a platform reads with the name and password of its account (HTTP Basic).',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  components: {
    securitySchemes: {
      platform: { type: 'http' as const, scheme: 'basic' },
      token: { type: 'http' as const, scheme: 'bearer' },
      session: { type: 'apiKey' as const, in: 'cookie' as const, name: 'vigie_session' },
    },
  },
  security: [{ token: [] }, { session: [] }, { platform: [] }],
};
