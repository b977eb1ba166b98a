import { AT, type Examples, page } from './operation-examples.ts';

const tenant = { id: 'bourg', name: 'Bourg-la-Reine', createdAt: AT };
const site = { name: 'Parc de l’Étang', position: { latitude: 48.7796, longitude: 2.3161 } };
const storedSite = { id: 'parc', ...site, createdAt: AT };
const policy = { maxAgeDays: 365, maxRecords: 50_000_000, subscriberAgeDays: 30 };
const retention = {
  ...{ ...policy, dropped: 0 },
  subscribers: [{ session: 'hypervisor-1', account: 'hypervisor', lastSeenAt: AT, missed: 0 }],
};

export const REGISTRY_EXAMPLES: Examples = {
  listDefinitions: {
    answer: page({
      ...{ id: 'nasys/ul20xx', version: 3, protocol: 'lorawan', vendor: 'Nordic Automation Systems' },
      ...{ title: 'Luminaire controller UL2002, UL2014, UL2020, UL2021, UL2030', domain: 'lighting' },
      measures: ['lamp.dim', 'lamp.energy', 'lamp.power'],
      commands: [
        {
          ...{ name: 'lamp.dim', title: 'Dim' },
          args: { level: { title: 'Level', type: 'number', integer: true, minimum: 0, maximum: 100, unit: '%' } },
        },
      ],
    }),
  },
  getConfigSchema: { answer: { type: 'object', required: ['schema', 'revision', 'devices'] } },
  listTenants: { answer: page(tenant) },
  createTenant: {
    bodies: {
      tenant: { summary: 'A town.', value: { id: 'bourg', name: 'Bourg-la-Reine' } },
      CONFLICT: { summary: 'An id that is taken.', value: { id: 'bourg', name: 'Bourg-lès-Valence' } },
    },
    answer: tenant,
  },
  getTenant: { answer: tenant },
  getRetention: { answer: retention },
  setRetention: {
    bodies: {
      limited: { summary: 'A year, and fifty million records at most.', value: policy },
      unlimited: { summary: 'Everything stays.', value: { subscriberAgeDays: 30 } },
    },
    answer: retention,
  },
  listSites: { answer: page(storedSite) },
  createSite: {
    bodies: { park: { summary: 'A place on the map.', value: { id: 'parc', ...site } } },
    answer: storedSite,
  },
  updateSite: {
    bodies: { renamed: { summary: 'Another name; without a position it is on no map.', value: { name: 'Mairie' } } },
    answer: { id: 'mairie', name: 'Mairie', createdAt: AT },
  },
};
