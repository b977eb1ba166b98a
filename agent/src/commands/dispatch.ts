import { type CommandRequest, type DeviceConfig, isLorawanDevice } from '@vigie/contract';
import { type CodecDefinition, checkCodecCommand, encodeCommand } from '@vigie/decoders';
import type { LorawanOrder, ModbusOrder, OrderConduct, OrderExecutor } from '../device-order.ts';
import type { KnownModels } from '../known-models.ts';
import type { DispatchOutcome } from './command-desk.ts';

export interface DispatchParts {
  device(id: string): DeviceConfig | undefined;
  models: Pick<KnownModels, 'find' | 'encode'>;
  lorawan: OrderExecutor<LorawanOrder>;
  modbus: OrderExecutor<ModbusOrder>;
}

/** Turns a command into an order in the words of its device and gives it to the bus that the device hangs on. */
export function dispatcher(parts: DispatchParts): (request: CommandRequest, conduct: OrderConduct) => DispatchOutcome {
  return (request, conduct) => {
    const { id, device: deviceId, name, args, expiresAt } = request;
    const device = parts.device(deviceId);
    if (!device) return { ok: false, code: 'COMMAND_DEVICE_UNKNOWN', message: deviceId };
    const model = parts.models.find(device.model);
    if (!model) return { ok: false, code: 'MODEL_UNKNOWN', message: device.model };
    if (model.protocol === 'lorawan' && isLorawanDevice(device)) {
      if ('codec' in model) return byCodec(parts, model, request, conduct);
      const encoded = encodeCommand(model, name, args);
      if (!encoded.ok) return encoded;
      parts.lorawan.execute({ id, device: deviceId, expiresAt, payload: encoded.payload }, conduct);
      return { ok: true };
    }
    if (model.protocol === 'modbus' && !isLorawanDevice(device)) {
      const encoded = encodeCommand(model, name, args);
      if (!encoded.ok) return encoded;
      parts.modbus.execute({ id, device: deviceId, expiresAt, payload: encoded.payload }, conduct);
      return { ok: true };
    }
    return { ok: false, code: 'MODEL_UNKNOWN', message: `${device.model} is not of the device's bus` };
  };
}

/** The vendor's codec takes its time: what it has against the command is reported when it is done. */
function byCodec(
  { models, lorawan }: DispatchParts,
  model: CodecDefinition,
  { id, device, name, args, expiresAt }: CommandRequest,
  conduct: OrderConduct,
): DispatchOutcome {
  const checked = checkCodecCommand(name, args);
  if (!checked.ok) return checked;
  void models.encode(model, checked.data).then((encoded) => {
    if (encoded.ok) lorawan.execute({ id, device, expiresAt, payload: encoded.payload }, conduct);
    else conduct.report({ state: 'failed', code: encoded.code, message: encoded.message });
  });
  return { ok: true };
}
