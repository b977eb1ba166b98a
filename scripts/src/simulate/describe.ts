import { CITY_CENTRE, type CityNode, type CitySlave, SERIAL_BUS, TCP_BUSES } from './city.ts';

export interface Addresses {
  host: string;
  /** By bus. */
  tcpPorts: ReadonlyMap<string, number>;
  serialPath: string | undefined;
}

/** What a person would write down of the city to configure a gateway for it. */
export function describeCity(nodes: readonly CityNode[], slaves: readonly CitySlave[], addresses: Addresses) {
  return {
    position: CITY_CENTRE,
    lorawan: {
      region: 'EU868',
      devices: nodes.map(({ id, name, model, devEui, macVersion, activation, position, mac }) => ({
        id,
        name,
        model,
        devEui,
        macVersion,
        class: mac.traits.class,
        activation,
        position,
      })),
    },
    modbus: {
      buses: [
        ...TCP_BUSES.flatMap((id) => {
          const port = addresses.tcpPorts.get(id);
          return port === undefined ? [] : [{ id, type: 'tcp', host: addresses.host, port }];
        }),
        ...(addresses.serialPath === undefined
          ? []
          : [
              {
                id: SERIAL_BUS,
                type: 'rtu',
                path: addresses.serialPath,
                baudRate: 19_200,
                parity: 'none',
                stopBits: 1,
              },
            ]),
      ],
      devices: slaves.map(({ id, name, bus, unit, intervalMs, position, model }) => ({
        id,
        name,
        model: model.model,
        bus,
        unit,
        intervalMs,
        position,
      })),
    },
  };
}
