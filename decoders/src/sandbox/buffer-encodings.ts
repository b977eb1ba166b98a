/** Text to bytes and back in the encodings of Node's `Buffer`. Bytes are plain arrays or views. */
export const BUFFER_ENCODINGS = String.raw`
  var HEX = '0123456789abcdef';
  var BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  var ENCODINGS = {
    'utf8': 'utf8', 'utf-8': 'utf8', 'hex': 'hex', 'base64': 'base64', 'base64url': 'base64url', 'ascii': 'ascii',
    'latin1': 'latin1', 'binary': 'latin1', 'ucs2': 'ucs2', 'ucs-2': 'ucs2', 'utf16le': 'ucs2', 'utf-16le': 'ucs2',
  };
  function knownEncoding(name) {
    var key = String(name).toLowerCase();
    return Object.prototype.hasOwnProperty.call(ENCODINGS, key) ? ENCODINGS[key] : undefined;
  }
  function encodingOf(name) {
    var encoding = knownEncoding(name);
    if (encoding === undefined) throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', 'Unknown encoding: ' + name);
    return encoding;
  }
  function base64Value(code) {
    if (code >= 65 && code <= 90) return code - 65;
    if (code >= 97 && code <= 122) return code - 71;
    if (code >= 48 && code <= 57) return code + 4;
    if (code === 43 || code === 45) return 62;
    return code === 47 || code === 95 ? 63 : -1;
  }
  function hexValue(code) {
    if (code >= 48 && code <= 57) return code - 48;
    if (code >= 97 && code <= 102) return code - 87;
    return code >= 65 && code <= 70 ? code - 55 : -1;
  }
  function hexBytes(text) {
    var bytes = [], i, high, low;
    for (i = 0; i + 1 < text.length; i += 2) {
      high = hexValue(text.charCodeAt(i));
      low = hexValue(text.charCodeAt(i + 1));
      if (high < 0 || low < 0) break;
      bytes.push(high << 4 | low);
    }
    return bytes;
  }
  /** Padding ends the text and what else is no base64 is passed over; the length of the text bounds that of the bytes. */
  function base64Bytes(text) {
    var bytes = [], bits = 0, count = 0, i, value, length = text.length;
    if (text[length - 1] === '=') length--;
    if (length > 1 && text[length - 1] === '=') length--;
    var most = Math.floor(length * 3 / 4);
    for (i = 0; i < text.length && bytes.length < most && text[i] !== '='; i++) {
      value = base64Value(text.charCodeAt(i));
      if (value < 0) continue;
      bits = (bits << 6 | value) & 16777215;
      count += 6;
      if (count >= 8) { count -= 8; bytes.push(bits >> count & 255); }
    }
    return bytes;
  }
  function utf8Bytes(text) {
    var bytes = [], i, code;
    for (i = 0; i < text.length; i++) {
      code = text.codePointAt(i);
      if (code > 65535) i++;
      if (code >= 55296 && code <= 57343) code = 65533;
      if (code < 128) bytes.push(code);
      else if (code < 2048) bytes.push(192 | code >> 6, 128 | code & 63);
      else if (code < 65536) bytes.push(224 | code >> 12, 128 | code >> 6 & 63, 128 | code & 63);
      else bytes.push(240 | code >> 18, 128 | code >> 12 & 63, 128 | code >> 6 & 63, 128 | code & 63);
    }
    return bytes;
  }
  function unitBytes(text, wide) {
    var bytes = [], i, code;
    for (i = 0; i < text.length; i++) {
      code = text.charCodeAt(i);
      bytes.push(code & 255);
      if (wide) bytes.push(code >> 8);
    }
    return bytes;
  }
  function textBytes(text, encoding) {
    if (encoding === 'hex') return hexBytes(text);
    if (encoding === 'base64' || encoding === 'base64url') return base64Bytes(text);
    return encoding === 'utf8' ? utf8Bytes(text) : unitBytes(text, encoding === 'ucs2');
  }
  /** Each longest part of a sequence that cannot be whole becomes one U+FFFD. */
  function utf8Text(bytes, start, end) {
    var text = '', i = start, first, need, low, high, code;
    while (i < end) {
      first = bytes[i++];
      if (first < 128) { text += String.fromCharCode(first); continue; }
      low = 128; high = 191;
      if (first >= 194 && first <= 223) { need = 1; code = first & 31; }
      else if (first >= 224 && first <= 239) {
        need = 2; code = first & 15;
        if (first === 224) low = 160;
        if (first === 237) high = 159;
      } else if (first >= 240 && first <= 244) {
        need = 3; code = first & 7;
        if (first === 240) low = 144;
        if (first === 244) high = 143;
      } else { text += '\ufffd'; continue; }
      while (need > 0 && i < end && bytes[i] >= low && bytes[i] <= high) {
        code = code << 6 | bytes[i++] & 63;
        low = 128; high = 191; need--;
      }
      text += need > 0 ? '\ufffd' : String.fromCodePoint(code);
    }
    return text;
  }
  function base64Text(bytes, start, end, url) {
    var text = '', i, group;
    for (i = start; i < end; i += 3) {
      group = bytes[i] << 16 | (i + 1 < end ? bytes[i + 1] << 8 : 0) | (i + 2 < end ? bytes[i + 2] : 0);
      text += BASE64[group >> 18] + BASE64[group >> 12 & 63];
      text += i + 1 < end ? BASE64[group >> 6 & 63] : '=';
      text += i + 2 < end ? BASE64[group & 63] : '=';
    }
    return url ? text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : text;
  }
  function bytesText(bytes, encoding, start, end) {
    var text = '', i;
    if (encoding === 'utf8') return utf8Text(bytes, start, end);
    if (encoding === 'base64' || encoding === 'base64url') return base64Text(bytes, start, end, encoding === 'base64url');
    if (encoding === 'hex') {
      for (i = start; i < end; i++) text += HEX[bytes[i] >> 4] + HEX[bytes[i] & 15];
    } else if (encoding === 'ucs2') {
      for (i = start; i + 1 < end; i += 2) text += String.fromCharCode(bytes[i] | bytes[i + 1] << 8);
    } else {
      for (i = start; i < end; i++) text += String.fromCharCode(encoding === 'ascii' ? bytes[i] & 127 : bytes[i]);
    }
    return text;
  }
`;
