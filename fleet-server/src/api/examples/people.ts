import { AT, DAY_MS, type Examples, page } from './operation-examples.ts';

const claire = { name: 'claire', tenant: 'ville', role: 'technician' };
const user = { id: '0b5f2b6a-6a0c-4a51-9d0c-5f4f0f2d7c11', ...claire, createdAt: AT, disabled: false };
const board = { name: 'Tableau de bord', tenant: 'ville', role: 'viewer' };
const token = {
  ...{ id: '8d1de6a4-35c1-4f5c-8f3a-9a3c0c8a2b77', ...board, createdAt: AT, createdBy: 'user:admin' },
  expiresAt: AT + 365 * DAY_MS,
};
const account = { name: 'hypervisor', tenant: 'ville', createdAt: AT, createdBy: 'user:admin' };

export const PEOPLE_EXAMPLES: Examples = {
  listUsers: { answer: page(user) },
  createUser: {
    bodies: { technician: { summary: 'A technician of one tenant.', value: claire } },
    answer: { user, password: 'made up, and shown once' },
  },
  updateUser: {
    bodies: { promoted: { summary: 'Another role.', value: { role: 'operator', disabled: false } } },
    answer: { ...user, role: 'operator' },
  },
  resetPassword: { answer: { password: 'made up, and shown once' } },
  listTokens: { answer: page(token) },
  createToken: {
    bodies: { board: { summary: 'A program that reads one tenant.', value: board } },
    answer: { token, secret: 'shown-once' },
  },
  listPlatformAccounts: { answer: page(account) },
  createPlatformAccount: {
    bodies: {
      platform: { summary: 'A platform that reads this tenant.', value: { name: 'hypervisor' } },
    },
    answer: { account, password: 'shown-once' },
  },
};
