import type { ReactNode } from 'react';
import type { Reading } from '../api.ts';
import { formatAgo, formatTime, formatUnit, formatValue, quantityName, stateName } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { QualityBadge } from './badges.tsx';
import { useNow } from './use-now.ts';

export function Value({ reading }: { reading: Pick<Reading, 'quantity' | 'value' | 'unit'> }): ReactNode {
  const { language } = useLanguage();
  const { quantity, value, unit } = reading;
  const shown = formatUnit(unit);
  const state = typeof value === 'string' ? stateName(quantity, value, language) : undefined;
  return (
    <span className="value">
      {state ?? formatValue(value, language)}
      {shown === '' ? null : <span className="unit"> {shown}</span>}
    </span>
  );
}

export function QuantityName({ quantity, channel }: { quantity: string; channel?: string | undefined }) {
  const { language } = useLanguage();
  const name = quantityName(quantity, language);
  return (
    <>
      {name}
      {channel === undefined ? null : <span className="muted"> {channel}</span>}
    </>
  );
}

/** The last readings of one device, as large as they are important. */
export function ReadingTiles({ readings }: { readings: readonly Reading[] }) {
  const { language, texts } = useLanguage();
  const now = useNow();
  if (readings.length === 0) return <p className="muted">{texts.noReadings}</p>;
  return (
    <ul className="tiles">
      {readings.map((reading) => (
        <li key={`${reading.quantity}/${reading.channel ?? ''}`} className="tile">
          <span className="tile-name">
            <QuantityName quantity={reading.quantity} channel={reading.channel} />
          </span>
          <Value reading={reading} />
          <span className="tile-foot">
            <time dateTime={reading.at} title={formatTime(Date.parse(reading.at), language)}>
              {formatAgo(Date.parse(reading.at), now, language)}
            </time>
            <QualityBadge quality={reading.quality} />
          </span>
        </li>
      ))}
    </ul>
  );
}
