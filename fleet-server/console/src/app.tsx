import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call, fetchSession, type Session, type Tenant } from './api.ts';
import { useLanguage } from './i18n/language.tsx';
import { go, Link, usePath } from './navigation.tsx';
import { DevicePage } from './pages/device-page.tsx';
import { DevicesPage } from './pages/devices-page.tsx';
import { EventsPage } from './pages/events-page.tsx';
import { GatewayPage } from './pages/gateway-page.tsx';
import { GatewaysPage } from './pages/gateways-page.tsx';
import { LivePage } from './pages/live-page.tsx';
import { NewPasswordPage } from './pages/new-password-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { AddForm } from './parts/add-form.tsx';
import { Empty, Loaded, Page } from './parts/page.tsx';
import { type PageName, Shell } from './parts/shell.tsx';

export function App() {
  const client = useQueryClient();
  const session = useQuery({ queryKey: ['session'], queryFn: fetchSession, staleTime: 60_000 });
  function changed(next: Session | null) {
    // What one person has seen is not for the next.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
    client.setQueryData(['session'], next);
  }
  return (
    <Loaded query={session}>
      {(who) => {
        if (!who) return <SignInPage onSignedIn={changed} />;
        if (who.mustChangePassword) return <NewPasswordPage name={who.name} onChanged={changed} />;
        return <Inside session={who} onSignedOut={() => changed(null)} />;
      }}
    </Loaded>
  );
}

const PAGES: readonly PageName[] = ['gateways', 'devices', 'live', 'events'];

function Inside({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const [wanted, name, gateway, device] = usePath();
  const tenants = useQuery({ queryKey: ['tenants'], queryFn: () => call<{ items: Tenant[] }>('/tenants') });
  const page = PAGES.find((known) => known === name) ?? 'gateways';
  return (
    <Loaded query={tenants}>
      {({ items }) => {
        // No address is the first tenant's; an address that nobody knows is never answered with another's data.
        const tenant = wanted === undefined ? items[0]?.id : items.find(({ id }) => id === wanted)?.id;
        return (
          <Shell session={session} tenants={items} tenant={tenant} page={page} onSignedOut={onSignedOut}>
            {items.length === 0 ? (
              <NoTenant session={session} />
            ) : tenant === undefined ? (
              <UnknownTenant tenants={items} />
            ) : (
              <Content session={session} tenant={tenant} page={page} gateway={gateway} device={device} />
            )}
          </Shell>
        );
      }}
    </Loaded>
  );
}

interface ContentProps {
  session: Session;
  tenant: string;
  page: PageName;
  gateway: string | undefined;
  device: string | undefined;
}

function Content({ session, tenant, page, gateway, device }: ContentProps) {
  switch (page) {
    case 'gateways':
      return gateway === undefined ? (
        <GatewaysPage key={tenant} tenant={tenant} session={session} />
      ) : (
        <GatewayPage key={gateway} tenant={tenant} id={gateway} session={session} />
      );
    case 'devices':
      return gateway === undefined || device === undefined ? (
        <DevicesPage key={tenant} tenant={tenant} />
      ) : (
        <DevicePage key={`${gateway}/${device}`} tenant={tenant} gateway={gateway} id={device} session={session} />
      );
    case 'live':
      return <LivePage key={tenant} tenant={tenant} />;
    case 'events':
      return <EventsPage key={tenant} tenant={tenant} />;
  }
}

function UnknownTenant({ tenants }: { tenants: readonly Tenant[] }) {
  const { texts } = useLanguage();
  return (
    <Page title={texts.unknownTenant}>
      <Empty title={texts.unknownTenantHint}>
        {tenants.map(({ id, name }) => (
          <Link key={id} to={`/${id}/gateways`} className="button">
            {name}
          </Link>
        ))}
      </Empty>
    </Page>
  );
}

function NoTenant({ session }: { session: Session }) {
  const { texts } = useLanguage();
  const client = useQueryClient();
  async function add(id: string, name: string) {
    await call('/tenants', { method: 'POST', body: { id, name } });
    await client.invalidateQueries({ queryKey: ['tenants'] });
    go(`/${id}/gateways`);
  }
  const mayAdd = session.tenant === null && session.role === 'administrator';
  return (
    <Page title={texts.tenant}>
      <Empty title={texts.noTenants} hint={texts.noTenantsHint}>
        {mayAdd ? <AddForm label={texts.addTenant} idLabel={texts.gatewayId} add={add} /> : null}
      </Empty>
    </Page>
  );
}
