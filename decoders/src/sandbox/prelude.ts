/**
 * Evaluated in a new context before any codec; its value is the driver that makes all calls. It takes what it needs of
 * the language now, so that a codec which patches built-ins spoils its own results only. The `console` goes nowhere.
 *
 * driver(function, inputJson) gives the result as JSON; a first character tells how far it came:
 * `=` result, `!` the codec threw (name and message follow), `?` the result is not plain data (why follows).
 */
export const PRELUDE = `(function () {
  var parse = JSON.parse, stringify = JSON.stringify, DateOf = Date, PromiseOf = Promise, text = String;
  var isView = ArrayBuffer.isView, listOf = Array.from, copy = Object.assign, isArray = Array.isArray;
  var quiet = function () {};
  var console = {};
  ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'assert', 'group', 'groupCollapsed', 'groupEnd',
    'time', 'timeEnd', 'timeLog', 'count', 'countReset', 'clear'].forEach(function (name) { console[name] = quiet; });
  Object.defineProperty(globalThis, 'console', { value: console, writable: true, configurable: true, enumerable: false });
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
  return function (codec, json) {
    var input = parse(json), result, plain;
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
