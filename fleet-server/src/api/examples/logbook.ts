import { AT, type Examples, page } from './operation-examples.ts';

const id = 'dGhlIHBsYWNlIG9mIGEgbQ';
const audit = { id, at: AT, actor: 'user:admin', tenant: 'ville', action: 'gateway.revoke', target: 'gateway/gw-1' };

export const LOGBOOK_EXAMPLES: Examples = {
  listEvents: {
    answer: page({
      ...{ id, gateway: 'gw-1', source: 'server', code: 'GATEWAY_OFFLINE', severity: 'warning' },
      ...{ message: 'Away for 2 min: the connection was lost', at: AT, storedAt: AT },
    }),
  },
  listPoisonRecords: {
    answer: page({
      ...{ id, gateway: 'gw-1', epoch: 'k3v9x2m1', seq: 4_711, code: 'RECORD_INVALID' },
      ...{ message: '/readings/0/value: expected number', body: '{"kind":"readings"}', storedAt: AT },
    }),
  },
  listAuditRows: { answer: page({ ...audit, details: {} }) },
  listInstallationEvents: {
    answer: page({
      ...{ id, source: 'server', code: 'SIGN_IN_THROTTLED', severity: 'warning', at: AT, storedAt: AT },
      message: '40 wrong passwords from 192.0.2.7',
    }),
  },
  listInstallationAuditRows: {
    answer: page({
      ...{ ...audit, tenant: null, action: 'tenant.create', target: 'tenant/bourg' },
      details: { name: 'Bourg' },
    }),
  },
};
