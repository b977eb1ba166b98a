import createClient from 'openapi-fetch';
import type { components, paths } from './fixtures/openapi.d.ts';

/**
 * What an engineer of a platform, and one of the town's own tools, write by the types that `openapi-typescript` made of the
 * description: readings of a time, page by page, and an order for a lamp. Says what it got as one line of JSON.
 */
const { VIGIE_URL = '', PLATFORM_PASSWORD = '', PASSWORD = '', FROM = '', TO = '' } = process.env;
const ville = { tenant: 'ville' };

const platform = createClient<paths>({
  baseUrl: VIGIE_URL,
  headers: { authorization: `Basic ${Buffer.from(`hypervisor:${PLATFORM_PASSWORD}`).toString('base64')}` },
});

async function readTime(): Promise<components['schemas']['CityMessage'][]> {
  const readings: components['schemas']['CityMessage'][] = [];
  let after = '0';
  let more = true;
  while (more) {
    const { data, error } = await platform.GET('/api/v1/tenants/{tenant}/readings', {
      params: { path: ville, query: { from: FROM, to: TO, limit: 2, after } },
    });
    if (error) throw new Error(error.code);
    readings.push(...data.items);
    ({ next: after, more } = data);
  }
  return readings;
}

async function dim(): Promise<components['schemas']['Command']> {
  const { data, response } = await createClient<paths>({ baseUrl: VIGIE_URL }).POST('/api/v1/session', {
    body: { name: 'admin', password: PASSWORD },
  });
  const cookie = response.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  const town = createClient<paths>({
    baseUrl: VIGIE_URL,
    headers: { cookie, 'x-csrf-token': data?.csrfToken ?? '' },
  });
  const path = { ...ville, gateway: 'gw-1', device: 'lamp-12' };
  const made = await town.POST('/api/v1/tenants/{tenant}/gateways/{gateway}/devices/{device}/commands', {
    params: { path },
    body: { name: 'lamp.dim', args: { level: 40 }, expiresInSeconds: 3_600 },
  });
  const read = await town.GET('/api/v1/tenants/{tenant}/commands/{command}', {
    params: { path: { ...ville, command: made.data?.id ?? '' } },
  });
  if (!read.data) throw new Error(made.error?.code ?? read.error?.code);
  return read.data;
}

const gateways = await platform.GET('/api/v1/tenants/{tenant}/gateways', {
  params: { path: ville, query: { state: 'online' } },
});
const asleep = await platform.GET('/api/v1/tenants/{tenant}/gateways', {
  // @ts-expect-error: no state of a gateway
  params: { path: ville, query: { state: 'x' } },
});
// @ts-expect-error: a number is no name
const nameless = await platform.POST('/api/v1/session', { body: { name: 7, password: PASSWORD } });
const elsewhere = await platform.GET('/api/v1/tenants/{tenant}/sites', { params: { path: { tenant: 'bourg' } } });

console.log(
  JSON.stringify({
    gateways: gateways.data?.items.map(({ id, state }) => [id, state]),
    readings: (await readTime()).map(({ quantity, value }) => [quantity, value]),
    command: await dim(),
    refusals: [asleep, nameless, elsewhere].map(({ error }) => error?.code),
  }),
);
