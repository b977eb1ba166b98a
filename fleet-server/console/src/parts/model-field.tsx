import { useState } from 'react';
import type { Model, ModelParameter } from '../api.ts';
import { plain, quantityName } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';

const SHOWN = 60;

interface ModelFieldProps {
  models: readonly Model[];
  /** Ids of those that the device's code speaks for: they come first. */
  likely: ReadonlySet<string>;
}

/** A model is looked for by maker, product or what it measures, and is never chosen by itself. */
export function ModelField({ models, likely }: ModelFieldProps) {
  const { texts, language } = useLanguage();
  const [sought, setSought] = useState('');
  const [chosen, setChosen] = useState('');
  const words = plain(sought).split(' ').filter(Boolean);
  const text = (model: Model) =>
    plain(
      [model.id, model.vendor, model.title, ...model.measures.map((name) => quantityName(name, language))].join(' '),
    );
  const found = models
    .filter((model) => words.every((word) => text(model).includes(word)))
    .sort((a, b) => Number(likely.has(b.id)) - Number(likely.has(a.id)));
  const model = models.find(({ id }) => id === chosen);
  return (
    <>
      <label className="field">
        <span>{texts.modelSearch}</span>
        <input type="search" value={sought} onChange={(event) => setSought(event.target.value)} autoComplete="off" />
        <small>{texts.modelSearchHint}</small>
      </label>
      <label className="field">
        <span>{texts.model}</span>
        <select name="model" required value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">
            {found.length} {texts.modelsFound}
          </option>
          {found.slice(0, SHOWN).map(({ id, vendor, title }) => (
            <option key={id} value={id}>
              {vendor} {title}
            </option>
          ))}
          {model && !found.slice(0, SHOWN).includes(model) ? (
            <option value={model.id}>
              {model.vendor} {model.title}
            </option>
          ) : null}
        </select>
        {model ? <small>{model.measures.map((name) => quantityName(name, language)).join(', ')}</small> : null}
      </label>
      {Object.entries(model?.parameters ?? {}).map(([name, parameter]) => (
        <ParameterField key={`${chosen} ${name}`} name={name} parameter={parameter} />
      ))}
    </>
  );
}

/** What the model must be told of this one device; its readings follow from it. */
function ParameterField({ name, parameter }: { name: string; parameter: ModelParameter }) {
  const { language } = useLanguage();
  const { title, titleFr, type, unit, minimum, maximum, integer, choices = [], default: usual } = parameter;
  const label = `${language === 'fr' ? titleFr : title}${unit === undefined ? '' : ` (${unit})`}`;
  const field = `${PARAMETER}${name}`;
  const words = type === 'boolean' ? ['true', 'false'] : choices;
  return (
    <div className="field">
      <label htmlFor={field}>{label}</label>
      {type === 'number' ? (
        <input
          id={field}
          name={field}
          type="number"
          step={integer ? 1 : 'any'}
          min={minimum}
          max={maximum}
          defaultValue={usual === undefined ? undefined : Number(usual)}
        />
      ) : (
        <select id={field} name={field} defaultValue={usual === undefined ? '' : String(usual)}>
          {usual === undefined ? <option value="" /> : null}
          {words.map((word) => (
            <option key={word} value={word}>
              {word}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

const PARAMETER = 'parameter.';

/** The parameters that were filled in, as the API wants them; the other fields stay as they are. */
export function withParameters(fields: Record<string, unknown>, model: Model | undefined): Record<string, unknown> {
  const isParameter = ([name]: [string, unknown]) => name.startsWith(PARAMETER);
  const others = Object.fromEntries(Object.entries(fields).filter((field) => !isParameter(field)));
  const parameters = Object.fromEntries(
    Object.entries(fields)
      .filter(isParameter)
      .map(([name, value]) => {
        const own = name.slice(PARAMETER.length);
        const type = model?.parameters[own]?.type;
        return [own, type === 'number' ? Number(value) : type === 'boolean' ? value === 'true' : value];
      }),
  );
  return Object.keys(parameters).length === 0 ? others : { ...others, parameters };
}
