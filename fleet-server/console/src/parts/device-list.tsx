import { useState } from 'react';
import type { Device, Reading } from '../api.ts';
import { formatAgo, plain } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Link } from '../navigation.tsx';
import { DomainChip } from './badges.tsx';
import { Empty, SearchField } from './page.tsx';
import { QuantityName, Value } from './reading-table.tsx';
import { useNow } from './use-now.ts';

const SHOWN_READINGS = 3;

interface DeviceListProps {
  tenant: string;
  devices: readonly Device[];
  readings: readonly Reading[];
}

export function DeviceList({ tenant, devices, readings }: DeviceListProps) {
  const { texts } = useLanguage();
  const [search, setSearch] = useState('');
  if (devices.length === 0) return <Empty title={texts.noDevices} hint={texts.noDevicesHint} />;
  const wanted = plain(search);
  const found = devices.filter(({ id, name, model, asset, gateway, domain }) =>
    plain([id, name, model, asset, gateway, domain].join(' ')).includes(wanted),
  );
  const byDevice = Map.groupBy(readings, ({ gateway, device }) => `${gateway}/${device}`);
  return (
    <>
      <SearchField value={search} onChange={setSearch} />
      {found.length === 0 ? (
        <p className="notice">{texts.noMatch}</p>
      ) : (
        <ul className="devices">
          {found.map((device) => (
            <DeviceCard
              key={`${device.gateway}/${device.id}`}
              tenant={tenant}
              device={device}
              readings={byDevice.get(`${device.gateway}/${device.id}`) ?? []}
            />
          ))}
        </ul>
      )}
    </>
  );
}

function DeviceCard({ tenant, device, readings }: { tenant: string; device: Device; readings: readonly Reading[] }) {
  const { texts, language } = useLanguage();
  const now = useNow();
  const newest = Math.max(0, ...readings.map(({ receivedAt }) => Date.parse(receivedAt)));
  const shown = readings.filter(({ quantity }) => !quantity.startsWith('dev.')).slice(0, SHOWN_READINGS);
  return (
    <li className="device">
      <div className="device-head">
        <Link to={`/${tenant}/devices/${device.gateway}/${device.id}`} className="row-link">
          {device.name ?? device.id}
          <span className="muted block">
            {device.model} · {device.asset}
          </span>
        </Link>
        <DomainChip domain={device.domain} />
      </div>
      {shown.length === 0 ? (
        <p className="muted">{texts.noReadings}</p>
      ) : (
        <dl className="device-readings">
          {shown.map((reading) => (
            <div key={`${reading.quantity}/${reading.channel ?? ''}`}>
              <dt>
                <QuantityName quantity={reading.quantity} channel={reading.channel} />
              </dt>
              <dd>
                <Value reading={reading} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {newest === 0 ? null : <p className="device-foot muted">{formatAgo(newest, now, language)}</p>}
    </li>
  );
}
