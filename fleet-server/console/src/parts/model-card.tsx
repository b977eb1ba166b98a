import { useQuery } from '@tanstack/react-query';
import { call, type Device, type Model } from '../api.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Card, Facts } from './page.tsx';

/** What the model of a device is, what it was told of this one, and since which version its values are other ones. */
export function ModelCard({ device: { model: id, parameters = {} } }: { device: Device }) {
  const { texts, language } = useLanguage();
  const catalogue = useQuery({ queryKey: ['catalogue'], queryFn: () => call<{ items: Model[] }>('/catalogue') });
  const model = catalogue.data?.items.find((one) => one.id === id);
  if (!model) return null;
  const { vendor, title, version, changed, derived } = model;
  const told = Object.entries(model.parameters).map(([name, spec]) => {
    const value = parameters[name] ?? spec.default;
    const word = value === undefined ? texts.notGiven : `${value} ${spec.unit ?? ''}`.trim();
    return [language === 'fr' ? spec.titleFr : spec.title, word] as const;
  });
  return (
    <Card title={texts.model} wide>
      <Facts
        facts={[
          [texts.product, `${vendor} ${title}`],
          [texts.decoding, `${texts.versionWord} ${version}`],
          ...Object.entries(changed).map(([since, what]) => [`${texts.since} ${since}`, what[language]] as const),
          ...told,
          ...(derived.length === 0 ? [] : [[texts.derived, derived.join('; ')] as const]),
        ]}
      />
    </Card>
  );
}
