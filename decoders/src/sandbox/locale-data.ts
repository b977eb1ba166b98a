/**
 * What the languages that codecs print in need, after the Common Locale Data Repository: names, signs and the order of a
 * date. `joins` stand between date and time: where the date is of figures, has a short month, has a long month.
 */
export const LOCALE_DATA = `
  var ENGLISH = {
    months: 'January February March April May June July August September October November December'.split(' '),
    short: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '),
    days: 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' '),
    shortDays: 'Sun Mon Tue Wed Thu Fri Sat'.split(' '),
    group: ',', decimal: '.', joins: [', ', ', ', ' at '], utc: 'Coordinated Universal Time', weekday: ', ',
    medium: 'short', half: ['AM', 'PM'], hourOnly: '',
  };
  var LOCALES = {
    'en-US': Object.assign({}, ENGLISH, { order: 'mdy', twelve: true, yearOfShort: '2-digit', weekdayAlone: ' ' }),
    'en-GB': Object.assign({}, ENGLISH, { order: 'dmy', padded: true, half: ['am', 'pm'], shortWeekday: ' ',
      short: 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ') }),
    'fr': { order: 'dmy', padded: true,
      months: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
      short: 'janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.'.split(' '),
      days: 'dimanche lundi mardi mercredi jeudi vendredi samedi'.split(' '),
      shortDays: 'dim. lun. mar. mer. jeu. ven. sam.'.split(' '),
      group: '\\u202f', decimal: ',', percent: '\\u00a0%', joins: [' ', ', ', ' à '], utc: 'temps universel coordonné', weekday: ' ',
      weekdayAlone: ' ', medium: 'short', half: ['AM', 'PM'], hourOnly: ' h' },
    'de': { order: 'dmy', dots: true,
      months: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' '),
      short: 'Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.'.split(' '),
      shortAlone: 'Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez'.split(' '),
      days: 'Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag'.split(' '),
      shortDays: 'So. Mo. Di. Mi. Do. Fr. Sa.'.split(' '), shortDaysAlone: 'So Mo Di Mi Do Fr Sa'.split(' '),
      group: '.', decimal: ',', percent: '\\u00a0%', joins: [', ', ', ', ' um '], utc: 'Koordinierte Weltzeit', weekday: ', ',
      medium: '2-digit', yearOfShort: '2-digit', half: ['AM', 'PM'], hourOnly: ' Uhr' },
    'pt-BR': { order: 'dmy', padded: true, of: ' de ',
      months: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro'.split(' '),
      short: 'jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.'.split(' '),
      days: 'domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado'.split(' '),
      shortDays: 'dom. seg. ter. qua. qui. sex. sáb.'.split(' '),
      group: '.', decimal: ',', joins: [', ', ', ', ' às '], utc: 'Horário Universal Coordenado', weekday: ', ',
      medium: 'short', half: ['AM', 'PM'], hourOnly: '' },
  };
  LOCALES['de-CH'] = Object.assign({}, LOCALES.de, { group: "'", decimal: '.' });
  /** Minutes east of Greenwich in winter, and whose summer time is kept. */
  var ZONES = {};
  [['UTC GMT Etc/UTC Etc/GMT Africa/Abidjan Atlantic/Reykjavik', 0],
    ['Europe/London Europe/Dublin Europe/Lisbon Atlantic/Canary', 0, 'eu'],
    ['Europe/Paris Europe/Berlin Europe/Madrid Europe/Rome Europe/Brussels Europe/Amsterdam Europe/Zurich Europe/Vienna ' +
      'Europe/Luxembourg Europe/Warsaw Europe/Prague Europe/Copenhagen Europe/Stockholm Europe/Oslo Europe/Budapest ' +
      'Europe/Belgrade Europe/Zagreb Europe/Ljubljana Europe/Bratislava Europe/Monaco Europe/Andorra Europe/Malta CET', 60, 'eu'],
    ['Europe/Athens Europe/Helsinki Europe/Bucharest Europe/Sofia Europe/Riga Europe/Tallinn Europe/Vilnius Europe/Kiev ' +
      'Europe/Kyiv EET', 120, 'eu'],
    ['Africa/Algiers Africa/Lagos Africa/Tunis', 60], ['Africa/Johannesburg', 120],
    ['Europe/Istanbul Europe/Moscow Asia/Riyadh Africa/Nairobi', 180], ['Asia/Dubai Indian/Reunion Indian/Mauritius', 240],
    ['Asia/Kolkata Asia/Calcutta', 330], ['Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh', 420],
    ['Asia/Shanghai Asia/Singapore Asia/Hong_Kong Asia/Taipei Asia/Manila Australia/Perth', 480],
    ['Asia/Tokyo Asia/Seoul', 540], ['Australia/Brisbane', 600], ['Pacific/Noumea', 660],
    ['America/New_York America/Toronto America/Montreal America/Detroit', -300, 'us'], ['America/Chicago', -360, 'us'],
    ['America/Denver', -420, 'us'], ['America/Los_Angeles America/Vancouver', -480, 'us'], ['America/Phoenix', -420],
    ['America/Bogota America/Lima', -300], ['America/Martinique America/Guadeloupe', -240],
    ['America/Sao_Paulo America/Bahia America/Fortaleza America/Argentina/Buenos_Aires America/Cayenne', -180]]
    .forEach(function (row) {
      row[0].split(' ').forEach(function (name) { ZONES[name.toLowerCase()] = { minutes: row[1], summer: row[2] }; });
    });
`;
