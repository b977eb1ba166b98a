import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeViolations, ERRORS, type ErrorCode, parseForeignJson, Slug, validate } from '@vigie/contract';
import Type from 'typebox';
import type { BoundedLog } from '../bounded-log.ts';
import type { Exchange } from '../modbus/link.ts';
import type { ModbusRequest } from '../modbus/pdu.ts';
import { ModbusRequestSchema } from '../modbus/request-schema.ts';

export interface BusDeskParts {
  /** Whoever may read the agent's folder has it. */
  token: string;
  /** `undefined` where there is no such bus. Throws RangeError for what no slave could be asked. */
  ask(bus: string, unit: number, request: ModbusRequest, timeoutMs?: number): Promise<Exchange> | undefined;
  log: { info(fields: object, message: string): void };
  /** Counts and tells who came without the token. */
  refusals: Pick<BoundedLog, 'warn'>;
}

/** One exchange on a bus of the configuration, between the polls. */
export const BusQuestion = Type.Object(
  {
    bus: Slug,
    unit: Type.Integer({ minimum: 0, maximum: 255 }),
    request: ModbusRequestSchema,
    timeoutMs: Type.Optional(Type.Integer({ minimum: 20, maximum: 60_000 })),
  },
  { additionalProperties: false },
);

export const BUS_DESK_PATH = '/modbus/exchange';
const MAX_BODY_BYTES = 16_384;
const STATUS = { UNAUTHENTICATED: 401, NOT_FOUND: 404, REQUEST_INVALID: 400 } as const;

/** Lets technicians' tools and pages on this machine use a line while the agent goes on polling it. */
export class BusDesk {
  readonly #parts: BusDeskParts;

  constructor(parts: BusDeskParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isKnown(request)) {
      this.#parts.refusals.warn('UNAUTHENTICATED', { door: 'bus desk' });
      return refuse(response, 'UNAUTHENTICATED');
    }
    const body = await bodyOf(request);
    const checked = validate(BusQuestion, body);
    if (!checked.ok) return refuse(response, 'REQUEST_INVALID', describeViolations(checked.violations));
    const { bus, unit, request: question, timeoutMs } = checked.value;
    try {
      const asked = this.#parts.ask(bus, unit, question as ModbusRequest, timeoutMs);
      if (!asked) return refuse(response, 'NOT_FOUND', `bus ${bus}`);
      if (WRITES.has(question.kind))
        this.#parts.log.info({ bus, unit, request: question }, 'written from this machine');
      reply(response, 200, plain(await asked));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refuse(response, 'REQUEST_INVALID', error.message);
    }
  }

  #isKnown({ headers: { authorization = '' } }: IncomingMessage): boolean {
    const given = Buffer.from(authorization);
    const wanted = Buffer.from(`Bearer ${this.#parts.token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

const WRITES: ReadonlySet<ModbusRequest['kind']> = new Set(['writeCoils', 'writeRegisters', 'maskWrite']);

/** The objects of an identification are a map, which JSON does not have. */
function plain(exchange: Exchange): object {
  if (!exchange.ok || exchange.reply.kind !== 'objects') return exchange;
  return { ok: true, reply: { ...exchange.reply, objects: [...exchange.reply.objects] } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  const json = parseForeignJson(Buffer.concat(chunks), { maxBytes: MAX_BODY_BYTES, maxDepth: 8 });
  return json.ok ? json.value : undefined;
}

function refuse(response: ServerResponse, code: keyof typeof STATUS & ErrorCode, detail?: string): void {
  reply(response, STATUS[code], { code, message: detail === undefined ? ERRORS[code] : `${detail}. ${ERRORS[code]}` });
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
