import { type CommandRequest, type DeviceConfig, isLorawanDevice } from '@vigie/contract';
import { type Definition, encodeCommand } from '@vigie/decoders';
import type { LorawanOrder, ModbusOrder, OrderConduct, OrderExecutor } from '../device-order.ts';
import type { DispatchOutcome } from './command-desk.ts';

export interface DispatchParts {
  device(id: string): DeviceConfig | undefined;
  findDefinition(model: string): Definition | undefined;
  lorawan: OrderExecutor<LorawanOrder>;
  modbus: OrderExecutor<ModbusOrder>;
}

/** Turns a command into an order in the words of its device and gives it to the bus that the device hangs on. */
export function dispatcher(parts: DispatchParts): (request: CommandRequest, conduct: OrderConduct) => DispatchOutcome {
  return ({ id, device: deviceId, name, args, expiresAt }, conduct) => {
    const device = parts.device(deviceId);
    if (!device) return { ok: false, code: 'COMMAND_DEVICE_UNKNOWN', message: deviceId };
    const definition = parts.findDefinition(device.model);
    if (!definition) return { ok: false, code: 'MODEL_UNKNOWN', message: device.model };
    if (definition.protocol === 'lorawan' && isLorawanDevice(device)) {
      const encoded = encodeCommand(definition, name, args);
      if (!encoded.ok) return encoded;
      parts.lorawan.execute({ id, device: deviceId, expiresAt, payload: encoded.payload }, conduct);
      return { ok: true };
    }
    if (definition.protocol === 'modbus' && !isLorawanDevice(device)) {
      const encoded = encodeCommand(definition, name, args);
      if (!encoded.ok) return encoded;
      parts.modbus.execute({ id, device: deviceId, expiresAt, payload: encoded.payload }, conduct);
      return { ok: true };
    }
    return { ok: false, code: 'MODEL_UNKNOWN', message: `${device.model} is not of the device's bus` };
  };
}
