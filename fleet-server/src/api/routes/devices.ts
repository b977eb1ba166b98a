import { CommandArguments, DeviceParameters, ModelId, Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { findCommand, listCommands } from '../../commands/commands.ts';
import { actorOf } from '../../identity/principal.ts';
import { deviceOfEntry, readDeviceCode } from '../../registry/device-entry.ts';
import { DEVICE_SORTS, listDevices } from '../../registry/device-list.ts';
import { DEVICE_STATES, findDevice } from '../../registry/devices.ts';
import { findGateway } from '../../registry/gateways.ts';
import { listLinks } from '../../subscriptions/link-records.ts';
import { principalOf } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import {
  answers,
  Command,
  Cursor,
  Device,
  DeviceCode,
  DeviceDraft,
  DONE,
  Limit,
  LinkPage,
  listOf,
  PageCursor,
  pageOf,
  Search,
} from '../schemas.ts';

const ofTenant = Type.Object({ tenant: Slug });
const ofGateway = Type.Object({ tenant: Slug, gateway: Slug });
const one = Type.Object({ tenant: Slug, gateway: Slug, device: Slug });
const DAY_SECONDS = 86_400;
const FARTHEST_APPOINTMENT_MS = 366 * DAY_SECONDS * 1_000;

export function deviceListRoutes(app: App, { db, documents }: ApiParts): void {
  app.get(
    '/tenants/:tenant/devices',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listDevices',
        tags: ['devices'],
        summary: 'Devices of a tenant, searched, sorted and paged by the server.',
        params: ofTenant,
        querystring: Type.Object({
          q: Search,
          state: Type.Optional(Type.Enum([...DEVICE_STATES], { description: 'Only those in this state.' })),
          gateway: Type.Optional(Type.String({ ...Slug, description: 'Only those of this gateway.' })),
          sort: Type.Optional(
            Type.Enum([...DEVICE_SORTS], {
              default: 'gateway',
              description: 'With a minus the greatest comes first; `gateway` is by gateway and id.',
            }),
          ),
          cursor: Type.Optional(PageCursor),
          afterGateway: Type.Optional(
            Type.String({
              ...Slug,
              description: 'In the order of gateway and id: those behind `afterId` of this one.',
            }),
          ),
          afterId: Type.Optional(Type.String({ ...Slug, description: 'Goes with `afterGateway`.' })),
          limit: Limit,
        }),
        response: answers(pageOf(Device)),
      },
    },
    async (request) => {
      const { limit = 100, afterGateway, afterId, ...page } = request.query;
      const after = afterGateway === undefined ? {} : { after: { gateway: afterGateway, id: afterId ?? '' } };
      return listDevices(db, request.params, { ...page, ...after, limit });
    },
  );

  app.post(
    '/tenants/:tenant/gateways/:gateway/devices',
    {
      config: { access: { role: 'technician' } },
      schema: {
        operationId: 'addDevice',
        tags: ['devices'],
        summary: 'Add a device to the gateway’s document, which makes its next revision.',
        params: ofGateway,
        body: DeviceDraft,
        response: answers(Device, 201),
      },
    },
    async (request, reply) => {
      const { gateway, ...scope } = request.params;
      await documents.addDevice(scope, gateway, request.body, actorOf(principalOf(request)));
      reply.code(201);
      return findDevice(db, scope, gateway, request.body.id);
    },
  );
}

const EuiText = Type.String({ minLength: 1, maxLength: 64 });
const CodeText = Type.String({ minLength: 1, maxLength: 512 });

/** Provisioning by what stands on a device: its code (LoRa Alliance TR005) or its label. */
export function deviceCodeRoutes(app: App, { db, catalogue, documents }: ApiParts): void {
  app.post(
    '/tenants/:tenant/device-codes',
    {
      config: { access: { role: 'technician' } },
      schema: {
        operationId: 'readDeviceCode',
        tags: ['devices'],
        summary: 'What the QR code on a LoRaWAN device says, and the models of the catalogue that it may be.',
        params: ofTenant,
        body: Type.Object({ code: CodeText }),
        response: answers(DeviceCode),
      },
    },
    async (request) => readDeviceCode(request.body.code, catalogue),
  );

  app.post(
    '/tenants/:tenant/gateways/:gateway/devices/qr',
    {
      config: { access: { role: 'technician' } },
      schema: {
        operationId: 'addDeviceByCode',
        tags: ['devices'],
        summary: 'Add a LoRaWAN device by its code or its typed EUIs; the key is never shown again.',
        params: ofGateway,
        body: Type.Object({
          code: Type.Optional(CodeText),
          devEui: Type.Optional(EuiText),
          joinEui: Type.Optional(EuiText),
          appKey: Type.String({ minLength: 1, maxLength: 256, description: 'No code carries it.' }),
          model: ModelId,
          id: Type.Optional(Slug),
          name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
          asset: Type.Optional(Slug),
          macVersion: Type.Optional(Type.Enum(['1.0.2', '1.0.3', '1.0.4'])),
          class: Type.Optional(Type.Enum(['A', 'C'])),
          parameters: Type.Optional(DeviceParameters),
        }),
        response: answers(Device, 201),
      },
    },
    async (request, reply) => {
      const { gateway, ...scope } = request.params;
      const device = deviceOfEntry(request.body, catalogue);
      await documents.addDevice(scope, gateway, device, actorOf(principalOf(request)));
      reply.code(201);
      return findDevice(db, scope, gateway, device.id);
    },
  );
}

export function deviceRoutes(app: App, { db, documents }: ApiParts): void {
  app.get(
    '/tenants/:tenant/gateways/:gateway/devices/:device',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getDevice',
        tags: ['devices'],
        summary: 'One device.',
        params: one,
        response: answers(Device),
      },
    },
    async ({ params }) => {
      const device = await findDevice(db, params, params.gateway, params.device);
      const document = await documents.current(params, params.gateway);
      const parameters = document?.devices.find(({ id }) => id === params.device)?.parameters;
      return { ...device, ...(parameters && { parameters }) };
    },
  );

  app.delete(
    '/tenants/:tenant/gateways/:gateway/devices/:device',
    {
      config: { access: { role: 'technician' } },
      schema: {
        operationId: 'removeDevice',
        tags: ['devices'],
        summary: 'Take a device out of the gateway’s document; its readings stay.',
        params: one,
        response: DONE,
      },
    },
    async (request, reply) => {
      const { gateway, device, ...scope } = request.params;
      await documents.removeDevice(scope, gateway, device, actorOf(principalOf(request)));
      return reply.code(204).send(null);
    },
  );
}

export function deviceLinkRoutes(app: App, { db, cursors }: ApiParts): void {
  app.get(
    '/tenants/:tenant/gateways/:gateway/devices/:device/links',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listDeviceLinks',
        tags: ['devices'],
        summary: 'How the stored messages of a LoRaWAN device were heard, the newest first.',
        description: 'Give `next` as `before` for older ones. `summary` speaks of the items of this page.',
        params: one,
        querystring: Type.Object({
          before: Type.Optional(Cursor),
          limit: Limit,
        }),
        response: answers(LinkPage),
      },
    },
    async (request) => {
      const { tenant, gateway, device } = request.params;
      await findDevice(db, { tenant }, gateway, device);
      const { before: cursor, limit = 100 } = request.query;
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : cursors.open('links', tenant, cursor);
      const { items, next, ...page } = await listLinks(db, { tenant }, { gateway, device, before, limit });
      const seal = (id: number) => cursors.seal('links', tenant, id);
      const sealed = items.map(({ id, ...item }) => ({ ...item, id: seal(id) }));
      return { ...page, items: sealed, ...(next === undefined ? {} : { next: seal(next) }) };
    },
  );
}

export function commandRoutes(app: App, { db, clock, commands }: ApiParts): void {
  app.post(
    '/tenants/:tenant/gateways/:gateway/devices/:device/commands',
    {
      config: { access: { role: 'technician' } },
      schema: {
        operationId: 'createCommand',
        tags: ['commands'],
        summary: 'Give a device an order in the words of its model; it waits for its gateway until it expires.',
        params: one,
        body: Type.Object({
          name: Type.String({ pattern: '^[a-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+)+$', maxLength: 64 }),
          args: CommandArguments,
          expiresInSeconds: Type.Integer({ minimum: 1, maximum: 30 * DAY_SECONDS }),
          notBefore: Type.Optional(
            Type.Integer({
              minimum: 0,
              description: 'Epoch milliseconds; the order is carried out then, and expires so long after it.',
            }),
          ),
        }),
        response: answers(Command, 201),
      },
    },
    async (request, reply) => {
      const { tenant, gateway, device } = request.params;
      const { notBefore = 0 } = request.body;
      if (notBefore > clock.now() + FARTHEST_APPOINTMENT_MS)
        throw new VigieError('REQUEST_INVALID', 'notBefore is more than a year ahead');
      reply.code(201);
      return commands.create({ tenant }, { ...request.body, gateway, device }, actorOf(principalOf(request)));
    },
  );

  app.get(
    '/tenants/:tenant/gateways/:gateway/devices/:device/commands',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listCommands',
        tags: ['commands'],
        summary: 'Commands of a device, the newest first.',
        params: one,
        querystring: Type.Object({ limit: Limit }),
        response: answers(listOf(Command)),
      },
    },
    async (request) => {
      const { tenant, gateway, device } = request.params;
      await findGateway(db, { tenant }, gateway);
      return { items: await listCommands(db, { tenant }, { gateway, device, limit: request.query.limit ?? 100 }) };
    },
  );

  app.get(
    '/tenants/:tenant/commands/:command',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getCommand',
        tags: ['commands'],
        summary: 'One command and how far it got.',
        params: Type.Object({ tenant: Slug, command: Type.String({ format: 'uuid' }) }),
        response: answers(Command),
      },
    },
    async (request) => findCommand(db, request.params, request.params.command),
  );
}
