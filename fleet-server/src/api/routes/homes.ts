import { Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { actorOf } from '../../identity/principal.ts';
import { findHome } from '../../lorawan/home-registry.ts';
import { candidateOf } from '../../lorawan/move-rules.ts';
import { findDevice } from '../../registry/devices.ts';
import { principalOf } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, DeviceHome, DONE } from '../schemas.ts';

const one = Type.Object({ tenant: Slug, gateway: Slug, device: Slug });
const MOVES_SHOWN = 50;

export function homeRoutes(app: App, { db, mover, links }: ApiParts): void {
  async function homeOf({ tenant, gateway, device }: { tenant: string; gateway: string; device: string }) {
    const { address, protocol } = await findDevice(db, { tenant }, gateway, device);
    const home = protocol === 'lorawan' ? await findHome(db, { tenant }, address) : undefined;
    if (!home) throw new VigieError('NOT_FOUND', `${device} has no home gateway`);
    return home;
  }

  app.get(
    '/tenants/:tenant/gateways/:gateway/devices/:device/home',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getDeviceHome',
        tags: ['devices'],
        summary: 'Which gateway answers a radio device, which others hear it and how well, and how its home moved.',
        params: one,
        response: answers(DeviceHome),
      },
    },
    async (request) => {
      const home = await homeOf(request.params);
      const { tenant, devEui, gateway, generation, state, target, backupAt, movedAt } = home;
      const moves = await db
        .selectFrom('lorawanMoves')
        .select(['at', 'fromGateway', 'toGateway', 'reason'])
        .where('tenant', '=', tenant)
        .where('devEui', '=', devEui)
        .orderBy('id', 'desc')
        .limit(MOVES_SHOWN)
        .execute();
      return {
        ...{ devEui, gateway: gateway ?? request.params.gateway, generation, state },
        ...{ pinned: home.pinned === 1, overlaps: home.overlaps === 1 },
        ...(target !== null && state === 'releasing' && { target }),
        ...(backupAt !== null && { backupAt }),
        ...(movedAt !== null && { movedAt }),
        candidates: links.of(tenant, devEui).map(candidateOf),
        moves: moves.map(({ at, fromGateway, toGateway, reason }) => ({
          ...{ at, to: toGateway, reason },
          ...(fromGateway !== null && { from: fromGateway }),
        })),
      };
    },
  );

  app.post(
    '/tenants/:tenant/gateways/:gateway/devices/:device/home',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'moveDeviceHome',
        tags: ['devices'],
        summary:
          'Let another gateway answer the device. Its session goes with it; a gateway that is there lets go first.',
        params: one,
        body: Type.Object({ gateway: Slug }),
        response: DONE,
      },
    },
    async (request, reply) => {
      const { tenant, devEui } = await homeOf(request.params);
      await mover.moveByHand(tenant, devEui, request.body.gateway, actorOf(principalOf(request)));
      return reply.code(204).send(null);
    },
  );
}
