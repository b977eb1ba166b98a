import { useState } from 'react';
import { ApiFailure, call } from '../api.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Card } from './page.tsx';

/** So long the order waits for a gateway that is out of reach. */
const EXPIRES_IN_SECONDS = 86_400;

/** Lets a radio device join again that counts its joins from 0. */
export function ForgetNonces({ tenant, gateway, id }: { tenant: string; gateway: string; id: string }) {
  const { texts } = useLanguage();
  const [outcome, setOutcome] = useState<'done' | 'offline' | 'refused'>();

  async function forget() {
    const body = { name: 'lorawan.forgetNonces', args: {}, expiresInSeconds: EXPIRES_IN_SECONDS };
    try {
      await call(`/tenants/${tenant}/gateways/${gateway}/devices/${id}/commands`, { method: 'POST', body });
      setOutcome('done');
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setOutcome(error.status === 0 ? 'offline' : 'refused');
    }
  }

  return (
    <Card wide>
      <p className="muted">{texts.forgetNoncesHint}</p>
      {outcome === 'done' ? <p role="status">{texts.forgetNoncesDone}</p> : null}
      {outcome === 'offline' || outcome === 'refused' ? (
        <p className="notice notice-bad" role="alert">
          {texts[outcome]}
        </p>
      ) : null}
      <div className="row">
        <button type="button" className="button" onClick={forget}>
          {texts.forgetNonces}
        </button>
      </div>
    </Card>
  );
}
