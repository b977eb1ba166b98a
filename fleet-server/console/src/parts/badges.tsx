import type { Event, Gateway, Quality } from '../api.ts';
import type { Texts } from '../i18n/fr.ts';
import { useLanguage } from '../i18n/language.tsx';

type Tone = 'good' | 'warning' | 'bad' | 'quiet' | 'info';

function Badge({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

const STATES: Record<Gateway['state'], { tone: Tone; text: keyof Texts }> = {
  online: { tone: 'good', text: 'stateOnline' },
  offline: { tone: 'bad', text: 'stateOffline' },
  new: { tone: 'info', text: 'stateNew' },
  revoked: { tone: 'quiet', text: 'stateRevoked' },
};

export function StateBadge({ state }: { state: Gateway['state'] }) {
  const { texts } = useLanguage();
  const { tone, text } = STATES[state];
  return <Badge tone={tone}>{texts[text]}</Badge>;
}

export function ConfigBadge({ config }: { config: Gateway['config'] }) {
  const { texts } = useLanguage();
  const { revision, applied, rejected } = config;
  if (revision === 0) return <Badge tone="quiet">{texts.configNone}</Badge>;
  if (rejected?.revision === revision) return <Badge tone="bad">{texts.configRejected}</Badge>;
  return applied === revision ? (
    <Badge tone="good">{texts.configApplied}</Badge>
  ) : (
    <Badge tone="warning">{texts.configPending}</Badge>
  );
}

const QUALITIES: Record<Quality, { tone: Tone; text: keyof Texts }> = {
  good: { tone: 'good', text: 'qualityGood' },
  uncertain: { tone: 'warning', text: 'qualityUncertain' },
  bad: { tone: 'bad', text: 'qualityBad' },
};

/** Good is what one expects: it takes no room. */
export function QualityBadge({ quality }: { quality: Quality }) {
  const { texts } = useLanguage();
  if (quality === 'good') return null;
  const { tone, text } = QUALITIES[quality];
  return <Badge tone={tone}>{texts[text]}</Badge>;
}

const SEVERITIES: Record<Event['severity'], { tone: Tone; text: keyof Texts }> = {
  info: { tone: 'info', text: 'severityInfo' },
  warning: { tone: 'warning', text: 'severityWarning' },
  alarm: { tone: 'bad', text: 'severityAlarm' },
};

export function SeverityBadge({ severity }: { severity: Event['severity'] }) {
  const { texts } = useLanguage();
  const { tone, text } = SEVERITIES[severity];
  return <Badge tone={tone}>{texts[text]}</Badge>;
}

export function LateBadge() {
  const { texts } = useLanguage();
  return <Badge tone="quiet">{texts.historical}</Badge>;
}

export function DomainChip({ domain }: { domain: string }) {
  const { texts } = useLanguage();
  const name = domain in texts ? texts[domain as keyof Texts] : domain;
  return <span className="chip">{name}</span>;
}
