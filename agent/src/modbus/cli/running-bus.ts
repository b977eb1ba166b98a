import { ERRORS, VigieError } from '@vigie/contract';
import { readRunning } from '../../data-directory.ts';
import { BUS_DESK_PATH } from '../../local-console/bus-desk.ts';
import type { BusAccess } from '../bus-access.ts';
import type { Exchange, ExchangeOptions } from '../link.ts';
import type { ModbusRequest } from '../pdu.ts';

const ANSWER_LIMIT_MS = 120_000;

/** A bus of the agent that runs on `data`: questions are asked between its polls. Throws AGENT_NOT_RUNNING. */
export function runningBus(data: string, bus: string, timeoutMs: number): BusAccess {
  const running = readRunning(data);
  if (!running) throw new VigieError('AGENT_NOT_RUNNING');
  const { healthPort, token } = running;
  const ask = async (unit: number, request: ModbusRequest, options: ExchangeOptions = {}): Promise<Exchange> => {
    const limitMs = options.timeoutMs ?? timeoutMs;
    const response = await fetch(`http://127.0.0.1:${healthPort}${BUS_DESK_PATH}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ bus, unit, request, timeoutMs: limitMs }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw refusal(answer, bus);
    return exchangeOf(answer);
  };
  return { open: () => Promise.resolve(undefined), close: () => Promise.resolve(), exchange: ask };
}

function refusal(answer: unknown, bus: string): VigieError {
  const { code } = answer as { code?: string };
  const known = code !== undefined && Object.hasOwn(ERRORS, code) ? (code as keyof typeof ERRORS) : 'INTERNAL';
  return new VigieError(known, `Bus ${bus} of the running agent`);
}

function exchangeOf(answer: unknown): Exchange {
  const exchange = answer as Exchange;
  if (!exchange.ok || exchange.reply.kind !== 'objects') return exchange;
  return { ok: true, reply: { ...exchange.reply, objects: new Map(exchange.reply.objects) } };
}
