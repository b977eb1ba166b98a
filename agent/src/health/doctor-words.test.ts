import { ERRORS } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { languageOf, lineOf } from './doctor-words.ts';
import { SENTENCES_FR } from './sentences-fr.ts';

const MET_BY_A_GATEWAY = /^(LORAWAN|MODBUS|DECODE|CODEC|BUFFER|SAMPLE|CONFIG)_/;

describe('the words of doctor', () => {
  it('are in one language', () => {
    const drop = { check: 'drops', verdict: 'warning', detail: 'radio: 1 × LORAWAN_CRC', code: 'LORAWAN_CRC' } as const;
    expect(lineOf(drop, 'fr')).toContain('le concentrateur signale une erreur de CRC');
    expect(lineOf(drop, 'fr')).not.toContain(ERRORS.LORAWAN_CRC);
    expect(lineOf(drop, 'en')).toContain(ERRORS.LORAWAN_CRC);
    const revoked = { check: 'link', verdict: 'bad', detail: 'fleet:8883', reason: 'identityRevoked' } as const;
    expect(lineOf(revoked, 'fr')).toMatch(/^MAUVAIS +serveur de flotte +fleet:8883 — .*révoquée/);
    expect(lineOf(revoked, 'en')).toMatch(/^BAD +fleet server +fleet:8883 — .*revoked/);
  });

  it('know every code in French that a gateway can meet', () => {
    // The fleet server's own.
    const others = new Set(['CONFIG_REFUSED']);
    const missing = Object.keys(ERRORS).filter((code) => MET_BY_A_GATEWAY.test(code) && !(code in SENTENCES_FR));
    expect(missing.filter((code) => !others.has(code))).toEqual([]);
  });

  it('go by the locale, the first variable that is set', () => {
    expect(languageOf({ LANG: 'fr_FR.UTF-8' })).toBe('fr');
    expect(languageOf({ LC_ALL: '', LANG: 'fr_FR.UTF-8' })).toBe('fr');
    expect(languageOf({ LC_ALL: 'C', LANG: 'fr_FR.UTF-8' })).toBe('en');
    expect(languageOf({})).toBe('en');
  });
});
