import { exceptionAnswer, readAnswer, type SlaveBehaviour, type SlaveRequest } from './modbus-slave.ts';

/** How a slave behaves towards a read that touches a register that it does not have. */
export type Refusal = number | 'silence';

const DIAGNOSTICS = 0x08;
const ILLEGAL_FUNCTION = 1;

/** Has some of the registers; `refusal` is an exception or silence. */
export function missing(
  addresses: readonly number[],
  refusal: Refusal,
  valueAt: (address: number, unit: number) => number,
): SlaveBehaviour {
  return (request) => {
    const { address, count, functionCode } = request;
    const touches = functionCode <= 4 && addresses.some((one) => one >= address && one < address + count);
    if (!touches) request.answer(readAnswer(request, valueAt));
    else if (refusal !== 'silence') request.answer(exceptionAnswer(functionCode, refusal));
  };
}

/** Hears nothing in the first while of each connection. */
export function deafAfterConnect(ms: number, behaviour: SlaveBehaviour): SlaveBehaviour {
  return (request) => {
    if (request.connectedForMs >= ms) behaviour(request);
  };
}

/** Hears nothing for a while after each of its answers. */
export function needsRest(ms: number, behaviour: SlaveBehaviour): SlaveBehaviour {
  let answeredAt = Number.NEGATIVE_INFINITY;
  return (request) => {
    if (performance.now() - answeredAt < ms) return;
    behaviour(request);
    answeredAt = performance.now();
  };
}

/** Ends the connection after each answer. */
export function closesAfterAnswer(behaviour: SlaveBehaviour): SlaveBehaviour {
  return (request) => {
    behaviour(request);
    request.hangUp();
  };
}

/** Loses answers at random. */
export function loses(share: number, random: () => number, behaviour: SlaveBehaviour): SlaveBehaviour {
  return (request) => {
    if (random() >= share) behaviour(request);
  };
}

/** Knows some functions only, and says so of the others. */
export function knows(functions: readonly number[], behaviour: SlaveBehaviour): SlaveBehaviour {
  return (request) => {
    if (functions.includes(request.functionCode)) behaviour(request);
    else request.answer(exceptionAnswer(request.functionCode, ILLEGAL_FUNCTION));
  };
}

/** Registers and coils that can be written. */
export function memory(
  initial: ReadonlyMap<number, number> = new Map(),
): SlaveBehaviour & { held: Map<number, number> } {
  const held = new Map(initial);
  const behaviour = (request: SlaveRequest): void => {
    const { functionCode, address, count, pdu } = request;
    if (functionCode <= 4 || functionCode === DIAGNOSTICS) {
      request.answer(readAnswer(request, (at) => held.get(at) ?? 0));
      return;
    }
    if (functionCode === 5) held.set(address, count === 0xff00 ? 1 : 0);
    if (functionCode === 6) held.set(address, count);
    for (let index = 0; index < count && functionCode >= 15; index += 1) {
      const bit = ((pdu[6 + (index >> 3)] ?? 0) >> (index & 7)) & 1;
      held.set(address + index, functionCode === 15 ? bit : pdu.readUInt16BE(6 + index * 2));
    }
    request.answer(pdu.subarray(0, 5));
  };
  return Object.assign(behaviour, { held });
}
