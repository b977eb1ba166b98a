import { useQuery } from '@tanstack/react-query';
import { call, type Device, type LinkPage, type Reading, type Session } from '../api.ts';
import { formatAgo } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Link } from '../navigation.tsx';
import { DomainChip } from '../parts/badges.tsx';
import { ForgetNonces } from '../parts/forget-nonces.tsx';
import { HomeCard } from '../parts/home-card.tsx';
import { Icon } from '../parts/icons.tsx';
import { ModelCard } from '../parts/model-card.tsx';
import { Card, Facts, Loaded, Page } from '../parts/page.tsx';
import { ReadingTiles } from '../parts/reading-table.tsx';
import { useNow } from '../parts/use-now.ts';

interface DevicePageProps {
  tenant: string;
  gateway: string;
  id: string;
  session: Session;
}

export function DevicePage({ tenant, gateway, id, session }: DevicePageProps) {
  const { texts } = useLanguage();
  const device = useQuery({
    queryKey: ['device', tenant, gateway, id],
    queryFn: () => call<Device>(`/tenants/${tenant}/gateways/${gateway}/devices/${id}`),
  });
  const latest = useQuery({
    queryKey: ['latest', tenant, gateway, id],
    queryFn: () =>
      call<{ items: Reading[] }>(`/tenants/${tenant}/readings/latest?gateway=${gateway}&device=${id}&limit=1000`),
    refetchInterval: 2_000,
  });
  const back = (
    <Link to={`/${tenant}/devices`} className="back">
      <Icon name="back" />
      {texts.devices}
    </Link>
  );
  return (
    <Page
      title={device.data?.name ?? id}
      lead={id}
      before={back}
      actions={device.data && <DomainChip domain={device.data.domain} />}
    >
      <Card title={texts.lastReadings} wide>
        <Loaded query={latest}>{({ items }) => <ReadingTiles readings={items} />}</Loaded>
      </Card>
      {device.data?.protocol === 'lorawan' ? <RadioCard tenant={tenant} gateway={gateway} id={id} /> : null}
      <Loaded query={device}>
        {(found) => {
          const { model, asset, address, protocol } = found;
          return (
            <>
              {protocol === 'lorawan' && <HomeCard tenant={tenant} gateway={gateway} id={id} />}
              {protocol === 'lorawan' && session.role !== 'viewer' && (
                <ForgetNonces tenant={tenant} gateway={gateway} id={id} />
              )}
              <ModelCard device={found} />
              <Card wide>
                <Facts
                  facts={[
                    [texts.model, model],
                    [texts.asset, asset],
                    [texts.address, `${protocol === 'lorawan' ? 'LoRaWAN' : 'Modbus'} ${address}`],
                    [
                      texts.gateway,
                      <Link key="gateway" to={`/${tenant}/gateways/${gateway}`} className="text-link">
                        {gateway}
                      </Link>,
                    ],
                  ]}
                />
              </Card>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function RadioCard({ tenant, gateway, id }: { tenant: string; gateway: string; id: string }) {
  const { texts, language } = useLanguage();
  const now = useNow();
  const links = useQuery({
    queryKey: ['links', tenant, gateway, id],
    queryFn: () => call<LinkPage>(`/tenants/${tenant}/gateways/${gateway}/devices/${id}/links?limit=64`),
    refetchInterval: 10_000,
  });
  const { items = [], summary } = links.data ?? {};
  const [last] = items;
  if (!last || !summary) return null;
  const { heard, missed, dataRates, marginMinDb, marginMeanDb } = summary;
  return (
    <Card title={texts.radio} wide>
      <Facts
        facts={[
          [texts.lastHeard, formatAgo(last.receivedAt, now, language)],
          [texts.margin, `${last.marginDb} dB (${texts.least} ${marginMinDb} dB, ${texts.mean} ${marginMeanDb} dB)`],
          [texts.missedFrames, `${missed} / ${heard + missed}`],
          [
            texts.dataRates,
            Object.entries(dataRates)
              .map(([rate, count]) => `${rate} × ${count}`)
              .join(', '),
          ],
        ]}
      />
    </Card>
  );
}
