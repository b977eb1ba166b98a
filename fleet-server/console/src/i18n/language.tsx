import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { en } from './en.ts';
import { fr, type Texts } from './fr.ts';

export type Language = 'fr' | 'en';

interface Spoken {
  language: Language;
  texts: Texts;
  speak: (language: Language) => void;
}

const STORED = 'vigie.language';
const Context = createContext<Spoken>({ language: 'fr', texts: fr, speak: () => undefined });

/** What the person chose, else the first language of the browser that the console speaks. */
function firstLanguage(): Language {
  const chosen = localStorage.getItem(STORED);
  if (chosen === 'fr' || chosen === 'en') return chosen;
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'fr' || tag === 'en');
  return known === 'fr' ? 'fr' : 'en';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const spoken = useMemo(() => {
    const speak = (next: Language) => {
      localStorage.setItem(STORED, next);
      setLanguage(next);
    };
    return { language, texts: language === 'en' ? en : fr, speak };
  }, [language]);
  return <Context value={spoken}>{children}</Context>;
}

export function useLanguage(): Spoken {
  return useContext(Context);
}
