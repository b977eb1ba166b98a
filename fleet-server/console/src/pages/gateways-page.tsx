import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { call, type Gateway, type Session } from '../api.ts';
import { formatAgo } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { go, Link } from '../navigation.tsx';
import { AddForm } from '../parts/add-form.tsx';
import { ConfigBadge, StateBadge } from '../parts/badges.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { useNow } from '../parts/use-now.ts';

const PAGE_SIZE = 200;
const REFRESH_MS = 5_000;

export function GatewaysPage({ tenant, session }: { tenant: string; session: Session }) {
  const { texts } = useLanguage();
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: ['gateways', tenant],
    queryFn: ({ pageParam }) =>
      call<{ items: Gateway[] }>(
        `/tenants/${tenant}/gateways?limit=${PAGE_SIZE}${pageParam ? `&after=${pageParam}` : ''}`,
      ),
    initialPageParam: '',
    getNextPageParam: ({ items }) => (items.length === PAGE_SIZE ? items.at(-1)?.id : undefined),
    refetchInterval: REFRESH_MS,
  });
  const gateways = query.data?.pages.flatMap(({ items }) => items);
  const mayAdd = session.role === 'operator' || session.role === 'administrator';

  async function add(id: string, name: string) {
    await call(`/tenants/${tenant}/gateways`, { method: 'POST', body: { id, name } });
    await client.invalidateQueries({ queryKey: ['gateways', tenant] });
    go(`/${tenant}/gateways/${id}`);
  }
  const adding = mayAdd ? <AddForm label={texts.addGateway} idLabel={texts.gatewayId} add={add} /> : null;

  return (
    <Page title={texts.gateways} actions={gateways?.length ? adding : null}>
      {gateways === undefined ? (
        <p className="notice">{query.isError ? texts.failed : texts.loading}</p>
      ) : gateways.length === 0 ? (
        <Empty title={texts.noGateways} hint={texts.noGatewaysHint}>
          {adding}
        </Empty>
      ) : (
        <>
          <Summary gateways={gateways} />
          <GatewayTable tenant={tenant} gateways={gateways} />
          {query.hasNextPage ? (
            <button type="button" className="button" onClick={() => query.fetchNextPage()}>
              {texts.more}
            </button>
          ) : null}
        </>
      )}
    </Page>
  );
}

function Summary({ gateways }: { gateways: readonly Gateway[] }) {
  const { texts } = useLanguage();
  const count = (state: Gateway['state']) => gateways.filter((gateway) => gateway.state === state).length;
  const refused = gateways.filter(({ config }) => config.rejected?.revision === config.revision).length;
  const figures = [
    { name: texts.stateOnline, value: count('online'), tone: 'good' },
    { name: texts.stateOffline, value: count('offline'), tone: 'bad' },
    { name: texts.stateNew, value: count('new'), tone: 'info' },
    { name: texts.configRefusals, value: refused, tone: 'warning' },
    { name: texts.devices, value: gateways.reduce((sum, { devices }) => sum + devices, 0), tone: 'quiet' },
  ];
  return (
    <section aria-label={texts.summary}>
      <dl className="figures">
        {figures.map(({ name, value, tone }) => (
          <div key={name} className={value > 0 ? `figure figure-${tone}` : 'figure'}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function GatewayTable({ tenant, gateways }: { tenant: string; gateways: readonly Gateway[] }) {
  const { texts, language } = useLanguage();
  const now = useNow();
  return (
    <div className="table-card">
      <table className="stack">
        <caption className="visually-hidden">{texts.gateways}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.name}</th>
            <th scope="col">{texts.state}</th>
            <th scope="col">{texts.lastSeen}</th>
            <th scope="col">{texts.configuration}</th>
            <th scope="col" className="number">
              {texts.devices}
            </th>
            <th scope="col">{texts.version}</th>
          </tr>
        </thead>
        <tbody>
          {gateways.map(({ id, name, site, state, lastSeenAt, config, devices, agentVersion }) => (
            <tr key={id}>
              <th scope="row">
                <Link to={`/${tenant}/gateways/${id}`} className="row-link">
                  {name}
                  <span className="muted block">{site === undefined ? id : `${id} · ${site}`}</span>
                </Link>
              </th>
              <td>
                <StateBadge state={state} />
              </td>
              <td data-label={texts.lastSeen}>
                {lastSeenAt === undefined ? texts.never : formatAgo(lastSeenAt, now, language)}
              </td>
              <td data-label={texts.configuration}>
                <ConfigBadge config={config} />
              </td>
              <td data-label={texts.devices} className="number">
                {devices}
              </td>
              <td data-label={texts.version}>{agentVersion ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
