import { AT, DAY_MS, type Examples, page } from './operation-examples.ts';

const gateway = {
  ...{ id: 'gw-1', tenant: 'ville', name: 'Armoire rue Haute', site: 'mairie', state: 'online', createdAt: AT },
  ...{ lastSeenAt: AT + DAY_MS, agentVersion: '0.1.0', config: { revision: 4, applied: 4 }, devices: 2 },
};
const created = {
  ...{ id: 'gw-3', tenant: 'ville', name: 'Armoire rue Basse', state: 'new', createdAt: AT },
  ...{ config: { revision: 0, applied: 0 }, devices: 0 },
};

const activation = { mode: 'otaa', joinEui: '70b3d57ed0000001', appKey: '000102030405060708090a0b0c0d0e0f' };
const radio = { devEui: '70b3d5fffe00ab12', macVersion: '1.0.3', class: 'C' };
const lamp = { id: 'lamp-12', name: 'Candélabre 12', model: 'nasys/ul20xx', asset: 'rue-haute-12' };
const cabinet = {
  ...{ id: 'cabinet-1', model: 'vigie/lighting-cabinet' },
  modbus: { bus: 'cabinet', unit: 1, intervalMs: 10_000 },
};

/** A luminaire by radio and the cabinet that feeds it by Modbus. */
const DOCUMENT = {
  schema: 1,
  lorawan: {
    ...{ region: 'EU868', netId: '000000' },
    sources: [{ id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port: 1_700 }],
  },
  modbus: { buses: [{ id: 'cabinet', type: 'tcp', host: '192.0.2.10', port: 502 }] },
  devices: [{ ...lamp, lorawan: { ...radio, activation } }, cabinet],
};
const REDACTED = {
  ...{ ...DOCUMENT, revision: 4 },
  devices: [{ ...lamp, lorawan: { ...radio, activation: { ...activation, appKey: '****0e0f' } } }, cabinet],
};

export const GATEWAY_EXAMPLES: Examples = {
  listGateways: { answer: { items: [gateway], next: 'WyJpZCIsImd3LTEiXQ' } },
  createGateway: {
    bodies: {
      gateway: { summary: 'A cabinet that is yet to come.', value: { id: 'gw-3', name: 'Armoire rue Basse' } },
      CONFLICT: { summary: 'An id that this tenant has already.', value: { id: 'gw-1', name: 'Armoire' } },
      NOT_FOUND: { summary: 'At a site that is not there.', value: { id: 'gw-4', name: 'Armoire', site: 'nowhere' } },
    },
    answer: created,
  },
  getCounts: {
    answer: {
      gateways: { total: 500, new: 125, online: 250, offline: 124, revoked: 1, configRefused: 2 },
      devices: { total: 20_000, neverHeard: 2_000, inService: 8_000, silent: 1_000, unknown: 9_000 },
    },
  },
  getGateway: {
    answer: {
      ...gateway,
      config: {
        ...{ revision: 5, applied: 4 },
        rejected: { revision: 5, code: 'CONFIG_BUS_FAILED', message: 'no /dev/ttyUSB0' },
      },
      status: { v: 1, agentVersion: '0.1.0', config: { applied: 4 } },
    },
  },
  listContinuity: {
    answer: page({ epoch: 'k3v9x2m1', newest: 4_711, missing: 2, holes: [{ from: 4_001, to: 4_002 }] }),
  },
  updateGateway: {
    bodies: {
      moved: { summary: 'A name and a place.', value: { name: 'Armoire rue Haute', site: 'mairie' } },
    },
    answer: gateway,
  },
  createClaim: {
    bodies: { day: { summary: 'Good for a day.', value: { expiresInSeconds: 86_400 } } },
    answer: {
      claim: `vigie:fleet.example.org:8443#${'4f'.repeat(32)}/ABCD-EFGH-JKLM`,
      code: 'ABCD-EFGH-JKLM',
      expiresAt: AT + DAY_MS,
    },
  },
  getConfig: { answer: REDACTED },
  putConfig: {
    bodies: {
      street: { summary: 'A luminaire by radio and its cabinet by Modbus.', value: DOCUMENT },
      CONFIG_REFERENCE: {
        summary: 'A device on a bus that the document does not define.',
        value: {
          schema: 1,
          devices: [
            {
              ...{ id: 'meter-1', model: 'eastron/sdm630' },
              modbus: { bus: 'nowhere', unit: 1, intervalMs: 10_000 },
            },
          ],
        },
      },
    },
    answer: REDACTED,
  },
};
