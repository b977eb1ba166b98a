/**
 * Evaluated in a new context before any codec; its value is the driver that makes all calls. It takes what it needs of
 * the language now, so that a codec which patches built-ins spoils its own results only. The `console` goes nowhere.
 *
 * driver(function, inputJson, seed) gives the result as JSON; a first character tells how far it came:
 * `=` result, `!` the codec threw (name and message follow), `?` the result is not plain data (why follows).
 *
 * Every call begins with the same memory, so that QuickJS's own random numbers would be the same each time: they begin
 * at the seed of the call instead, an integer in decimal, and while a codec is loaded at the clock.
 */
export const PRELUDE = `(function () {
  var parse = JSON.parse, stringify = JSON.stringify, DateOf = Date, PromiseOf = Promise, text = String;
  var isView = ArrayBuffer.isView, listOf = Array.from, copy = Object.assign, isArray = Array.isArray;
  var quiet = function () {};
  var console = {};
  ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'assert', 'group', 'groupCollapsed', 'groupEnd',
    'time', 'timeEnd', 'timeLog', 'count', 'countReset', 'clear'].forEach(function (name) { console[name] = quiet; });
  Object.defineProperty(globalThis, 'console', { value: console, writable: true, configurable: true, enumerable: false });
  var imul = Math.imul, now = Date.now, state, given;
  function bits() {
    var mixed = state = state + 1831565813 | 0;
    mixed = imul(mixed ^ mixed >>> 15, mixed | 1);
    mixed ^= mixed + imul(mixed ^ mixed >>> 7, mixed | 61);
    return (mixed ^ mixed >>> 14) >>> 0;
  }
  function random() {
    if (state === undefined) state = (given === undefined ? now() : +given) | 0;
    return ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
  }
  Object.defineProperty(Math, 'random', { value: random, writable: true, configurable: true, enumerable: false });
  function describe(error) {
    try {
      if (error !== null && typeof error === 'object' && 'message' in error) {
        return text(error.name) + ': ' + text(error.message);
      }
      return text(error);
    } catch (again) {
      return 'an exception that cannot be shown';
    }
  }
  return function (codec, json, seed) {
    var input = parse(json), result, plain;
    state = undefined;
    given = seed;
    if (input.recvTime !== undefined) input.recvTime = new DateOf(input.recvTime);
    try {
      result = codec(input);
    } catch (error) {
      return '!' + describe(error);
    }
    if (result instanceof PromiseOf) return '?the codec returned a promise';
    try {
      if (result !== null && typeof result === 'object' && isView(result.bytes)) {
        result = copy({}, result, { bytes: listOf(result.bytes) });
      }
      plain = stringify(result);
    } catch (error) {
      return '?' + describe(error);
    }
    if (plain === undefined) return '?the codec returned ' + (result === undefined ? 'nothing' : typeof result);
    return '=' + plain;
  };
})()`;
