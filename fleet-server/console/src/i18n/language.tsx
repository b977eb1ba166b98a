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

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (localStorage.getItem(STORED) === 'en' ? 'en' : 'fr'));
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(STORED, language);
  }, [language]);
  const spoken = useMemo(() => ({ language, texts: language === 'en' ? en : fr, speak: setLanguage }), [language]);
  return <Context value={spoken}>{children}</Context>;
}

export function useLanguage(): Spoken {
  return useContext(Context);
}
