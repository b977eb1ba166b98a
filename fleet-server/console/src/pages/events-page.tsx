import { useQuery } from '@tanstack/react-query';
import { call, type Event } from '../api.ts';
import { formatTime } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Link } from '../navigation.tsx';
import { SeverityBadge } from '../parts/badges.tsx';
import { Empty, Loaded, Page } from '../parts/page.tsx';

export function EventsPage({ tenant }: { tenant: string }) {
  const { texts } = useLanguage();
  const events = useQuery({
    queryKey: ['events', tenant],
    queryFn: () => call<{ items: Event[] }>(`/tenants/${tenant}/events?limit=200`),
    refetchInterval: 5_000,
  });
  return (
    <Page title={texts.events}>
      <Loaded query={events}>
        {({ items }) =>
          items.length === 0 ? <Empty title={texts.noEvents} /> : <EventTable tenant={tenant} events={items} />
        }
      </Loaded>
    </Page>
  );
}

function EventTable({ tenant, events }: { tenant: string; events: readonly Event[] }) {
  const { texts, language } = useLanguage();
  return (
    <div className="table-card">
      <table className="stack">
        <caption className="visually-hidden">{texts.events}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.code}</th>
            <th scope="col">{texts.state}</th>
            <th scope="col">{texts.gateway}</th>
            <th scope="col">{texts.message}</th>
            <th scope="col">{texts.time}</th>
          </tr>
        </thead>
        <tbody>
          {events.map(({ id, code, severity, gateway, device, message, at }) => (
            <tr key={id}>
              <th scope="row">
                <code>{code}</code>
              </th>
              <td>
                <SeverityBadge severity={severity} />
              </td>
              <td>
                {gateway === undefined ? (
                  '–'
                ) : (
                  <Link to={`/${tenant}/gateways/${gateway}`} className="text-link">
                    {gateway}
                  </Link>
                )}
              </td>
              <td className="message">{[device, message].filter((part) => part !== undefined).join(' : ')}</td>
              <td>
                <time dateTime={new Date(at).toISOString()}>{formatTime(at, language)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
