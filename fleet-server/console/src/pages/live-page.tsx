import { useEffect, useRef, useState } from 'react';
import type { LiveReading } from '../api.ts';
import { formatClock } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Link } from '../navigation.tsx';
import { LateBadge, QualityBadge } from '../parts/badges.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { QuantityName, Value } from '../parts/reading-table.tsx';

const MAX_ROWS = 200;
/** Many readings a second are drawn together. */
const DRAW_MS = 250;

type Connection = 'connecting' | 'connected';

function useLiveReadings(tenant: string, paused: boolean): { readings: LiveReading[]; connection: Connection } {
  const [readings, setReadings] = useState<LiveReading[]>([]);
  const [connection, setConnection] = useState<Connection>('connecting');
  const arrived = useRef<LiveReading[]>([]);
  useEffect(() => {
    if (paused) return;
    const source = new EventSource(`/api/v1/tenants/${tenant}/readings/live`);
    source.onopen = () => setConnection('connected');
    source.onerror = () => setConnection('connecting');
    source.onmessage = (event) => {
      arrived.current.unshift(JSON.parse(event.data) as LiveReading);
      arrived.current.length = Math.min(arrived.current.length, MAX_ROWS);
    };
    const timer = setInterval(() => {
      if (arrived.current.length === 0) return;
      const fresh = arrived.current;
      arrived.current = [];
      setReadings((before) => [...fresh, ...before].slice(0, MAX_ROWS));
    }, DRAW_MS);
    return () => {
      source.close();
      clearInterval(timer);
      setConnection('connecting');
    };
  }, [tenant, paused]);
  return { readings, connection };
}

export function LivePage({ tenant }: { tenant: string }) {
  const { texts } = useLanguage();
  const [paused, setPaused] = useState(false);
  const { readings, connection } = useLiveReadings(tenant, paused);
  const connected = connection === 'connected' ? texts.liveConnected : texts.liveConnecting;
  const actions = (
    <div className="row">
      <span className={`pulse pulse-${paused ? 'paused' : connection}`} role="status">
        {paused ? texts.livePaused : connected}
      </span>
      <button type="button" className="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
        {paused ? texts.resume : texts.pause}
      </button>
    </div>
  );
  return (
    <Page title={texts.live} lead={texts.liveIntro} actions={actions}>
      {readings.length === 0 ? (
        <Empty title={texts.liveEmpty} />
      ) : (
        <div className="table-card">
          <table className="stack">
            <caption className="visually-hidden">{texts.liveIntro}</caption>
            <thead>
              <tr>
                <th scope="col">{texts.device}</th>
                <th scope="col">{texts.quantity}</th>
                <th scope="col" className="number">
                  {texts.value}
                </th>
                <th scope="col">{texts.time}</th>
                <th scope="col">{texts.quality}</th>
              </tr>
            </thead>
            <tbody>
              {readings.map((reading) => (
                <LiveRow key={reading.id} tenant={tenant} reading={reading} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}

function LiveRow({ tenant, reading }: { tenant: string; reading: LiveReading }) {
  const { language } = useLanguage();
  return (
    <tr>
      <th scope="row">
        <Link to={`/${tenant}/devices/${reading.gateway}/${reading.device}`} className="row-link">
          {reading.asset}
        </Link>
      </th>
      <td>
        <QuantityName quantity={reading.quantity} channel={reading.channel} />
      </td>
      <td className="number">
        <Value reading={reading} />
      </td>
      <td>
        <time dateTime={reading.at}>{formatClock(Date.parse(reading.at), language)}</time>
      </td>
      <td>
        {reading.historical ? <LateBadge /> : null}
        <QualityBadge quality={reading.quality} />
      </td>
    </tr>
  );
}
