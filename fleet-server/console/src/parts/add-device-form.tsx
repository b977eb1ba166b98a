import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiFailure, call, type Device, type DeviceCode, type Model } from '../api.ts';
import { useLanguage } from '../i18n/language.tsx';
import { CodeScanner, canScan } from './code-scanner.tsx';
import { Icon } from './icons.tsx';
import { ModelField, withParameters } from './model-field.tsx';

const COMPLETE_CODE = /^\s*LW:D0:[0-9a-f]{16}:[0-9a-f]{16}:[0-9a-f]{8}/i;

/** A button that opens to a form for a LoRaWAN device: its code or its EUIs, its key and its model. */
export function AddDeviceForm({ tenant, gateway }: { tenant: string; gateway: string }) {
  const { texts } = useLanguage();
  const [open, setOpen] = useState(false);
  const [added, setAdded] = useState<string>();

  if (!open) {
    return (
      <div className="row">
        <button type="button" className="button" onClick={() => setOpen(true)}>
          <Icon name="plus" />
          {texts.addDevice}
        </button>
        {added === undefined ? null : (
          <p className="muted" role="status">
            {texts.deviceAdded} {added}
          </p>
        )}
      </div>
    );
  }
  const done = (id?: string) => {
    setAdded(id);
    setOpen(false);
  };
  return <DeviceFields tenant={tenant} gateway={gateway} done={done} />;
}

interface DeviceFieldsProps {
  tenant: string;
  gateway: string;
  done: (id?: string) => void;
}

function DeviceFields({ tenant, gateway, done }: DeviceFieldsProps) {
  const { texts } = useLanguage();
  const queries = useQueryClient();
  const [failure, setFailure] = useState<string>();
  const [read, setRead] = useState<DeviceCode>();
  const [scanning, setScanning] = useState(false);
  const [scanned, setScanned] = useState('');
  const catalogue = useQuery({ queryKey: ['catalogue'], queryFn: () => call<{ items: Model[] }>('/catalogue') });
  const models = (catalogue.data?.items ?? []).filter(({ protocol }) => protocol === 'lorawan');
  const likely = new Set(read?.models);

  async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      setFailure(undefined);
      return await work;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setFailure(error.status === 0 ? texts.offline : error.status === 403 ? texts.refused : error.message);
      return undefined;
    }
  }

  async function readCode(code: string) {
    setRead(undefined);
    if (!COMPLETE_CODE.test(code)) return;
    const body = { code };
    setRead(await attempt(call<DeviceCode>(`/tenants/${tenant}/device-codes`, { method: 'POST', body })));
  }

  function found(code: string) {
    setScanning(false);
    setScanned(code);
    // A failure shows in the form.
    readCode(code).catch(() => undefined);
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const filled = Object.fromEntries([...form].filter(([, value]) => String(value).trim() !== ''));
    const body = withParameters(
      filled,
      models.find(({ id }) => id === filled.model),
    );
    const path = `/tenants/${tenant}/gateways/${gateway}/devices/qr`;
    const device = await attempt(call<Device>(path, { method: 'POST', body }));
    if (device === undefined) return;
    await queries.invalidateQueries({ queryKey: ['devices', tenant, gateway] });
    done(device.id);
  }

  return (
    <form className="card add-form" aria-label={texts.addDevice} autoComplete="off" onSubmit={submit}>
      <Field
        name="code"
        key={scanned}
        start={scanned}
        label={texts.deviceCode}
        hint={texts.deviceCodeHint}
        changed={readCode}
      />
      {scanning ? (
        <CodeScanner accepts={(text) => COMPLETE_CODE.test(text)} found={found} closed={() => setScanning(false)} />
      ) : canScan() ? (
        <button type="button" className="button" onClick={() => setScanning(true)}>
          <Icon name="camera" />
          {texts.scan}
        </button>
      ) : null}
      {read === undefined ? (
        <>
          <Field name="devEui" label="DevEUI" hint={texts.euiHint} />
          <Field name="joinEui" label="JoinEUI (AppEUI)" />
        </>
      ) : (
        <p className="muted" role="status">
          DevEUI {read.devEui}, JoinEUI {read.joinEui}
        </p>
      )}
      <Field name="appKey" label="AppKey" hint={texts.appKeyHint} required />
      <ModelField models={models} likely={likely} />
      <Field name="name" label={texts.name} />
      {failure === undefined ? null : (
        <p className="notice notice-bad" role="alert">
          {failure}
        </p>
      )}
      <div className="row">
        <button type="submit" className="button button-main">
          {texts.add}
        </button>
        <button type="button" className="button" onClick={() => done()}>
          {texts.cancel}
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  /** What stands in it at first. */
  start?: string;
  required?: boolean;
  changed?: (value: string) => void;
}

function Field({ name, label, hint, start, required, changed }: FieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        name={name}
        required={required === true}
        defaultValue={start}
        maxLength={512}
        autoCapitalize="characters"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => changed?.(event.target.value)}
      />
      {hint === undefined ? null : <small>{hint}</small>}
    </label>
  );
}
