import { type FormEvent, useState } from 'react';
import { ApiFailure, changePassword, type Session } from '../api.ts';
import type { Texts } from '../i18n/fr.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Mark } from '../parts/icons.tsx';
import { LanguageChoice } from '../parts/shell.tsx';

const MIN_LENGTH = 12;

/** Stands before everything else while the password is one that was made up. */
export function NewPasswordPage({ name, onChanged }: { name: string; onChanged: (session: Session) => void }) {
  const { texts } = useLanguage();
  const [failure, setFailure] = useState<keyof Texts>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      onChanged(await changePassword(name, String(form.get('current')), String(form.get('new'))));
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
            <h1>{texts.newPasswordTitle}</h1>
            <p>{texts.newPasswordHint}</p>
          </div>
        </div>
        <form onSubmit={submit}>
          <input type="hidden" name="username" autoComplete="username" value={name} />
          <label className="field">
            <span>{texts.currentPassword}</span>
            <input name="current" type="password" required autoComplete="current-password" />
          </label>
          <label className="field">
            <span>{texts.newPassword}</span>
            <input name="new" type="password" required minLength={MIN_LENGTH} autoComplete="new-password" />
          </label>
          {failure === undefined ? null : (
            <p className="notice notice-bad" role="alert">
              {texts[failure]}
            </p>
          )}
          <button type="submit" className="button button-main" disabled={busy}>
            {texts.changePassword}
          </button>
        </form>
      </main>
    </div>
  );
}

function reasonOf(error: unknown): keyof Texts {
  if (!(error instanceof ApiFailure) || error.status === 0) return 'offline';
  if (error.code === 'PASSWORD_WEAK' || error.status === 400) return 'passwordWeak';
  return error.status === 429 ? 'signInLocked' : 'signInFailed';
}
