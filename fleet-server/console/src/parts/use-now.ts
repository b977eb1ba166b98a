import { useEffect, useState } from 'react';

const TICK_MS = 5_000;

/** The present time, for texts such as “3 minutes ago”. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
