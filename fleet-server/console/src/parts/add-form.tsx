import { type FormEvent, useState } from 'react';
import { ApiFailure } from '../api.ts';
import type { Texts } from '../i18n/fr.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Icon } from './icons.tsx';

interface AddFormProps {
  label: string;
  idLabel: string;
  add: (id: string, name: string) => Promise<void>;
}

/** A button that opens to a form for an identifier and a name. */
export function AddForm({ label, idLabel, add }: AddFormProps) {
  const { texts } = useLanguage();
  const [open, setOpen] = useState(false);
  const [failure, setFailure] = useState<keyof Texts>();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const id = String(form.get('id'));
    try {
      await add(id, String(form.get('label')) || id);
      setOpen(false);
    } catch (error) {
      setFailure(reasonOf(error));
    }
  }

  if (!open) {
    return (
      <button type="button" className="button button-main" onClick={() => setOpen(true)}>
        <Icon name="plus" />
        {label}
      </button>
    );
  }
  return (
    <form className="card add-form" aria-label={label} onSubmit={submit}>
      <label className="field">
        <span>{idLabel}</span>
        <input
          name="id"
          required
          pattern="[a-z0-9]([a-z0-9_\-]{0,62}[a-z0-9])?"
          autoCapitalize="none"
          spellCheck={false}
        />
        <small>{texts.gatewayIdHint}</small>
      </label>
      <label className="field">
        <span>{texts.name}</span>
        <input name="label" maxLength={128} />
      </label>
      {failure === undefined ? null : (
        <p className="notice notice-bad" role="alert">
          {texts[failure]}
        </p>
      )}
      <div className="row">
        <button type="submit" className="button button-main">
          {texts.add}
        </button>
        <button type="button" className="button" onClick={() => setOpen(false)}>
          {texts.cancel}
        </button>
      </div>
    </form>
  );
}

function reasonOf(error: unknown): keyof Texts {
  if (!(error instanceof ApiFailure) || error.status === 0) return 'offline';
  if (error.status === 409) return 'alreadyThere';
  return error.status === 403 ? 'refused' : 'invalidId';
}
