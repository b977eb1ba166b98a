import { LOCALE_DATA } from './locale-data.ts';

const CHOICE = `
  function tag(given) {
    if (Array.isArray(given)) given = given[0];
    if (given === undefined) return 'en-US';
    if (typeof given !== 'string' && typeof given !== 'object' || given === null) throw new TypeError('Incorrect locale information provided');
    given = String(given);
    if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(given)) throw new RangeError('Incorrect locale information provided');
    return given;
  }
  function localeOf(given) {
    var name = tag(given).toLowerCase(), key;
    for (key in LOCALES) if (key.toLowerCase() === name) return LOCALES[key];
    if (/^en-(ie|au|nz|in|za)/.test(name)) return LOCALES['en-GB'];
    var language = name.split('-')[0];
    return LOCALES[language] || (language === 'pt' ? LOCALES['pt-BR'] : LOCALES['en-US']);
  }
  function two(number) { return number < 10 ? '0' + number : '' + number; }
`;

const NUMBERS = `
  /** Digits before and after the point, of the shortest decimal that means the number, rounded half away from zero. */
  function rounded(text, most) {
    var parts = /^(\\d+)(?:\\.(\\d+))?(?:e([+-]\\d+))?$/.exec(text), whole = parts[1], rest = parts[2] || '', power = Number(parts[3] || 0);
    for (; power > 0; power--) { whole += rest[0] || '0'; rest = rest.slice(1); }
    for (; power < 0; power++) { rest = (whole[whole.length - 1] || '0') + rest; whole = whole.slice(0, -1); }
    if (rest.length > most) {
      var up = rest[most] >= '5', digits = (whole + rest.slice(0, most)).split(''), i = digits.length - 1;
      for (; up && i >= 0; i--) {
        up = digits[i] === '9';
        digits[i] = up ? '0' : String(Number(digits[i]) + 1);
      }
      if (up) digits.unshift('1');
      whole = digits.slice(0, digits.length - most).join('');
      rest = most > 0 ? digits.slice(-most).join('') : '';
    }
    return [whole.replace(/^0+(?=\\d)/, '') || '0', rest.replace(/0+$/, '')];
  }
  function digitsOption(options, name, low, high) {
    var value = options[name];
    if (value === undefined) return undefined;
    value = Number(value);
    if (!(value >= low && value <= high)) throw new RangeError(name + ' value is out of range.');
    return Math.floor(value);
  }
  function formatNumber(value, given, options) {
    var locale = localeOf(given), percent;
    options = options === undefined || options === null ? {} : options;
    if (options.style !== undefined && options.style !== 'decimal' && options.style !== 'percent' || options.notation !== undefined && options.notation !== 'standard') {
      throw new RangeError('this engine formats plain numbers and percentages only');
    }
    percent = options.style === 'percent';
    if (value !== value) return 'NaN' + (percent ? locale.percent || '%' : '');
    var negative = value < 0 || Object.is(value, -0), text = String(negative ? -value : value);
    var sign = negative ? '-' : '', after = percent ? locale.percent || '%' : '';
    if (text === 'Infinity') return sign + '∞' + after;
    if (percent) {
      var shift = /e([+-]\\d+)$/.exec(text);
      text = text.replace(/e.*$/, '') + 'e' + ((shift ? Number(shift[1]) : 0) + 2 < 0 ? '' : '+') + ((shift ? Number(shift[1]) : 0) + 2);
    }
    var least = digitsOption(options, 'minimumFractionDigits', 0, 100), most = digitsOption(options, 'maximumFractionDigits', 0, 100);
    var figures = digitsOption(options, 'maximumSignificantDigits', 1, 21);
    if (least !== undefined && most !== undefined && least > most) throw new RangeError('maximumFractionDigits value is out of range.');
    if (most === undefined) most = Math.max(least || 0, percent ? 0 : 3);
    least = Math.min(least || 0, most);
    if (figures !== undefined) {
      var exact = rounded(text, 400), leading = exact[0] === '0' ? -/^0*/.exec(exact[1])[0].length : exact[0].length;
      most = figures - leading;
      least = 0;
      if (most < 0) {
        var cut = rounded(exact[0] + 'e' + most, 0)[0];
        text = cut + 'e+' + -most;
        most = 0;
      }
    }
    var parts = rounded(text, most), whole = parts[0], rest = parts[1];
    while (rest.length < least) rest += '0';
    var wide = digitsOption(options, 'minimumIntegerDigits', 1, 21) || 1;
    while (whole.length < wide) whole = '0' + whole;
    if (options.useGrouping !== false && options.useGrouping !== 'false') whole = whole.replace(/\\B(?=(\\d{3})+$)/g, locale.group);
    return sign + whole + (rest ? locale.decimal + rest : '') + after;
  }
`;

const ZONE = `
  function sunday(year, month, nth) {
    if (nth > 0) return 1 + (7 - new Date(Date.UTC(year, month, 1)).getUTCDay()) % 7 + 7 * (nth - 1);
    var last = new Date(Date.UTC(year, month + 1, 0));
    return last.getUTCDate() - last.getUTCDay();
  }
  function isSummer(zone, at) {
    var year = new Date(at).getUTCFullYear();
    if (zone.summer === 'eu') return at >= Date.UTC(year, 2, sunday(year, 2, 0), 1) && at < Date.UTC(year, 9, sunday(year, 9, 0), 1);
    if (zone.summer !== 'us') return false;
    var noon = at + zone.minutes * 60000;
    return noon >= Date.UTC(year, 2, sunday(year, 2, 2), 2) && noon < Date.UTC(year, 10, sunday(year, 10, 1), 1);
  }
  function zoneOf(name, at) {
    if (name === undefined) return { minutes: 0 };
    var fixed = /^([+-])(\\d\\d):?(\\d\\d)?$/.exec(name), zone;
    if (fixed) return { minutes: (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] || 0)), named: true };
    zone = ZONES[String(name).toLowerCase()];
    if (!zone) throw new RangeError('Invalid time zone specified: ' + name);
    return { minutes: zone.minutes + (isSummer(zone, at) ? 60 : 0), named: zone.summer !== undefined,
      letters: zone.summer === 'us' && { '-300': 'E', '-360': 'C', '-420': 'M', '-480': 'P' }[zone.minutes] + (isSummer(zone, at) ? 'DT' : 'ST') };
  }
  function zoneName(zone, locale, long) {
    if (zone.minutes === 0 && !zone.named) return long ? locale.utc : 'UTC';
    if (zone.letters && locale.twelve) return zone.letters;
    if (zone.minutes === 0 && locale.months[0] !== 'janvier') return 'GMT';
    var hours = Math.floor(Math.abs(zone.minutes) / 60), rest = Math.abs(zone.minutes) % 60;
    return (locale.months[0] === 'janvier' ? 'UTC' : 'GMT') + (zone.minutes < 0 ? locale.months[0] === 'janvier' ? '\\u2212' : '-' : '+') + hours + (rest ? ':' + two(rest) : '');
  }
`;

const DATES = `
  var STYLES = {
    full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
    long: { year: 'numeric', month: 'long', day: 'numeric' },
  };
  function styled(options, locale) {
    var wanted = Object.assign({}, STYLES[options.dateStyle]), time = options.timeStyle;
    if (options.dateStyle === 'medium') wanted = { year: 'numeric', month: locale.medium, day: locale.medium === 'short' ? 'numeric' : locale.medium };
    if (options.dateStyle === 'short') {
      wanted = { year: locale.yearOfShort || 'numeric', month: 'numeric', day: 'numeric' };
      if (locale.dots) wanted.month = wanted.day = '2-digit';
    }
    if (time) { wanted.hour = locale.twelve ? 'numeric' : '2-digit'; wanted.minute = '2-digit'; }
    if (time && time !== 'short') wanted.second = '2-digit';
    if (time === 'long' || time === 'full') wanted.timeZoneName = time === 'full' ? 'long' : 'short';
    wanted.hour12 = options.hour12;
    wanted.hourCycle = options.hourCycle;
    return wanted;
  }
  function wantedOf(options, locale, required, added) {
    if (options.dateStyle !== undefined || options.timeStyle !== undefined) {
      if (required === 'date' && options.timeStyle !== undefined) throw new TypeError('Invalid option : timeStyle');
      if (required === 'time' && options.dateStyle !== undefined) throw new TypeError('Invalid option : dateStyle');
      return styled(options, locale);
    }
    var wanted = Object.assign({}, options), none = true;
    if (required !== 'time') none = none && !options.weekday && !options.year && !options.month && !options.day;
    if (required !== 'date') none = none && !options.hour && !options.minute && !options.second && !options.fractionalSecondDigits;
    if (none && added !== 'time') wanted.year = wanted.month = wanted.day = 'numeric';
    if (none && added !== 'date') wanted.hour = wanted.minute = wanted.second = 'numeric';
    return wanted;
  }
  function dateText(at, wanted, locale) {
    var year = wanted.year && (wanted.year === '2-digit' ? two(at.getUTCFullYear() % 100) : '' + at.getUTCFullYear());
    var figures = wanted.month === 'numeric' || wanted.month === '2-digit';
    var alone = !wanted.day && !wanted.year, mixed = wanted.day && wanted.year && !wanted.weekday && wanted.month !== wanted.day;
    var both = locale.dots && !wanted.year && (wanted.day === '2-digit' || wanted.month === '2-digit') && wanted.day && wanted.month;
    function padded(number, option) {
      return option === '2-digit' || figures && both || figures && locale.padded && !mixed && (wanted.day || wanted.year) ? two(number) : '' + number;
    }
    var day = wanted.day && padded(at.getUTCDate(), wanted.day), month, text, weekday;
    if (figures) month = padded(at.getUTCMonth() + 1, wanted.month);
    else if (wanted.month) month = (wanted.month === 'long' ? locale.months : alone && locale.shortAlone || locale.short)[at.getUTCMonth()];
    if (wanted.month === 'narrow') month = locale.months[at.getUTCMonth()][0].toUpperCase();
    if (figures || !month) {
      if (locale.dots) text = month && !day && year ? month + '/' + year : [day, month, year].filter(Boolean).join('.') + (day && month && !year ? '.' : '');
      else text = (locale.order === 'mdy' ? [month, day, year] : [day, month, year]).filter(Boolean).join('/');
    } else if (locale.order === 'mdy') text = month + (day ? ' ' + day : '') + (year ? (day ? ', ' : ' ') + year : '');
    else text = [day && locale.dots ? day + '.' : day, month, year].filter(Boolean).join(locale.of || ' ');
    if (!wanted.weekday) return text;
    weekday = (wanted.weekday === 'long' ? locale.days : !text && locale.shortDaysAlone || locale.shortDays)[at.getUTCDay()];
    return text ? weekday + (locale.shortWeekday && month && !year ? locale.shortWeekday : locale.weekday) + text : weekday;
  }
  function timeText(at, wanted, locale) {
    var cycle = wanted.hourCycle, twelve = wanted.hour12 === undefined ? cycle ? cycle === 'h12' || cycle === 'h11' : locale.twelve : wanted.hour12;
    var hour = at.getUTCHours(), shown, parts = [], text;
    if (wanted.hour) {
      shown = twelve ? hour % 12 || 12 : hour;
      if (!twelve && hour === 0 && wanted.hour12 === undefined && cycle === 'h24') shown = 24;
      var even = wanted.minute !== '2-digit' || wanted.second && wanted.second !== '2-digit';
      parts.push(wanted.hour === '2-digit' || !twelve && (even || locale.twelve) ? two(shown) : '' + shown);
    }
    if (wanted.minute) parts.push(wanted.hour || wanted.second ? two(at.getUTCMinutes()) : '' + at.getUTCMinutes());
    if (wanted.second) parts.push(wanted.minute ? two(at.getUTCSeconds()) : '' + at.getUTCSeconds());
    text = parts.join(':');
    if (wanted.fractionalSecondDigits) {
      text += (parts.length ? locale.decimal : '') + String(1000 + at.getUTCMilliseconds()).slice(1, 1 + wanted.fractionalSecondDigits);
    }
    if (wanted.hour && twelve) text += ' ' + locale.half[hour < 12 ? 0 : 1];
    else if (wanted.hour && parts.length === 1) text += locale.hourOnly;
    return text;
  }
  function formatDate(date, given, options, required, added) {
    var locale = localeOf(given), at = date.getTime();
    if (options === null) throw new TypeError('Cannot convert undefined or null to object');
    options = options === undefined ? {} : Object(options);
    if (at !== at) return 'Invalid Date';
    var zone = zoneOf(options.timeZone, at);
    var local = new Date(at + zone.minutes * 60000), wanted = wantedOf(options, locale, required, added);
    var day = dateText(local, wanted, locale), time = timeText(local, wanted, locale), join = 0;
    if (wanted.month === 'long') join = 2;
    else if (wanted.month && wanted.month !== 'numeric' && wanted.month !== '2-digit') join = 1;
    var between = day && !wanted.year && !wanted.month && !wanted.day && locale.weekdayAlone || locale.joins[join];
    var text = day + (day && time ? between : '') + time;
    return wanted.timeZoneName ? text + (time ? ' ' : ', ') + zoneName(zone, locale, wanted.timeZoneName === 'long') : text;
  }
`;

/**
 * `toLocaleString` and its kin as an engine with the Unicode Consortium's data would give them: in English, French, German
 * and Brazilian Portuguese, with common time zones; other languages come out in American English. Only codecs that name
 * these methods have it; there is no `Intl`.
 */
export const LOCALE_PRELUDE = `(function () {
  ${LOCALE_DATA}
  ${CHOICE}
  ${NUMBERS}
  ${ZONE}
  ${DATES}
  function method(owner, name, body) {
    Object.defineProperty(owner, name, { value: body, writable: true, configurable: true, enumerable: false });
  }
  var timeOf = Date.prototype.getTime;
  function dateMethod(name, required, added) {
    method(Date.prototype, name, function (locale, options) {
      return formatDate(new Date(timeOf.call(this)), locale, options, required, added);
    });
  }
  dateMethod('toLocaleString', 'any', 'all');
  dateMethod('toLocaleDateString', 'date', 'date');
  dateMethod('toLocaleTimeString', 'time', 'time');
  var numberOf = Number.prototype.valueOf, bigOf = BigInt.prototype.valueOf;
  method(Number.prototype, 'toLocaleString', function (locale, options) { return formatNumber(numberOf.call(this), locale, options); });
  method(BigInt.prototype, 'toLocaleString', function (locale, options) { return formatNumber(bigOf.call(this), locale, options); });
})()`;

/** Whether a codec names one of these methods. */
export function wantsLocale(source: string): boolean {
  return /\btoLocale(?:Date|Time)?String\b/.test(source);
}
