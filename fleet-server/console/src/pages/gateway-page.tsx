import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFailure, type Continuity, call, type Device, type Gateway, type Reading, type Session } from '../api.ts';
import { formatAgo, formatBytes, formatDuration, formatTime } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Link } from '../navigation.tsx';
import { AddDeviceForm } from '../parts/add-device-form.tsx';
import { ConfigBadge, StateBadge } from '../parts/badges.tsx';
import { DeviceList } from '../parts/device-list.tsx';
import { Icon } from '../parts/icons.tsx';
import { Card, Empty, Facts, Loaded, Page } from '../parts/page.tsx';
import { useNow } from '../parts/use-now.ts';

const REFRESH_MS = 3_000;

export function GatewayPage({ tenant, id, session }: { tenant: string; id: string; session: Session }) {
  const { texts } = useLanguage();
  const path = `/tenants/${tenant}/gateways/${id}`;
  const gateway = useQuery({
    queryKey: ['gateway', tenant, id],
    queryFn: () => call<Gateway>(path),
    refetchInterval: REFRESH_MS,
  });
  const devices = useQuery({
    queryKey: ['devices', tenant, id],
    queryFn: () => call<{ items: Device[] }>(`/tenants/${tenant}/devices?gateway=${id}&limit=1000`),
    refetchInterval: REFRESH_MS * 3,
  });
  const latest = useQuery({
    queryKey: ['latest', tenant, id],
    queryFn: () => call<{ items: Reading[] }>(`/tenants/${tenant}/readings/latest?gateway=${id}&limit=1000`),
    refetchInterval: REFRESH_MS,
  });
  const continuity = useQuery({
    queryKey: ['continuity', tenant, id],
    queryFn: () => call<{ items: Continuity[] }>(`${path}/continuity`),
    refetchInterval: REFRESH_MS,
  });
  const back = (
    <Link to={`/${tenant}/gateways`} className="back">
      <Icon name="back" />
      {texts.gateways}
    </Link>
  );
  if (gateway.error instanceof ApiFailure && gateway.error.status === 404) {
    return (
      <Page title={texts.gatewayMissing} lead={id} before={back}>
        <Empty title={texts.gatewayMissingHint} />
      </Page>
    );
  }
  return (
    <Page
      title={gateway.data?.name ?? id}
      lead={id}
      before={back}
      actions={gateway.data && <StateBadge state={gateway.data.state} />}
    >
      <Loaded query={gateway}>
        {(data) => (
          <div className="grid">
            <ConfigCard config={data.config} />
            <HealthCard gateway={data} />
            {continuity.data === undefined ? null : <ContinuityCard streams={continuity.data.items} />}
            {session.role === 'viewer' ? null : <ClaimCard path={path} state={data.state} />}
          </div>
        )}
      </Loaded>
      <h2 className="section">{texts.devices}</h2>
      {session.role === 'viewer' ? null : <AddDeviceForm tenant={tenant} gateway={id} />}
      <Loaded query={devices}>
        {({ items }) => <DeviceList tenant={tenant} devices={items} readings={latest.data?.items ?? []} />}
      </Loaded>
    </Page>
  );
}

function ConfigCard({ config }: { config: Gateway['config'] }) {
  const { texts } = useLanguage();
  const { revision, applied, rejected } = config;
  return (
    <Card title={texts.configuration}>
      <ConfigBadge config={config} />
      <Facts
        facts={[
          [texts.revisionWanted, revision === 0 ? texts.noRevision : revision],
          [texts.revisionApplied, applied === 0 ? texts.noRevision : applied],
        ]}
      />
      {rejected === undefined ? null : (
        <p className="notice notice-bad">
          {texts.configRejected}, {texts.revision} {rejected.revision} : <code>{rejected.code}</code> {rejected.message}
        </p>
      )}
    </Card>
  );
}

function HealthCard({ gateway: { status, lastSeenAt, agentVersion } }: { gateway: Gateway }) {
  const { texts, language } = useLanguage();
  const now = useNow();
  return (
    <Card title={texts.health}>
      <Facts
        facts={[
          [texts.lastSeen, lastSeenAt === undefined ? texts.never : formatAgo(lastSeenAt, now, language)],
          [texts.version, agentVersion ?? '–'],
          ...(status === undefined
            ? []
            : ([
                [texts.uptime, formatDuration(status.uptimeSeconds, language)],
                [texts.memory, formatBytes(status.rssBytes, language)],
                [texts.buffer, status.outbox.records],
                [texts.clock, status.clockTrusted ? texts.clockTrusted : texts.clockUntrusted],
              ] as const)),
        ]}
      />
      {status === undefined ? <p className="muted">{texts.noStatus}</p> : null}
    </Card>
  );
}

const MAX_SHOWN_HOLES = 5;

function ContinuityCard({ streams }: { streams: Continuity[] }) {
  const { texts } = useLanguage();
  const missing = streams.reduce((sum, stream) => sum + stream.missing, 0);
  const holes = streams.flatMap(({ epoch, holes }) => holes.map((hole) => ({ epoch, ...hole })));
  return (
    <Card title={texts.continuity}>
      <Facts facts={[[texts.recordsMissing, missing]]} />
      {missing === 0 ? <p className="muted">{texts.nothingMissing}</p> : <p className="notice">{texts.missingHint}</p>}
      {holes.length === 0 ? null : (
        <ul>
          {holes.slice(0, MAX_SHOWN_HOLES).map(({ epoch, from, to }) => (
            <li key={`${epoch}:${from}`}>
              <code>{epoch}</code> {from === to ? from : `${from}–${to}`}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

interface Claim {
  claim: string;
  expiresAt: number;
}

function ClaimCard({ path, state }: { path: string; state: Gateway['state'] }) {
  const { texts, language } = useLanguage();
  const [claim, setClaim] = useState<Claim>();
  const [failed, setFailed] = useState(false);
  const [copied, setCopied] = useState(false);

  async function create() {
    try {
      setFailed(false);
      setCopied(false);
      setClaim(await call<Claim>(`${path}/claims`, { method: 'POST', body: {} }));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setFailed(true);
    }
  }

  return (
    <Card title={texts.installation}>
      {claim === undefined ? (
        <p className="muted">{texts.claimIntro}</p>
      ) : (
        <div role="status">
          <p>{texts.claimShown}</p>
          <p className="claim">{claim.claim}</p>
          <p className="muted">
            {texts.claimUntil} {formatTime(claim.expiresAt, language)}
          </p>
        </div>
      )}
      {failed ? (
        <p className="notice notice-bad" role="alert">
          {texts.refused}
        </p>
      ) : null}
      <div className="row">
        {claim === undefined ? (
          <button type="button" className={state === 'new' ? 'button button-main' : 'button'} onClick={create}>
            {texts.makeClaim}
          </button>
        ) : (
          <button
            type="button"
            className="button"
            onClick={() => navigator.clipboard.writeText(claim.claim).then(() => setCopied(true))}
          >
            {copied ? texts.copied : texts.copy}
          </button>
        )}
      </div>
    </Card>
  );
}
