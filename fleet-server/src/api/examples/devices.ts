import { AT, DAY_MS, type Examples, page } from './operation-examples.ts';

const lamp = {
  ...{ gateway: 'gw-1', id: 'lamp-12', model: 'nasys/ul20xx', name: 'Candélabre 12', asset: 'rue-haute-12' },
  ...{ domain: 'lighting', protocol: 'lorawan', address: '70b3d5fffe00ab12', state: 'inService', heardAt: AT },
};
const bin = {
  ...{ gateway: 'gw-1', id: 'lamp-13', model: 'nasys/ul20xx', asset: 'lamp-13', domain: 'lighting' },
  ...{ protocol: 'lorawan', address: '70b3d5fffe00ab13', state: 'neverHeard' },
};
const CODE = 'LW:D0:70B3D57ED0000001:70B3D5FFFE00AB01:02590001';
const APP_KEY = '00112233-44556677-8899AABB-CCDDEEFF';

const command = {
  ...{ id: '6f9619ff-8b86-4011-b42d-00c04fc964ff', gateway: 'gw-1', device: 'lamp-12', name: 'lamp.dim' },
  ...{ args: { level: 40 }, state: 'queued', issuedAt: AT, expiresAt: AT + 3_600_000, updatedAt: AT },
  createdBy: 'user:admin',
};
const link = { fCnt: 4_711, dataRate: 'SF9BW125', frequencyHz: 868_100_000, rssiDbm: -104, snrDb: 3.5, receptions: 2 };

export const DEVICE_EXAMPLES: Examples = {
  listDevices: { answer: { items: [lamp], next: 'WyJnYXRld2F5IiwiZ3ctMSIsImxhbXAtMTIiXQ' } },
  addDevice: {
    bodies: {
      lamp: {
        summary: 'A luminaire by radio.',
        value: {
          ...{ id: 'lamp-13', model: 'nasys/ul20xx' },
          lorawan: {
            ...{ devEui: '70b3d5fffe00ab13', macVersion: '1.0.3', class: 'C' },
            activation: { mode: 'otaa', joinEui: '70b3d57ed0000001', appKey: '00112233445566778899aabbccddeeff' },
          },
        },
      },
      CONFIG_MODEL_UNKNOWN: {
        summary: 'A model that the catalogue does not know.',
        value: { id: 'meter-9', model: 'acme/none', modbus: { bus: 'cabinet', unit: 9, intervalMs: 10_000 } },
      },
    },
    answer: bin,
  },
  readDeviceCode: {
    bodies: {
      label: { summary: 'LoRa Alliance TR005.', value: { code: `${CODE}:SN42` } },
      DEVICE_CODE_MALFORMED: { summary: 'The code of something else.', value: { code: 'https://example.org/lamp' } },
    },
    answer: {
      ...{ joinEui: '70b3d57ed0000001', devEui: '70b3d5fffe00ab01', vendorId: 601, vendorProfileId: 1 },
      ...{ serialNumber: 'N42', models: ['milesight/ws558'] },
    },
  },
  addDeviceByCode: {
    bodies: {
      code: {
        summary: 'By the code on its case.',
        value: { code: CODE, appKey: APP_KEY, model: 'milesight/ws558', id: 'lamp-14', asset: 'rue-haute-14' },
      },
      KEY_INVALID: {
        summary: 'A key that lacks half of itself.',
        value: { code: CODE, appKey: '00112233-44556677', model: 'milesight/ws558' },
      },
    },
    answer: {
      ...{ gateway: 'gw-1', id: 'lamp-14', model: 'milesight/ws558', asset: 'rue-haute-14', domain: 'lighting' },
      ...{ protocol: 'lorawan', address: '70b3d5fffe00ab01', state: 'neverHeard' },
    },
  },
  getDevice: { answer: lamp },
  listDeviceLinks: {
    answer: {
      items: [{ id: 'dGhlIHBsYWNlIG9mIGEgbQ', receivedAt: AT, link, marginDb: 16 }],
      summary: { heard: 1, missed: 0, dataRates: { SF9BW125: 1 }, marginMinDb: 16, marginMeanDb: 16 },
    },
  },
  getDeviceHome: {
    answer: {
      ...{ devEui: '70b3d5fffe00ab12', gateway: 'gw-1', generation: 2, state: 'settled', pinned: false },
      ...{ overlaps: true, backupAt: AT, movedAt: AT - DAY_MS },
      candidates: [
        { gateway: 'gw-1', marginDb: 16, frames: 20, lastHeardAt: AT },
        { gateway: 'gw-2', marginDb: 4.5, frames: 17, lastHeardAt: AT },
      ],
      moves: [{ at: AT - DAY_MS, from: 'gw-2', to: 'gw-1', reason: 'better' }],
    },
  },
  moveDeviceHome: {
    bodies: {
      neighbour: { summary: 'The gateway that is to answer it.', value: { gateway: 'gw-2' } },
    },
  },
  createCommand: {
    bodies: {
      dim: {
        summary: 'Dim to 40 %, within an hour.',
        value: { name: 'lamp.dim', args: { level: 40 }, expiresInSeconds: 3_600 },
      },
      COMMAND_ARGUMENT: {
        summary: 'Brighter than the lamp can be.',
        value: { name: 'lamp.dim', args: { level: 140 }, expiresInSeconds: 3_600 },
      },
      COMMAND_UNKNOWN: {
        summary: 'An order that its model does not know.',
        value: { name: 'valve.close', args: {}, expiresInSeconds: 3_600 },
      },
    },
    answer: command,
  },
  listCommands: { answer: page({ ...command, state: 'confirmed', updatedAt: AT + 2_000 }) },
  getCommand: {
    answer: {
      ...{ ...command, state: 'failed', updatedAt: AT + 2_000 },
      error: { code: 'LORAWAN_NOT_JOINED', message: 'The device has not joined' },
    },
  },
};
