import type { ReactNode } from 'react';
import { type Session, signOut, type Tenant } from '../api.ts';
import type { Texts } from '../i18n/fr.ts';
import { useLanguage } from '../i18n/language.tsx';
import { go, Link } from '../navigation.tsx';
import { Icon, type IconName, Mark } from './icons.tsx';

export type PageName = 'gateways' | 'devices' | 'live' | 'events';
const PAGES: readonly { name: PageName & IconName & keyof Texts }[] = [
  { name: 'gateways' },
  { name: 'devices' },
  { name: 'live' },
  { name: 'events' },
];

interface ShellProps {
  session: Session;
  tenants: readonly Tenant[];
  tenant: string | undefined;
  page: PageName;
  onSignedOut: () => void;
  children: ReactNode;
}

export function Shell({ session, tenants, tenant, page, onSignedOut, children }: ShellProps) {
  const { texts } = useLanguage();
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      <header className="top">
        <span className="brand">
          <Mark />
          <span>{texts.appTitle}</span>
        </span>
        {tenant === undefined ? null : <TenantChoice tenants={tenants} tenant={tenant} page={page} />}
        <LanguageChoice />
        <button
          type="button"
          className="button button-quiet"
          onClick={() => {
            signOut()
              .catch(() => undefined)
              .finally(onSignedOut);
          }}
        >
          <Icon name="leave" />
          <span className="wide-only">{session.name} · </span>
          <span className="hide-narrow">{texts.signOut}</span>
        </button>
      </header>
      {tenant === undefined ? null : (
        <nav className="nav" aria-label={texts.navigation}>
          {PAGES.map(({ name }) => (
            <Link key={name} to={`/${tenant}/${name}`} className="nav-link" current={name === page}>
              <Icon name={name} />
              <span>{texts[name]}</span>
            </Link>
          ))}
        </nav>
      )}
      <main id="content" className="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function TenantChoice({ tenants, tenant, page }: { tenants: readonly Tenant[]; tenant: string; page: PageName }) {
  const { texts } = useLanguage();
  const current = tenants.find(({ id }) => id === tenant);
  if (tenants.length < 2) return <span className="tenant">{current?.name ?? tenant}</span>;
  return (
    <label className="tenant">
      <span className="visually-hidden">{texts.tenant}</span>
      <select value={tenant} onChange={(event) => go(`/${event.target.value}/${page}`)}>
        {tenants.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function LanguageChoice() {
  const { language, speak } = useLanguage();
  const other = language === 'fr' ? 'en' : 'fr';
  return (
    <button
      type="button"
      className="button button-quiet language"
      lang={other}
      aria-label={other === 'en' ? 'EN, English' : 'FR, Français'}
      onClick={() => speak(other)}
    >
      {other === 'en' ? 'EN' : 'FR'}
    </button>
  );
}
