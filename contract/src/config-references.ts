import { type GatewayConfig, isLorawanDevice, isModbusDevice } from './gateway-config.ts';
import type { ModbusBus } from './modbus-config.ts';
import type { Violation } from './validate.ts';

/** What a JSON Schema cannot say: names are unique and whatever is referred to exists. */
export function checkReferences(config: GatewayConfig): Violation[] {
  const devices = config.devices;
  const buses = config.modbus?.buses ?? [];
  const sources = config.lorawan?.sources ?? [];
  const busIds = new Set(buses.map((bus) => bus.id));
  const violations = [
    ...repeated(
      '/devices',
      'id',
      devices.map((device) => device.id),
    ),
    ...repeated(
      '/modbus/buses',
      'id',
      buses.map((bus) => bus.id),
    ),
    ...repeated(
      '/lorawan/sources',
      'id',
      sources.map((source) => source.id),
    ),
    ...repeated(
      '/models',
      'id',
      (config.models ?? []).map((model) => model.id),
    ),
    ...repeated(
      '/devices',
      'lorawan/devEui',
      devices.map((d) => (isLorawanDevice(d) ? d.lorawan.devEui : undefined)),
    ),
    ...repeated(
      '/devices',
      'modbus',
      devices.map((d) => (isModbusDevice(d) ? `unit ${d.modbus.unit} on bus ${d.modbus.bus}` : undefined)),
    ),
  ];
  const serialBuses = new Set(buses.filter(({ type }) => type.startsWith('rtu')).map(({ id }) => id));
  violations.push(...buses.flatMap((bus, index) => contradictionsIn(bus, `/modbus/buses/${index}`)));
  devices.forEach((device, index) => {
    if (isModbusDevice(device) && !busIds.has(device.modbus.bus)) {
      violations.push({ path: `/devices/${index}/modbus/bus`, message: `no bus is named ${device.modbus.bus}` });
    }
    if (isModbusDevice(device) && device.modbus.unit === 0 && serialBuses.has(device.modbus.bus)) {
      const message = 'unit 0 is broadcast on a serial line: a device there has a unit from 1 on';
      violations.push({ path: `/devices/${index}/modbus/unit`, message });
    }
    if (isLorawanDevice(device) && !config.lorawan) {
      violations.push({ path: `/devices/${index}/lorawan`, message: 'the document has no lorawan section' });
    }
    if (isLorawanDevice(device) && device.lorawan.activation.mode === 'external') {
      const { source } = device.lorawan.activation;
      const type = sources.find(({ id }) => id === source)?.type;
      if (type !== 'chirpstack' && type !== 'things-stack') {
        const path = `/devices/${index}/lorawan/activation/source`;
        violations.push({ path, message: `no network server is named ${source}` });
      }
    }
  });
  const timeZone = config.uplink?.metered?.timeZone;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    violations.push({ path: '/uplink/metered/timeZone', message: `${timeZone} is no time zone` });
  }
  return violations;
}

function contradictionsIn(bus: ModbusBus, path: string): Violation[] {
  if (bus.type === 'tls' && (bus.certificate === undefined) !== (bus.key === undefined)) {
    return [{ path, message: 'a certificate and its key are given together or not at all' }];
  }
  if (bus.type === 'rtu' && bus.dataBits === 7 && bus.framing !== 'ascii') {
    return [{ path: `${path}/dataBits`, message: 'RTU frames need 8 data bits; 7 are for framing ascii' }];
  }
  return [];
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

function repeated(list: string, property: string, values: (string | undefined)[]): Violation[] {
  const seen = new Set<string>();
  const violations: Violation[] = [];
  values.forEach((value, index) => {
    if (value === undefined) return;
    if (seen.has(value)) violations.push({ path: `${list}/${index}/${property}`, message: `${value} is there twice` });
    seen.add(value);
  });
  return violations;
}
