import { Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { actorOf } from '../../identity/principal.ts';
import { findTenant } from '../../registry/tenants.ts';
import { findRetention, setRetention } from '../../retention/policies.ts';
import { principalOf } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, Retention, RetentionPolicy } from '../schemas.ts';

const ofTenant = Type.Object({ tenant: Slug });

export function retentionRoutes(app: App, { db, clock }: ApiParts): void {
  app.get(
    '/tenants/:tenant/retention',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getRetention',
        tags: ['tenants'],
        summary: 'How long the tenant’s records stay, what was dropped, and what subscribers missed by that.',
        params: ofTenant,
        response: answers(Retention),
      },
    },
    async (request) => findRetention(db, request.params),
  );

  app.put(
    '/tenants/:tenant/retention',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'setRetention',
        tags: ['tenants'],
        summary: 'Say how long the tenant’s records stay; a limit that is absent is none.',
        params: ofTenant,
        body: RetentionPolicy,
        response: answers(Retention),
      },
    },
    async (request) => {
      if (!(await findTenant(db, request.params.tenant))) throw new VigieError('NOT_FOUND');
      return setRetention({ db, clock }, request.params, request.body, actorOf(principalOf(request)));
    },
  );
}
