import {
  type CommandRequest,
  type DeviceConfig,
  FORGET_NONCES,
  isLorawanDevice,
  type LorawanDeviceConfig,
} from '@vigie/contract';
import { type CodecDefinition, checkCodecCommand, encodeCommand } from '@vigie/decoders';
import type { LorawanOrder, ModbusOrder, OrderConduct, OrderExecutor } from '../device-order.ts';
import type { KnownModels } from '../known-models.ts';
import type { Appointments } from './appointments.ts';
import type { DispatchOutcome } from './command-desk.ts';

export interface DispatchParts {
  device(id: string): DeviceConfig | undefined;
  models: Pick<KnownModels, 'find' | 'encode'>;
  lorawan: OrderExecutor<LorawanOrder> & { forgetNonces(device: string, conduct: OrderConduct): Promise<void> };
  modbus: OrderExecutor<ModbusOrder>;
  appointments: Appointments;
}

/** Turns a command into an order in the words of its device and gives it to the bus that the device hangs on. */
export function dispatcher(parts: DispatchParts): (request: CommandRequest, conduct: OrderConduct) => DispatchOutcome {
  return (request, conduct) => {
    const { id, device: deviceId, name, args, expiresAt, notBefore } = request;
    const device = parts.device(deviceId);
    if (!device) return { ok: false, code: 'COMMAND_DEVICE_UNKNOWN', message: deviceId };
    if (name === FORGET_NONCES) return forgetNonces(parts, device, request, conduct);
    const model = parts.models.find(device.model);
    if (!model) return { ok: false, code: 'MODEL_UNKNOWN', message: device.model };
    if (model.protocol === 'lorawan' && isLorawanDevice(device)) {
      if ('codec' in model) return byCodec(parts, device, model, request, conduct);
      const encoded = encodeCommand(model, name, args);
      if (!encoded.ok) return encoded;
      giveToRadio(parts, device, orderOf(request, encoded.payload), conduct);
      return { ok: true };
    }
    if (model.protocol === 'modbus' && !isLorawanDevice(device)) {
      const encoded = encodeCommand(model, name, args);
      if (!encoded.ok) return encoded;
      const order = { id, device: deviceId, expiresAt, payload: encoded.payload };
      parts.appointments.keep(notBefore, () => parts.modbus.execute(order, conduct));
      return { ok: true };
    }
    return { ok: false, code: 'MODEL_UNKNOWN', message: `${device.model} is not of the device's bus` };
  };
}

/** Of the network's own knowledge of a device: nothing is sent. */
function forgetNonces(
  { lorawan, appointments }: DispatchParts,
  device: DeviceConfig,
  { notBefore }: CommandRequest,
  conduct: OrderConduct,
): DispatchOutcome {
  if (!isLorawanDevice(device)) return { ok: false, code: 'COMMAND_UNKNOWN', message: FORGET_NONCES };
  appointments.keep(notBefore, () => {
    lorawan.forgetNonces(device.id, conduct).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      conduct.report({ state: 'failed', code: 'INTERNAL', message });
    });
  });
  return { ok: true };
}

/** The vendor's codec takes its time: what it has against the command is reported when it is done. */
function byCodec(
  parts: DispatchParts,
  device: LorawanDeviceConfig,
  model: CodecDefinition,
  request: CommandRequest,
  conduct: OrderConduct,
): DispatchOutcome {
  const checked = checkCodecCommand(request.name, request.args);
  if (!checked.ok) return checked;
  parts.models
    .encode(model, checked.data)
    .then((encoded) => {
      if (encoded.ok) giveToRadio(parts, device, orderOf(request, encoded.payload), conduct);
      else conduct.report({ state: 'failed', code: encoded.code, message: encoded.message });
    })
    .catch((cause: unknown) => conduct.report({ state: 'failed', code: 'INTERNAL', message: String(cause) }));
  return { ok: true };
}

function orderOf({ id, device, expiresAt, notBefore }: CommandRequest, payload: LorawanOrder['payload']): LorawanOrder {
  return { id, device, expiresAt, ...(notBefore !== undefined && { notBefore }), payload };
}

/** The radio keeps an appointment by itself, as exactly as its gateways can; another network gets the order at its time. */
function giveToRadio(
  { lorawan, appointments }: DispatchParts,
  device: LorawanDeviceConfig,
  order: LorawanOrder,
  conduct: OrderConduct,
): void {
  const isElsewhere = device.lorawan.activation.mode === 'external';
  appointments.keep(isElsewhere ? order.notBefore : undefined, () => lorawan.execute(order, conduct));
}
