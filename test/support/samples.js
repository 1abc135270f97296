'use strict';

// One value of each kind that JavaScript has, with the words in which an error describes it.

class Point {}

const proxy = (target) => new Proxy(target, {});

module.exports = {
  'undefined': [undefined, 'undefined'],
  'null': [null, 'null'],
  'a boolean': [true, 'type boolean (true)'],
  'a number': [1, 'type number (1)'],
  'a bigint': [1n, 'type bigint (1n)'],
  'a string': ['fine', "type string ('fine')"],
  'a symbol': [Symbol('s'), 'type symbol (Symbol(s))'],
  'an object': [{}, 'an instance of Object'],
  'an object without a prototype': [Object.create(null), 'an object without a class'],
  'an array': [[], 'an instance of Array'],
  'a Date': [new Date(5), 'an instance of Date'],
  'a RegExp': [/x/, 'an instance of RegExp'],
  'a Map': [new Map(), 'an instance of Map'],
  'a boxed number': [Object(1), 'an instance of Number'],
  'a boxed string': [Object('fine'), 'an instance of String'],
  'a Promise': [Promise.resolve(1), 'an instance of Promise'],
  'an object of a class': [new Point(), 'an instance of Point'],
  'a proxy of an object': [proxy({}), 'an instance of Object'],
  'a proxy of an array': [proxy([]), 'an instance of Array'],
  'a proxy of a Buffer': [proxy(Buffer.alloc(1)), 'an instance of Buffer'],
  'a Buffer': [Buffer.from('ab'), 'an instance of Buffer'],
  'an Int8Array': [new Int8Array(2), 'an instance of Int8Array'],
  'a Uint8Array': [new Uint8Array(2), 'an instance of Uint8Array'],
  'a Uint8ClampedArray': [new Uint8ClampedArray(2), 'an instance of Uint8ClampedArray'],
  'an Int16Array': [new Int16Array(2), 'an instance of Int16Array'],
  'a Uint16Array': [new Uint16Array(2), 'an instance of Uint16Array'],
  'an Int32Array': [new Int32Array(2), 'an instance of Int32Array'],
  'a Uint32Array': [new Uint32Array(2), 'an instance of Uint32Array'],
  'a BigInt64Array': [new BigInt64Array(2), 'an instance of BigInt64Array'],
  'a BigUint64Array': [new BigUint64Array(2), 'an instance of BigUint64Array'],
  'a Float32Array': [new Float32Array(2), 'an instance of Float32Array'],
  'a Float64Array': [new Float64Array(2), 'an instance of Float64Array'],
  'a DataView': [new DataView(new ArrayBuffer(2)), 'an instance of DataView'],
  'an ArrayBuffer': [new ArrayBuffer(2), 'an instance of ArrayBuffer'],
  'a SharedArrayBuffer': [new SharedArrayBuffer(2), 'an instance of SharedArrayBuffer'],
};
