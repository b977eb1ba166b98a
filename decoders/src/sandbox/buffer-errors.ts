/**
 * The errors of Node's `Buffer`, with Node's own codes and sentences: codecs put the sentence of what they caught into
 * their `errors`.
 */
export const BUFFER_ERRORS = String.raw`
  function coded(Kind, code, message) {
    var error = new Kind(message);
    error.code = code;
    return error;
  }
  function shown(value) {
    if (typeof value === 'string') return "'" + value + "'";
    if (typeof value === 'bigint') return value + 'n';
    return value === 0 && 1 / value < 0 ? '-0' : String(value);
  }
  function received(value) {
    if (value === null || value === undefined) return ' Received ' + value;
    if (typeof value === 'function') return ' Received function ' + value.name;
    if (typeof value === 'object') {
      return value.constructor && value.constructor.name
        ? ' Received an instance of ' + value.constructor.name : ' Received [Object: null prototype] {}';
    }
    var text = shown(value);
    return ' Received type ' + typeof value + ' (' + (text.length > 28 ? text.slice(0, 25) + '...' : text) + ')';
  }
  function wrongType(name, expected, value) {
    var subject = name === 'first argument' ? 'The first argument' : 'The "' + name + '" argument';
    return coded(TypeError, 'ERR_INVALID_ARG_TYPE', subject + ' must be ' + expected + '.' + received(value));
  }
  function grouped(text) {
    return text.replace(/\B(?=(\d{3})+$)/g, '_');
  }
  function outOfRange(name, range, value) {
    var text = shown(value);
    if (Number.isInteger(value) && Math.abs(value) > 4294967296) text = grouped(String(value));
    else if (typeof value === 'bigint') {
      text = value > 4294967296n || value < -4294967296n ? grouped(String(value)) + 'n' : value + 'n';
    }
    return coded(RangeError, 'ERR_OUT_OF_RANGE',
      'The value of "' + name + '" is out of range. It must be ' + range + '. Received ' + text);
  }
  function needNumber(value, name) {
    if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
  }
  function needOffset(value, name, min, max) {
    needNumber(value, name);
    if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
    if (value < min || value > max) throw outOfRange(name, '>= ' + min + ' && <= ' + max, value);
  }
  /** No such offset, or no such size where a name is given. */
  function badOffset(value, last, name) {
    if (Math.floor(value) !== value) {
      needNumber(value, name || 'offset');
      return outOfRange(name || 'offset', 'an integer', value);
    }
    if (last < 0) return coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');
    return outOfRange(name || 'offset', '>= ' + (name ? 1 : 0) + ' and <= ' + last, value);
  }
`;
