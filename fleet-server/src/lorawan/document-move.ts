import { type GatewayConfig, isLorawanDevice } from '@vigie/contract';
import type { ConfigDraft } from '../config/documents.ts';
import type { Home } from './home-registry.ts';

/** The device, with the model that the document itself describes for it. */
export function cut(config: GatewayConfig | undefined, id: string): Pick<GatewayConfig, 'devices' | 'models'> {
  const devices = config?.devices.filter((device) => device.id === id) ?? [];
  return {
    devices,
    models: config?.models?.filter((model) => devices.some((device) => device.model === model.id)) ?? [],
  };
}

/** The same device in another document. */
export function paste(
  config: GatewayConfig | undefined,
  { devices, models = [] }: ReturnType<typeof cut>,
): ConfigDraft {
  const known = new Set(config?.models?.map(({ id }) => id));
  const fresh = models.filter(({ id }) => !known.has(id));
  return {
    ...config,
    devices: [...(config?.devices ?? []), ...devices],
    ...(fresh.length > 0 && { models: [...(config?.models ?? []), ...fresh] }),
  };
}

/** What keeps the device from another gateway; undefined where nothing does. */
export function obstacleBetween(
  home: Home,
  from: GatewayConfig | undefined,
  to: GatewayConfig | undefined,
  target: string,
): string | undefined {
  const { lorawan } = to ?? {};
  if (!to || !lorawan?.passFrames) return `gateway ${target} has no radio section that overlaps with others`;
  if (lorawan.region !== from?.lorawan?.region || lorawan.subBand !== from.lorawan.subBand) {
    return `gateway ${target} is of another region`;
  }
  if (lorawan.netId !== from.lorawan.netId) return `gateway ${target} is of another network`;
  if (to.devices.some(({ id }) => id === home.device)) {
    return `gateway ${target} has another device named ${home.device}`;
  }
  if (to.devices.some((device) => isLorawanDevice(device) && device.lorawan.devEui === home.devEui)) {
    return `gateway ${target} has a device of the same DevEUI`;
  }
  const [model] = cut(from, home.device).models ?? [];
  const other = to.models?.find(({ id }) => id === model?.id);
  if (model && other && JSON.stringify(model) !== JSON.stringify(other)) {
    return `gateway ${target} has another model named ${model.id}`;
  }
  return undefined;
}
