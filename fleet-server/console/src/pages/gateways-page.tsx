import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { type Counts, call, type Gateway, type Session } from '../api.ts';
import { formatAgo } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { go, Link } from '../navigation.tsx';
import { AddForm } from '../parts/add-form.tsx';
import { ConfigBadge, StateBadge } from '../parts/badges.tsx';
import { Empty, Page, SearchField } from '../parts/page.tsx';
import { useNow } from '../parts/use-now.ts';

const PAGE_SIZE = 50;
const REFRESH_MS = 5_000;

export function GatewaysPage({ tenant, session }: { tenant: string; session: Session }) {
  const { texts } = useLanguage();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const sought = useDeferredValue(typed.trim());
  const query = useInfiniteQuery({
    queryKey: ['gateways', tenant, sought],
    queryFn: ({ pageParam }) =>
      call<{ items: Gateway[]; next?: string }>(
        `/tenants/${tenant}/gateways?${new URLSearchParams({
          limit: String(PAGE_SIZE),
          ...(sought === '' ? {} : { q: sought }),
          ...(pageParam === '' ? {} : { cursor: pageParam }),
        })}`,
      ),
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
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
    <Page title={texts.gateways} actions={gateways?.length || sought !== '' ? adding : null}>
      {gateways === undefined ? (
        <p className="notice">{query.isError ? texts.failed : texts.loading}</p>
      ) : gateways.length === 0 && typed === '' && sought === '' ? (
        <Empty title={texts.noGateways} hint={texts.noGatewaysHint}>
          {adding}
        </Empty>
      ) : (
        <>
          <Summary tenant={tenant} />
          <SearchField value={typed} onChange={setTyped} hint={texts.gatewaySearchHint} />
          {gateways.length === 0 ? (
            <p className="notice">{texts.noMatch}</p>
          ) : (
            <GatewayTable tenant={tenant} gateways={gateways} />
          )}
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

/** Counted by the server, over all gateways: the rows below are only those that were asked for. */
function Summary({ tenant }: { tenant: string }) {
  const { texts } = useLanguage();
  const counts = useQuery({
    queryKey: ['counts', tenant],
    queryFn: () => call<Counts>(`/tenants/${tenant}/counts`),
    refetchInterval: REFRESH_MS,
  });
  if (counts.data === undefined) return null;
  const { gateways, devices } = counts.data;
  const figures = [
    { name: texts.stateOnline, value: gateways.online, tone: 'good' },
    { name: texts.stateOffline, value: gateways.offline, tone: 'bad' },
    { name: texts.stateNew, value: gateways.new, tone: 'info' },
    { name: texts.silentDevices, value: devices.silent, tone: 'warning' },
    { name: texts.devices, value: devices.total, tone: 'quiet' },
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
