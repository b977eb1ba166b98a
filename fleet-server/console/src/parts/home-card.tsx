import { useQuery } from '@tanstack/react-query';
import { call, type DeviceHome } from '../api.ts';
import { formatTime, formatValue } from '../format.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Link } from '../navigation.tsx';
import { Card, Facts, Loaded } from './page.tsx';

const MOVES_SHOWN = 5;

/** Which gateway answers a radio device, who else hears it, and how its home moved. */
export function HomeCard({ tenant, gateway, id }: { tenant: string; gateway: string; id: string }) {
  const { language, texts } = useLanguage();
  const home = useQuery({
    queryKey: ['home', tenant, gateway, id],
    queryFn: () => call<DeviceHome>(`/tenants/${tenant}/gateways/${gateway}/devices/${id}/home`),
    refetchInterval: 10_000,
  });
  const linkTo = (name: string) => (
    <Link key={name} to={`/${tenant}/gateways/${name}`} className="text-link">
      {name}
    </Link>
  );
  const states = { settled: texts.homeSettled, releasing: texts.homeReleasing, importing: texts.homeImporting };
  const reasons = {
    better: texts.homeBetter,
    dead: texts.homeDead,
    operator: texts.homeByHand,
    returned: texts.homeReturned,
  };
  return (
    <Card title={texts.homeGateway} wide>
      <Loaded query={home}>
        {({ gateway: present, state, pinned, candidates, moves }) => (
          <Facts
            facts={[
              [texts.homeAnswers, linkTo(present)],
              [texts.state, [states[state], pinned ? texts.homePinned : ''].filter((word) => word !== '').join(', ')],
              ...candidates.map(
                ({ gateway: name, marginDb, frames, lastHeardAt }) =>
                  [
                    `${texts.homeHeardBy} ${name}`,
                    <span key={name}>
                      {marginDb === undefined ? '' : `${formatValue(marginDb, language)} dB`} ({frames}
                      {lastHeardAt === undefined ? '' : `, ${formatTime(lastHeardAt, language)}`})
                    </span>,
                  ] as const,
              ),
              ...moves
                .slice(0, MOVES_SHOWN)
                .map(
                  ({ at, from, to, reason }) =>
                    [formatTime(at, language), `${from ?? ''} → ${to} (${reasons[reason]})`] as const,
                ),
            ]}
          />
        )}
      </Loaded>
    </Card>
  );
}
