// Handles: the classes whose objects stand for native things. Which object is a handle, and of
// which class, only C can tell: no prototype and no property makes one. Classes are made while the
// addon is loaded, objects by the results of jobs.
(function (layer, native) {
  'use strict';
  const {
    ObjectCreate, ObjectDefineProperty, ObjectGetOwnPropertyDescriptor,
    PromiseResolve, SymbolAsyncDispose, SymbolToStringTag, TypeError, WeakMap, WeakMapPrototypeGet,
    WeakMapPrototypeSet,
  } = layer.intrinsics;

  // The promise of each handle that was told to close, so that telling it again gives the same.
  const closings = new WeakMap();

  function beginClosing(handle) {
    const id = native.closeHandle(handle);
    const promise = id === 0 ? PromiseResolve() : layer.wait('close', id);
    WeakMapPrototypeSet(closings, handle, promise);
    return promise;
  }

  const { close } = layer.makePromising({
    __proto__: null,
    close: (handle) => WeakMapPrototypeGet(closings, handle) ?? beginClosing(handle),
  });
  const getters = { __proto__: null, closed: (handle) => native.isClosed(handle) };

  function coded(error, code) {
    layer.define(error, 'code', code);
    return error;
  }

  layer.makeClass = (name, serial) => {
    const constructor = function () {
      const error = new TypeError(`${name} has no constructor: workers make it`);
      throw layer.makeAgain(coded(error, 'ERR_ILLEGAL_CONSTRUCTOR'), constructor);
    };
    layer.define(constructor, 'name', name);
    ObjectDefineProperty(constructor, 'prototype', { __proto__: null, writable: false });
    layer.define(constructor.prototype, 'close', close);
    layer.mark(constructor.prototype);
    if (serial) layer.define(constructor.prototype, 'exclusive', layer.exclusive);
    layer.define(constructor.prototype, SymbolAsyncDispose, close);
    layer.define(constructor.prototype, SymbolToStringTag, name);
    layer.defineGetters(constructor.prototype, getters);
    layer.showBy(constructor.prototype, name, () => name,
      (handle) => ({ closed: native.isClosed(handle) }));
    return constructor;
  };

  layer.makeHandle = (constructor) => ObjectCreate(constructor.prototype);

  // What the class has already, of its own or by another worker, is not a worker's to replace.
  layer.addMethod = (constructor, name, fn) => {
    if (ObjectGetOwnPropertyDescriptor(constructor.prototype, name) !== undefined) {
      throw coded(new TypeError(`worker ${name}: ${constructor.name} has a "${name}" already`),
        'ERR_OL_TABLE');
    }
    layer.define(constructor.prototype, name, fn);
  };
})
