import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLanguage } from '../i18n/language.tsx';

interface PageProps {
  title: string;
  lead?: string;
  actions?: ReactNode;
  before?: ReactNode;
  children: ReactNode;
}

/** A page takes the focus with its heading, so that a screen reader says where one is. */
export function Page({ title, lead, actions, before, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Vigie`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <>
      {before}
      <header className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead === undefined ? null : <p className="lead">{lead}</p>}
        </div>
        {actions}
      </header>
      {children}
    </>
  );
}

export function Card({ title, children, wide }: { title?: string; children: ReactNode; wide?: boolean }) {
  return (
    <section className={wide ? 'card card-wide' : 'card'}>
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
    </section>
  );
}

export function Empty({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {hint === undefined ? null : <p>{hint}</p>}
      {children}
    </div>
  );
}

/** Shows what was asked for, or that it is on its way, or that it cannot be had. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const { texts } = useLanguage();
  if (query.data !== undefined) return children(query.data);
  if (query.isPending && query.fetchStatus === 'paused') return <NoNetwork />;
  if (query.isPending) return <p className="notice">{texts.loading}</p>;
  return (
    <div className="notice notice-bad" role="alert">
      <p>{texts.failed}</p>
      <button type="button" className="button" onClick={() => query.refetch()}>
        {texts.retry}
      </button>
    </div>
  );
}

/** The query goes on by itself once the browser has a network again. */
function NoNetwork() {
  const { texts } = useLanguage();
  return (
    <p className="notice notice-bad" role="alert">
      {texts.noNetwork}
    </p>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface SearchFieldProps {
  value: string;
  onChange: (value: string) => void;
  hint?: string;
}

export function SearchField({ value, onChange, hint }: SearchFieldProps) {
  const { texts } = useLanguage();
  return (
    <label className="search">
      <span className="visually-hidden">{texts.search}</span>
      <input
        type="search"
        value={value}
        placeholder={hint ?? texts.searchHint}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
