import { useQuery } from '@tanstack/react-query';
import { call, type Device, type Reading } from '../api.ts';
import { useLanguage } from '../i18n/language.tsx';
import { DeviceList } from '../parts/device-list.tsx';
import { Loaded, Page } from '../parts/page.tsx';

export function DevicesPage({ tenant }: { tenant: string }) {
  const { texts } = useLanguage();
  const devices = useQuery({
    queryKey: ['devices', tenant],
    queryFn: () => call<{ items: Device[] }>(`/tenants/${tenant}/devices?limit=1000`),
    refetchInterval: 15_000,
  });
  const latest = useQuery({
    queryKey: ['latest', tenant],
    queryFn: () => call<{ items: Reading[] }>(`/tenants/${tenant}/readings/latest?limit=1000`),
    refetchInterval: 3_000,
  });
  return (
    <Page title={texts.devices}>
      <Loaded query={devices}>
        {({ items }) => <DeviceList tenant={tenant} devices={items} readings={latest.data?.items ?? []} />}
      </Loaded>
    </Page>
  );
}
