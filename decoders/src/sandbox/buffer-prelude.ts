import { BUFFER_ENCODINGS } from './buffer-encodings.ts';
import { BUFFER_ERRORS } from './buffer-errors.ts';
import { BUFFER_NUMBERS } from './buffer-numbers.ts';

const CONSTRUCTOR = `
  class FastBuffer extends Uint8Array {}
  function Buffer(value, encodingOrOffset, length) {
    if (typeof value !== 'number') return Buffer.from(value, encodingOrOffset, length);
    if (typeof encodingOrOffset === 'string') throw wrongType('string', 'of type string', value);
    return Buffer.alloc(value);
  }
  Object.setPrototypeOf(Buffer, Uint8Array);
  Buffer.prototype = FastBuffer.prototype;
  Object.defineProperty(Buffer.prototype, 'constructor', { value: Buffer, writable: true, configurable: true });
  function isBytes(value) { return value instanceof Uint8Array; }
  function isArrayBuffer(value) {
    return value instanceof ArrayBuffer || typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer;
  }
  function fromList(list) {
    var result = new FastBuffer(list.length > 0 ? Math.floor(list.length) : 0), i;
    for (i = 0; i < result.length; i++) result[i] = list[i];
    return result;
  }
  function fromText(text, encoding) {
    return fromList(textBytes(text, typeof encoding === 'string' && encoding !== '' ? encodingOf(encoding) : 'utf8'));
  }
  function fromMemory(memory, offset, length) {
    offset = +offset || 0;
    if (offset > memory.byteLength) throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"offset" is outside of buffer bounds');
    var most = memory.byteLength - offset;
    length = length === undefined ? most : Math.max(0, +length || 0);
    if (length > most) throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"length" is outside of buffer bounds');
    return new FastBuffer(memory, offset, length);
  }
  function fromObject(value) {
    if (value.length !== undefined || isArrayBuffer(value.buffer)) {
      return typeof value.length === 'number' ? fromList(value) : new FastBuffer(0);
    }
    return value.type === 'Buffer' && Array.isArray(value.data) ? fromList(value.data) : undefined;
  }
  var KINDS = 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object';
  function needSize0(size) {
    needNumber(size, 'size');
    if (!(size >= 0 && size <= 9007199254740991)) throw outOfRange('size', '>= 0 && <= 9007199254740991', size);
  }
  Buffer.from = function (value, encodingOrOffset, length) {
    var inner, found;
    if (typeof value === 'string') return fromText(value, encodingOrOffset);
    if (typeof value === 'object' && value !== null) {
      if (isArrayBuffer(value)) return fromMemory(value, encodingOrOffset, length);
      inner = value.valueOf && value.valueOf();
      if (inner !== null && inner !== undefined && inner !== value && (typeof inner === 'string' || typeof inner === 'object')) {
        return Buffer.from(inner, encodingOrOffset, length);
      }
      found = fromObject(value);
      if (found) return found;
      if (typeof value[Symbol.toPrimitive] === 'function') {
        inner = value[Symbol.toPrimitive]('string');
        if (typeof inner === 'string') return fromText(inner, encodingOrOffset);
      }
    }
    throw wrongType('first argument', KINDS, value);
  };
  Buffer.of = function () { return fromList(arguments); };
  Buffer.alloc = function (size, fill, encoding) {
    needSize0(size);
    var result = new FastBuffer(size);
    return fill === undefined || fill === 0 || size === 0 ? result : result.fill(fill, encoding);
  };
  Buffer.allocUnsafe = Buffer.allocUnsafeSlow = function (size) { needSize0(size); return new FastBuffer(size); };
  Buffer.isBuffer = function (value) { return value instanceof Buffer; };
  Buffer.isEncoding = function (name) {
    return typeof name === 'string' && name.length !== 0 && knownEncoding(name) !== undefined;
  };
  Buffer.byteLength = function (value, encoding) {
    if (typeof value === 'string') {
      var kind = knownEncoding(encoding) || 'utf8', length = value.length;
      if (kind === 'hex') return length >>> 1;
      if (kind !== 'base64' && kind !== 'base64url') return textBytes(value, kind).length;
      if (value[length - 1] === '=') length--;
      if (length > 1 && value[length - 1] === '=') length--;
      return length * 3 >>> 2;
    }
    if (ArrayBuffer.isView(value) || isArrayBuffer(value)) return value.byteLength;
    throw wrongType('string', 'of type string or an instance of Buffer or ArrayBuffer', value);
  };
  Buffer.concat = function (list, length) {
    var i, at = 0, result;
    if (!Array.isArray(list)) throw wrongType('list', 'an instance of Array', list);
    if (length === undefined) {
      length = 0;
      for (i = 0; i < list.length; i++) if (list[i].length) length += list[i].length;
    } else needOffset(length, 'length', 0, 9007199254740991);
    result = new FastBuffer(length);
    for (i = 0; i < list.length; i++) {
      if (!isBytes(list[i])) throw wrongType('list[' + i + ']', 'an instance of Buffer or Uint8Array', list[i]);
      if (at >= length) continue;
      result.set(Uint8Array.prototype.subarray.call(list[i], 0, length - at), at);
      at += list[i].length;
    }
    return result;
  };
  function order(a, b) {
    var i, shared = Math.min(a.length, b.length);
    for (i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return a.length < b.length ? -1 : a.length > b.length ? 1 : 0;
  }
  function needBytes(value, name) {
    if (!isBytes(value)) throw wrongType(name, 'an instance of Buffer or Uint8Array', value);
  }
  Buffer.compare = function (a, b) { needBytes(a, 'buf1'); needBytes(b, 'buf2'); return a === b ? 0 : order(a, b); };
  Buffer.copyBytesFrom = function (view, offset, length) {
    if (!ArrayBuffer.isView(view)) throw wrongType('view', 'an instance of TypedArray', view);
    var part = view.subarray(offset || 0, length === undefined ? undefined : (offset || 0) + length);
    return fromList(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  };
  Buffer.poolSize = 8192;
`;

const METHODS = `
  function within(value, length) {
    value = Math.trunc(+value) || 0;
    if (value < 0) return Math.max(0, value + length);
    return Math.min(value, length);
  }
  function part(start, end) {
    start = within(start, this.length);
    end = end === undefined ? this.length : within(end, this.length);
    return new FastBuffer(this.buffer, this.byteOffset + start, Math.max(0, end - start));
  }
  method('slice', part);
  method('subarray', part);
  method('toString', function (encoding, start, end) {
    var length = this.length;
    start = start === undefined || start <= 0 ? 0 : start >= length ? length : Math.trunc(start) || 0;
    end = end === undefined || end > length ? length : Math.trunc(end) || 0;
    if (end <= start) return '';
    return bytesText(this, encoding === undefined ? 'utf8' : encodingOf(encoding), start, end);
  });
  method('toLocaleString', Buffer.prototype.toString);
  method('toJSON', function () { return { type: 'Buffer', data: Array.from(this) }; });
  method('equals', function (other) { needBytes(other, 'otherBuffer'); return this === other || order(this, other) === 0; });
  method('inspect', function () {
    return '<Buffer ' + Array.from(this.subarray(0, 50), function (byte) { return HEX[byte >> 4] + HEX[byte & 15]; }).join(' ') +
      (this.length > 50 ? ' ... ' + (this.length - 50) + ' more byte' + (this.length > 51 ? 's' : '') : '') + '>';
  });
  method('compare', function (target, targetStart, targetEnd, start, end) {
    needBytes(target, 'target');
    if (targetStart === undefined) targetStart = 0; else needOffset(targetStart, 'targetStart', 0, 9007199254740991);
    if (targetEnd === undefined) targetEnd = target.length; else needOffset(targetEnd, 'targetEnd', 0, target.length);
    if (start === undefined) start = 0; else needOffset(start, 'sourceStart', 0, 9007199254740991);
    if (end === undefined) end = this.length; else needOffset(end, 'sourceEnd', 0, this.length);
    if (start >= end) return targetStart >= targetEnd ? 0 : -1;
    if (targetStart >= targetEnd) return 1;
    return order(part.call(this, start, end), part.call(target, targetStart, targetEnd));
  });
  method('copy', function (target, targetStart, start, end) {
    needBytes(target, 'target');
    targetStart = targetStart === undefined ? 0 : Math.trunc(+targetStart) || 0;
    if (targetStart < 0) throw outOfRange('targetStart', '>= 0', targetStart);
    start = start === undefined ? 0 : Math.trunc(+start) || 0;
    if (start < 0 || start > this.length) throw outOfRange('sourceStart', '>= 0 && <= ' + this.length, start);
    end = end === undefined ? this.length : Math.trunc(+end) || 0;
    if (end < 0) throw outOfRange('sourceEnd', '>= 0', end);
    if (targetStart >= target.length || start >= end) return 0;
    var from = part.call(this, start, Math.min(end, start + target.length - targetStart));
    Uint8Array.prototype.set.call(target, from, targetStart);
    return from.length;
  });
  method('write', function (text, offset, length, encoding) {
    if (typeof text !== 'string') throw wrongType('argument', 'of type string', text);
    if (offset === undefined) { offset = 0; length = this.length; encoding = undefined; }
    else if (length === undefined && typeof offset === 'string') { encoding = offset; offset = 0; length = this.length; }
    else {
      needOffset(offset, 'offset', 0, this.length);
      var room = this.length - offset;
      if (length === undefined) length = room;
      else if (typeof length === 'string') { encoding = length; length = room; }
      else { needOffset(length, 'length', 0, this.length); length = Math.min(length, room); }
    }
    var kind = encoding ? encodingOf(encoding) : 'utf8', bytes = textBytes(text, kind), i;
    length = Math.min(length, bytes.length);
    if (kind === 'ucs2') length -= length % 2;
    // no part of a character is written
    if (kind === 'utf8') while (length > 0 && length < bytes.length && (bytes[length] & 192) === 128) length--;
    for (i = 0; i < length; i++) this[offset + i] = bytes[i];
    return length;
  });
  method('fill', function (given, offset, end, encoding) {
    var value = given;
    if (typeof value === 'string') {
      if (offset === undefined || typeof offset === 'string') { encoding = offset; offset = undefined; end = undefined; }
      else if (typeof end === 'string') { encoding = end; end = undefined; }
      if (encoding !== undefined && typeof encoding !== 'string') throw wrongType('encoding', 'of type string', encoding);
      encoding = encoding ? encodingOf(encoding) : 'utf8';
    }
    if (offset === undefined) { offset = 0; end = this.length; }
    else {
      needOffset(offset, 'offset', 0, 9007199254740991);
      if (end === undefined) end = this.length; else needOffset(end, 'end', 0, this.length);
    }
    if (offset >= end) return this;
    if (typeof value === 'string') {
      value = value === '' ? 0 : textBytes(value, encoding);
      if (value.length === 0) {
        throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', "The argument 'value' is invalid. Received '" + given + "'");
      }
    }
    if (!Array.isArray(value) && !isBytes(value) || value === given && !isBytes(given)) { Uint8Array.prototype.fill.call(this, value & 255, offset, end); return this; }
    for (var i = offset; i < end; i++) this[i] = value.length > 0 ? value[(i - offset) % value.length] : 0;
    return this;
  });
  function search(buffer, value, offset, encoding, forward) {
    var length = buffer.length, bytes, last, i, j;
    if (typeof offset === 'string') { encoding = offset; offset = undefined; }
    offset = +offset;
    if (offset !== offset) offset = forward ? 0 : length;
    offset = Math.trunc(Math.min(offset, 2147483647));
    if (typeof value === 'string') bytes = textBytes(value, encoding === undefined ? 'utf8' : encodingOf(encoding));
    else if (typeof value === 'number') bytes = [value & 255];
    else if (isBytes(value)) bytes = value;
    else throw wrongType('value', 'one of type number or string or an instance of Buffer or Uint8Array', value);
    if (offset < 0) offset += length;
    if (bytes.length === 0) return Math.max(0, Math.min(offset, length));
    if (offset < 0) { if (!forward) return -1; offset = 0; }
    last = length - bytes.length;
    if (!forward && offset > last) offset = last;
    var step = knownEncoding(encoding) === 'ucs2' && typeof value === 'string' ? 2 : 1;
    for (i = offset; forward ? i <= last : i >= 0; i += forward ? 1 : -1) {
      if (i % step !== 0) continue;
      for (j = 0; j < bytes.length && buffer[i + j] === bytes[j];) j++;
      if (j === bytes.length) return i;
    }
    return -1;
  }
  method('indexOf', function (value, offset, encoding) { return search(this, value, offset, encoding, true); });
  method('lastIndexOf', function (value, offset, encoding) { return search(this, value, offset, encoding, false); });
  method('includes', function (value, offset, encoding) { return search(this, value, offset, encoding, true) !== -1; });
  ['ascii', 'base64', 'base64url', 'latin1', 'hex', 'ucs2', 'utf8'].forEach(function (encoding) {
    method(encoding + 'Slice', function (start, end) { return this.toString(encoding, start, end); });
    method(encoding + 'Write', function (text, offset, length) { return this.write(text, offset || 0, length, encoding); });
  });
  Object.defineProperty(Buffer.prototype, 'parent', { get: function () { return this.buffer; }, enumerable: true });
  Object.defineProperty(Buffer.prototype, 'offset', { get: function () { return this.byteOffset; }, enumerable: true });
`;

/**
 * Node's `Buffer`: codecs that were written for ChirpStack or for a vendor's own driver interface use it. It is part of
 * the context of those that name it only, so that all others see a plain TS013 environment.
 */
export const BUFFER_PRELUDE = `(function () {
  ${BUFFER_ERRORS}
  ${BUFFER_ENCODINGS}
  ${CONSTRUCTOR}
  ${BUFFER_NUMBERS}
  ${METHODS}
  Object.defineProperty(globalThis, 'Buffer', { value: Buffer, writable: true, configurable: true, enumerable: false });
})()`;

/** Whether a codec asks for it: names `Buffer` and not only `ArrayBuffer`. */
export function wantsBuffer(source: string): boolean {
  return /\bBuffer\b/.test(source);
}
