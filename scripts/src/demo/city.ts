/** What the simulated city says of itself (`scripts/simulate --city FILE`). */
export interface CityDescription {
  position: { latitude: number; longitude: number };
  lorawan: {
    region: string;
    devices: {
      id: string;
      name: string;
      model: string;
      devEui: string;
      macVersion: string;
      class: string;
      activation: object;
    }[];
  };
  modbus: {
    buses: { id: string; type: string }[];
    devices: { id: string; name: string; model: string; bus: string; unit: number; intervalMs: number }[];
  };
}

/** The configuration document, without its revision, of a gateway in the middle of that city. */
export function configOf(city: CityDescription, udpPort: number): object {
  return {
    schema: 1,
    position: city.position,
    lorawan: {
      region: city.lorawan.region,
      netId: '000000',
      sources: [{ id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port: udpPort }],
    },
    modbus: { buses: city.modbus.buses },
    devices: [
      ...city.lorawan.devices.map(({ id, name, model, devEui, macVersion, class: deviceClass, activation }) => ({
        ...{ id, name, model },
        lorawan: { devEui, macVersion, class: deviceClass, activation },
      })),
      ...city.modbus.devices.map(({ id, name, model, bus, unit, intervalMs }) => ({
        ...{ id, name, model },
        modbus: { bus, unit, intervalMs },
      })),
    ],
  };
}
