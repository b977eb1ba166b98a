import { VigieError } from '@vigie/contract';
import type { FastifyInstance, FastifySchema } from 'fastify';

/** What members of paths and queries mean, wherever they stand. Those of one route alone are described there. */
const MEANINGS: Readonly<Record<string, string>> = {
  tenant: 'Id of the tenant.',
  site: 'Id of the site.',
  gateway: 'Id of the gateway.',
  device: 'Id of the device, as its gateway’s document names it.',
  command: 'Id of the command, as its creation answered it.',
  id: 'Id of the person or token, as its list gives it.',
  name: 'Name of the platform account.',
  account: 'Name of the platform account.',
  before: 'A cursor that the list gave: only what is older.',
  after: 'A cursor that the list gave: only what comes behind it.',
  quantity: 'A quantity of the vocabulary, such as `cab.power`.',
};

interface Members {
  properties?: Record<string, { description?: string }>;
}

/** Gives each parameter that does not describe itself its meaning. */
export function describeParameters(schema: FastifySchema): FastifySchema {
  const described = (members: unknown) => {
    const { properties } = (members ?? {}) as Members;
    if (!properties) return members;
    const entries = Object.entries(properties).map(([name, member]) => {
      const description = member.description ?? MEANINGS[name];
      return [name, description === undefined ? member : { ...member, description }];
    });
    return { ...(members as object), properties: Object.fromEntries(entries) };
  };
  const { params, querystring } = schema;
  return {
    ...schema,
    ...(params === undefined ? {} : { params: described(params) }),
    ...(querystring === undefined ? {} : { querystring: described(querystring) }),
  };
}

/** A member of the query that a route does not know is a mistake, and would be mistaken for one that took effect. */
export function refuseUnknownMembers(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const { querystring } = request.routeOptions.schema ?? {};
    const known = Object.keys((querystring as Members | undefined)?.properties ?? {});
    const unknown = Object.keys(request.query as object).find((name) => !known.includes(name));
    if (unknown === undefined) return;
    const there = known.length === 0 ? 'none' : known.join(', ');
    throw new VigieError('QUERY_UNKNOWN', `${unknown.slice(0, 64)} is not among those of this address: ${there}`);
  });
}
