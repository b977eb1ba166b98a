import { ERRORS, type ErrorCode } from '@vigie/contract';
import type { CheckName, Finding, ReasonName } from './diagnosis.ts';
import { SENTENCES_FR } from './sentences-fr.ts';

export type Language = 'en' | 'fr';

type Words = Record<CheckName | Finding['verdict'], string>;

export const WORDS: Record<Language, Words> = {
  en: {
    running: 'agent',
    identity: 'identity',
    certificate: 'certificate',
    clock: 'clock',
    link: 'fleet server',
    configuration: 'configuration',
    sections: 'sections of the configuration',
    buffer: 'records that wait',
    ledger: 'ledgers balance',
    drops: 'dropped',
    usual: 'dropped as usual',
    devices: 'devices that do not answer',
    lines: 'load of serial lines',
    radios: 'radios heard',
    networks: 'other LoRaWAN networks',
    joins: 'mistyped EUI',
    good: 'good',
    warning: 'look',
    bad: 'BAD',
  },
  fr: {
    running: 'agent',
    identity: 'identité',
    certificate: 'certificat',
    clock: 'horloge',
    link: 'serveur de flotte',
    configuration: 'configuration',
    sections: 'sections de la configuration',
    buffer: 'enregistrements en attente',
    ledger: 'comptes équilibrés',
    drops: 'écarté',
    usual: 'écarté normalement',
    devices: 'équipements muets',
    lines: 'charge des lignes série',
    radios: 'radios entendues',
    networks: 'autres réseaux LoRaWAN',
    joins: 'EUI mal saisi',
    good: 'bon',
    warning: 'à voir',
    bad: 'MAUVAIS',
  },
};

const REASONS: Record<Language, Record<ReasonName, string>> = {
  en: {
    waitsForClaim: 'it takes up its work once this gateway has an identity: vigie-agent enrol with a claim',
    notRunning: 'it does not run, or another one was asked: systemctl status vigie-agent',
    notAnswering: 'it runs and does not answer: systemctl restart vigie-agent',
    certificateEnds:
      'it ends soon: ask an operator for a new claim, then vigie-agent enrol --force and restart the agent',
    certificateEnded:
      'it has ended: ask an operator for a new claim, then vigie-agent enrol --force and restart the agent',
    clockUntrusted: 'nothing has set the clock yet: readings say so; give the gateway a time server',
    notTried: 'the first attempt is still to come',
    identityRevoked:
      'the server does not know this identity any more: it was revoked or replaced; enrol with a new claim (--force) and restart',
    serverRefuses: 'the server does not take connections at present: it tries again by itself',
    serverSilent: 'check the network, the antenna, and that the port is open outwards; readings are kept',
    serverUntrusted: 'the server showed another certificate than the one that was enrolled at: tell an operator',
    noDocument: 'an operator has put no document in force yet',
    triedAgain: 'the rest runs, and this is tried again by itself',
    keptUntilBack: 'kept until the server answers',
    defect: 'a defect of Vigie: send vigie-agent doctor --json',
    slavesSilent: 'check power, address, wiring, speed and parity',
    lineFull: 'polls come late: lengthen the intervals by the factor in brackets, or raise the speed',
    neverHeard: 'no packet forwarder or station ever came: check the address that it sends to',
    radioSilent: 'silent for more than 90 s: check its power, its network and the address that it sends to',
    networkUnreached: 'not reached: check its address, user and password',
    mistyped: 'correct it in the configuration',
  },
  fr: {
    waitsForClaim: 'il se met au travail dès que la passerelle a une identité : vigie-agent enrol avec le code',
    notRunning: 'il ne tourne pas, ou un autre a été interrogé : systemctl status vigie-agent',
    notAnswering: 'il tourne et ne répond pas : systemctl restart vigie-agent',
    certificateEnds:
      'il expire bientôt : demander un nouveau code, puis vigie-agent enrol --force et redémarrer l’agent',
    certificateEnded: 'il a expiré : demander un nouveau code, puis vigie-agent enrol --force et redémarrer l’agent',
    clockUntrusted: 'rien n’a encore réglé l’horloge : les mesures le disent ; donner un serveur de temps',
    notTried: 'la première tentative est à venir',
    identityRevoked:
      'le serveur ne connaît plus cette identité : révoquée ou remplacée ; rattacher avec un nouveau code (--force) et redémarrer',
    serverRefuses: 'le serveur ne prend pas de connexion pour le moment : nouvel essai automatique',
    serverSilent: 'vérifier le réseau, l’antenne et que le port est ouvert en sortie ; les mesures sont gardées',
    serverUntrusted: 'le serveur a montré un autre certificat que celui du rattachement : prévenir un opérateur',
    noDocument: 'aucun document n’a encore été mis en vigueur',
    triedAgain: 'le reste fonctionne, et ceci est réessayé automatiquement',
    keptUntilBack: 'gardés jusqu’à la réponse du serveur',
    defect: 'un défaut de Vigie : joindre vigie-agent doctor --json',
    slavesSilent: 'vérifier alimentation, adresse, câblage, vitesse et parité',
    lineFull:
      'les relevés prennent du retard : allonger les intervalles du facteur entre parenthèses, ou augmenter la vitesse',
    neverHeard: 'aucun packet forwarder ni station n’est jamais venu : vérifier l’adresse où il envoie',
    radioSilent: 'muet depuis plus de 90 s : vérifier son alimentation, son réseau et l’adresse où il envoie',
    networkUnreached: 'injoignable : vérifier son adresse, l’utilisateur et le mot de passe',
    mistyped: 'le corriger dans la configuration',
  },
};

/** One line for people: verdict, what was looked at, what was measured, and what to do. */
export function lineOf({ check, verdict, detail, reason, code }: Finding, language: Language): string {
  const words = WORDS[language];
  const toDo = [reason && REASONS[language][reason], code && sentenceOf(code, language)].filter(Boolean).join(' — ');
  const text = [detail, toDo].filter((part) => part !== '').join(' — ');
  return `${words[verdict].padEnd(8)} ${words[check].padEnd(30)} ${text}`.trimEnd();
}

function sentenceOf(code: string, language: Language): string {
  const sentence = language === 'fr' ? SENTENCES_FR[code as ErrorCode] : ERRORS[code as ErrorCode];
  return sentence ?? '';
}

/** The first of the locale's variables that is set decides (POSIX, 8.2). */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  return (LC_ALL || LC_MESSAGES || LANG || '').toLowerCase().startsWith('fr') ? 'fr' : 'en';
}
