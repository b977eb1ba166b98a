/**
 * Node's `Buffer`, as far as codecs use it: some that were written for ChirpStack do. It is evaluated before a codec
 * that names it, so that all others see a plain TS013 environment.
 */
export const BUFFER_PRELUDE = `(function () {
  var DIGITS = '0123456789abcdef';
  var BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  function fromText(text, encoding) {
    var bytes = [], i, bits = 0, count = 0, code;
    if (encoding === 'hex') {
      for (i = 0; i + 1 < text.length; i += 2) {
        code = parseInt(text.substr(i, 2), 16);
        if (code !== code) break;
        bytes.push(code);
      }
    } else if (encoding === 'base64' || encoding === 'base64url') {
      for (i = 0; i < text.length; i++) {
        code = BASE64.indexOf(text[i] === '-' ? '+' : text[i] === '_' ? '/' : text[i]);
        if (code < 0) continue;
        bits = bits << 6 | code;
        count += 6;
        if (count >= 8) { count -= 8; bytes.push(bits >> count & 255); }
      }
    } else if (encoding === 'ascii' || encoding === 'latin1' || encoding === 'binary') {
      for (i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i) & 255);
    } else {
      text = unescape(encodeURIComponent(text));
      for (i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i));
    }
    return bytes;
  }
  class Buffer extends Uint8Array {
    static from(value, encoding, length) {
      if (typeof value === 'string') return Buffer.from(fromText(value, encoding));
      if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
      var list = Array.from(value && value.type === 'Buffer' && Array.isArray(value.data) ? value.data : value);
      var result = new Buffer(list.length);
      for (var i = 0; i < list.length; i++) result[i] = list[i];
      return result;
    }
    static alloc(size, fill) { var result = new Buffer(size); return fill === undefined ? result : result.fill(fill); }
    static allocUnsafe(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static byteLength(text, encoding) { return typeof text === 'string' ? fromText(text, encoding).length : text.byteLength; }
    static concat(list) {
      var all = [];
      list.forEach(function (part) { for (var i = 0; i < part.length; i++) all.push(part[i]); });
      return Buffer.from(all);
    }
    slice(start, end) { return this.subarray(start, end); }
    equals(other) { return this.length === other.length && this.every(function (byte, i) { return byte === other[i]; }); }
    copy(target, at, start, end) { var part = this.subarray(start || 0, end); target.set(part, at || 0); return part.length; }
    write(text, offset, length, encoding) {
      if (typeof offset === 'string') { encoding = offset; offset = 0; length = undefined; }
      if (typeof length === 'string') { encoding = length; length = undefined; }
      var bytes = fromText(text, encoding).slice(0, length);
      this.set(bytes, offset || 0);
      return bytes.length;
    }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    toString(encoding, start, end) {
      var bytes = this.subarray(start || 0, end), text = '', i;
      if (encoding === 'hex') {
        for (i = 0; i < bytes.length; i++) text += DIGITS[bytes[i] >> 4] + DIGITS[bytes[i] & 15];
        return text;
      }
      if (encoding === 'base64') {
        for (i = 0; i < bytes.length; i += 3) {
          var group = bytes[i] << 16 | (bytes[i + 1] || 0) << 8 | (bytes[i + 2] || 0);
          text += BASE64[group >> 18] + BASE64[group >> 12 & 63];
          text += i + 1 < bytes.length ? BASE64[group >> 6 & 63] : '=';
          text += i + 2 < bytes.length ? BASE64[group & 63] : '=';
        }
        return text;
      }
      for (i = 0; i < bytes.length; i++) text += String.fromCharCode(encoding === 'ascii' ? bytes[i] & 127 : bytes[i]);
      if (encoding === 'ascii' || encoding === 'latin1' || encoding === 'binary') return text;
      try { return decodeURIComponent(escape(text)); } catch (e) { return text; }
    }
    readUIntBE(offset, size) { var v = 0; for (var i = 0; i < size; i++) v = v * 256 + this[offset + i]; return v; }
    readUIntLE(offset, size) { var v = 0; for (var i = size - 1; i >= 0; i--) v = v * 256 + this[offset + i]; return v; }
    readIntBE(offset, size) { var v = this.readUIntBE(offset, size), r = Math.pow(256, size); return v < r / 2 ? v : v - r; }
    readIntLE(offset, size) { var v = this.readUIntLE(offset, size), r = Math.pow(256, size); return v < r / 2 ? v : v - r; }
    writeUIntBE(value, offset, size) { for (var i = size - 1; i >= 0; i--) { this[offset + i] = value % 256; value = Math.floor(value / 256); } return offset + size; }
    writeUIntLE(value, offset, size) { for (var i = 0; i < size; i++) { this[offset + i] = value % 256; value = Math.floor(value / 256); } return offset + size; }
    writeIntBE(value, offset, size) { return this.writeUIntBE(value < 0 ? value + Math.pow(256, size) : value, offset, size); }
    writeIntLE(value, offset, size) { return this.writeUIntLE(value < 0 ? value + Math.pow(256, size) : value, offset, size); }
  }
  function accessors(name, method, size) {
    function read(little) {
      return function (offset) {
        offset = offset || 0;
        if (offset < 0 || offset + size > this.length) throw new RangeError('The value of "offset" is out of range.');
        return new DataView(this.buffer, this.byteOffset, this.byteLength)['get' + method](offset, little);
      };
    }
    function write(little) {
      return function (value, offset) {
        offset = offset || 0;
        if (offset < 0 || offset + size > this.length) throw new RangeError('The value of "offset" is out of range.');
        new DataView(this.buffer, this.byteOffset, this.byteLength)['set' + method](offset, value, little);
        return offset + size;
      };
    }
    var names = [name];
    if (name.indexOf('UInt') >= 0) names.push(name.replace('UInt', 'Uint'));
    names.forEach(function (each) {
      [['BE', false], ['LE', true]].forEach(function (order) {
        var suffix = size === 1 ? '' : order[0];
        Buffer.prototype['read' + each + suffix] = read(order[1]);
        Buffer.prototype['write' + each + suffix] = write(order[1]);
      });
    });
  }
  accessors('UInt8', 'Uint8', 1); accessors('Int8', 'Int8', 1);
  accessors('UInt16', 'Uint16', 2); accessors('Int16', 'Int16', 2);
  accessors('UInt32', 'Uint32', 4); accessors('Int32', 'Int32', 4);
  accessors('BigUInt64', 'BigUint64', 8); accessors('BigInt64', 'BigInt64', 8);
  accessors('Float', 'Float32', 4); accessors('Double', 'Float64', 8);
  Object.defineProperty(globalThis, 'Buffer', { value: Buffer, writable: true, configurable: true, enumerable: false });
})()`;

/** Whether a codec asks for it: names `Buffer` and not only `ArrayBuffer`. */
export function wantsBuffer(source: string): boolean {
  return /\bBuffer\b/.test(source);
}
