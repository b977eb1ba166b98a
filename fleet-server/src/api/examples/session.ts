import type { Examples } from './operation-examples.ts';

const session = { name: 'admin', kind: 'user', tenant: null, role: 'administrator', csrfToken: '3q2-7wAAAAA' };

export const SESSION_EXAMPLES: Examples = {
  enrol: {
    bodies: {
      CLAIM_REFUSED: {
        summary: 'A claim that was used, has ended or never was.',
        value: {
          v: 1,
          code: 'ABCD-EFGH-JKLM',
          csr: '-----BEGIN CERTIFICATE REQUEST-----\nMIHPMHcCAQAwFTETMBEGA1UEAwwKZ2F0ZXdheS0xMA==\n-----END CERTIFICATE REQUEST-----\n',
        },
      },
    },
    answer: {
      ...{ v: 1, gateway: 'gw-1', tenant: 'ville' },
      certificate: '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n',
      ca: '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n',
      mqtt: { host: 'fleet.example.org', port: 8_883 },
    },
  },
  signIn: {
    bodies: {
      person: { summary: 'Name and password.', value: { name: 'admin', password: 'canards du lac gele' } },
      LOGIN_FAILED: { summary: 'A wrong password.', value: { name: 'admin', password: 'canards du lac' } },
    },
    answer: session,
  },
  getSession: { answer: session },
  changePassword: {
    bodies: {
      PASSWORD_WEAK: {
        summary: 'A password that is soon guessed.',
        value: { current: 'canards du lac gele', new: 'motdepasse2026' },
      },
      person: {
        summary: 'The old one and the new one.',
        value: { current: 'canards du lac gele', new: 'sept cygnes sous la lune' },
      },
    },
  },
};
