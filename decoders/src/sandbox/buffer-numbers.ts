/** The methods of Node's `Buffer` that read and write numbers: `readUInt16BE`, `writeIntLE`, `swap16` … */
export const BUFFER_NUMBERS = `
  function method(name, body) {
    Object.defineProperty(Buffer.prototype, name, { value: body, writable: true, configurable: true, enumerable: true });
  }
  /** Under its name, and with Uint for UInt. */
  function methods(name, body) {
    method(name, body);
    if (name.indexOf('UInt') >= 0) method(name.replace('UInt', 'Uint'), body);
  }
  function viewOf(buffer) {
    return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }
  function needRoom(buffer, offset, size) {
    needNumber(offset, 'offset');
    if (buffer[offset] === undefined || buffer[offset + size - 1] === undefined) {
      throw badOffset(offset, buffer.length - size);
    }
  }
  function needValue(value, min, max, size) {
    if (value <= max && value >= min || value !== value) return;
    var n = typeof min === 'bigint' ? 'n' : '', range;
    if (size > 4) {
      range = min == 0 ? '>= 0' + n + ' and < 2' + n + ' ** ' + size * 8 + n
        : '>= -(2' + n + ' ** ' + (size * 8 - 1) + n + ') and < 2' + n + ' ** ' + (size * 8 - 1) + n;
    } else range = '>= ' + min + n + ' and <= ' + max + n;
    throw outOfRange('value', range, value);
  }
  function reader(view, size, little) {
    return function (offset) {
      if (offset === undefined) offset = 0;
      needRoom(this, offset, size);
      return viewOf(this)['get' + view](offset, little);
    };
  }
  function writer(view, size, little, min, max) {
    var big = typeof min === 'bigint';
    return function (value, offset) {
      if (offset === undefined) offset = 0;
      if (!big) value = +value;
      if (size === 1) needNumber(offset, 'offset');
      if (min !== undefined) needValue(value, min, max, size);
      needRoom(this, offset, size);
      if (big && typeof value !== 'bigint') throw new TypeError('Cannot mix BigInt and other types, use explicit conversions');
      viewOf(this)['set' + view](offset, value, little);
      return offset + size;
    };
  }
  function accessors(name, view, size, min, max) {
    [['BE', false], ['LE', true]].forEach(function (order) {
      var suffix = size === 1 ? '' : order[0];
      methods('read' + name + suffix, reader(view, size, order[1]));
      methods('write' + name + suffix, writer(view, size, order[1], min, max));
    });
  }
  accessors('UInt8', 'Uint8', 1, 0, 255);
  accessors('Int8', 'Int8', 1, -128, 127);
  accessors('UInt16', 'Uint16', 2, 0, 65535);
  accessors('Int16', 'Int16', 2, -32768, 32767);
  accessors('UInt32', 'Uint32', 4, 0, 4294967295);
  accessors('Int32', 'Int32', 4, -2147483648, 2147483647);
  accessors('BigUInt64', 'BigUint64', 8, 0n, 18446744073709551615n);
  accessors('BigInt64', 'BigInt64', 8, -9223372036854775808n, 9223372036854775807n);
  accessors('Float', 'Float32', 4);
  accessors('Double', 'Float64', 8);
  function needSize(size) {
    if (size !== 1 && size !== 2 && size !== 3 && size !== 4 && size !== 5 && size !== 6) {
      throw badOffset(size, 6, 'byteLength');
    }
  }
  function sizedReader(signed, little) {
    return function (offset, size) {
      if (offset === undefined) throw wrongType('offset', 'of type number', offset);
      needSize(size);
      needRoom(this, offset, size);
      var value = 0, i;
      for (i = 0; i < size; i++) value = value * 256 + this[offset + (little ? size - 1 - i : i)];
      return signed && value >= Math.pow(2, size * 8 - 1) ? value - Math.pow(2, size * 8) : value;
    };
  }
  function sizedWriter(signed, little) {
    return function (value, offset, size) {
      needSize(size);
      var top = Math.pow(2, signed ? size * 8 - 1 : size * 8), i, rest;
      value = +value;
      if (size === 1) needNumber(offset, 'offset');
      needValue(value, signed ? -top : 0, top - 1, size);
      needRoom(this, offset, size);
      rest = Math.trunc(value);
      if (rest !== rest) rest = 0;
      if (rest < 0) rest += Math.pow(2, size * 8);
      for (i = 0; i < size; i++) {
        this[offset + (little ? i : size - 1 - i)] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      return offset + size;
    };
  }
  [['BE', false], ['LE', true]].forEach(function (order) {
    methods('readUInt' + order[0], sizedReader(false, order[1]));
    methods('readInt' + order[0], sizedReader(true, order[1]));
    methods('writeUInt' + order[0], sizedWriter(false, order[1]));
    methods('writeInt' + order[0], sizedWriter(true, order[1]));
  });
  [16, 32, 64].forEach(function (bits) {
    method('swap' + bits, function () {
      var size = bits / 8, i;
      if (this.length % size !== 0) {
        throw coded(RangeError, 'ERR_INVALID_BUFFER_SIZE', 'Buffer size must be a multiple of ' + bits + '-bits');
      }
      for (i = 0; i < this.length; i += size) Uint8Array.prototype.subarray.call(this, i, i + size).reverse();
      return this;
    });
  });
`;
