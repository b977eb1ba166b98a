import { type FormEvent, useState } from 'react';
import { ApiFailure, type Session, signIn } from '../api.ts';
import type { Texts } from '../i18n/fr.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Mark } from '../parts/icons.tsx';
import { LanguageChoice } from '../parts/shell.tsx';

export function SignInPage({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const { texts } = useLanguage();
  const [failure, setFailure] = useState<keyof Texts>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      onSignedIn(await signIn(String(form.get('name')), String(form.get('password'))));
    } catch (error) {
      setFailure(reasonOf(error));
      setBusy(false);
    }
  }

  return (
    <div className="door">
      <div className="door-language">
        <LanguageChoice />
      </div>
      <main className="door-card">
        <div className="door-brand">
          <Mark />
          <div>
            <h1>{texts.appTitle}</h1>
            <p>{texts.tagline}</p>
          </div>
        </div>
        <form onSubmit={submit}>
          <p className="muted">{texts.signInIntro}</p>
          <label className="field">
            <span>{texts.user}</span>
            <input name="name" required autoComplete="username" autoCapitalize="none" spellCheck={false} />
          </label>
          <label className="field">
            <span>{texts.password}</span>
            <input name="password" type="password" required autoComplete="current-password" />
          </label>
          {failure === undefined ? null : (
            <p className="notice notice-bad" role="alert">
              {texts[failure]}
            </p>
          )}
          <button type="submit" className="button button-main" disabled={busy}>
            {texts.signIn}
          </button>
        </form>
      </main>
    </div>
  );
}

function reasonOf(error: unknown): keyof Texts {
  if (!(error instanceof ApiFailure) || error.status === 0) return 'offline';
  return error.status === 429 ? 'signInLocked' : 'signInFailed';
}
