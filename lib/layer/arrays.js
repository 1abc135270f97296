// Arrays for C. Programs may put setters under numbers on Array.prototype or Object.prototype, as
// old polyfills do; to set an element that an array does not have yet would call them, and lose it.
(function (layer) {
  'use strict';
  const {
    Array, ArrayIsArray, ArrayPrototype, JSONParse, NumberIsInteger, ObjectGetPrototypeOf,
    ObjectPrototype, ReflectApply, ReflectOwnKeys, StringPrototypeCodePointAt,
    StringPrototypeRepeat,
  } = layer.intrinsics;

  // Up to here to look for setters costs more than to do without a look.
  const SHORT_MAX = 16;

  const ZERO = 48; // character codes
  const NINE = 57;

  layer.arrayOf = (...values) => values;

  // A proxy that was revoked makes Array.isArray throw.
  function isArray(value) {
    try {
      return ArrayIsArray(value);
    } catch {
      return false;
    }
  }

  // The length of an array behind a Proxy, as Vue and MobX make them, which Node-API takes for no
  // array. -1: it is none; NaN: its trap gives no length.
  layer.lengthOf = (value) => {
    if (!isArray(value)) return -1;
    const { length } = value;
    return NumberIsInteger(length) && length >= 0 ? length : NaN;
  };

  // Numbers come first among the keys of an object.
  function hasNumbers(object) {
    const first = ReflectOwnKeys(object)[0];
    const code = typeof first === 'string' ? StringPrototypeCodePointAt(first, 0) : undefined;
    return code >= ZERO && code <= NINE;
  }

  function mayHaveSetters() {
    return ObjectGetPrototypeOf(ArrayPrototype) !== ObjectPrototype ||
      hasNumbers(ArrayPrototype) || hasNumbers(ObjectPrototype);
  }

  // JSON.parse defines its elements.
  function arrayOfZeros(len) {
    return len === 0 ? [] : JSONParse(`[${StringPrototypeRepeat('0,', len - 1)}0]`);
  }

  // An array to be filled: to set its elements calls no setter.
  layer.newArray = (len) => {
    return len <= SHORT_MAX || mayHaveSetters() ? arrayOfZeros(len) : new Array(len);
  };

  const templates = { __proto__: null };

  // The same, packed, and cheap where it is made again and again: arguments are defined, too.
  layer.blankArray = (len) => {
    let size = SHORT_MAX;
    while (size < len) size *= 2;
    const template = templates[size] ??= arrayOfZeros(size);
    const array = ReflectApply(layer.arrayOf, undefined, template);
    array.length = len;
    return array;
  };

  // The values from [start] on.
  layer.restOf = (values, start) => {
    const len = values.length - start;
    const rest = layer.blankArray(len);
    for (let i = 0; i < len; i++) rest[i] = values[start + i];
    return rest;
  };

  layer.append = (array, value) => layer.define(array, array.length, value, true);
})
