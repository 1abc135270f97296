// What the layer takes from JavaScript, taken once when the addon is loaded: what users do to
// prototypes and globals afterwards changes nothing here. Methods are uncurried:
// SetPrototypeAdd(set, value) is set.add(value). For the same reason the layer neither spreads nor
// iterates arrays with `for of`, and descriptors have no prototype.
(function (layer) {
  'use strict';
  const { bind, call } = Function.prototype;
  const uncurry = bind.bind(call);

  const own = Object.getOwnPropertyDescriptor;
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const sharedArray = globalThis.SharedArrayBuffer?.prototype;

  // The getter of a property that not every runtime has; there it gives undefined.
  function uncurryGetter(prototype, name) {
    const getter = prototype && own(prototype, name)?.get;
    return getter ? uncurry(getter) : () => undefined;
  }

  const asyncIterator = Object.getPrototypeOf(
    Object.getPrototypeOf((async function* () {}).prototype),
  );

  // Missing on Node 18.
  const builtin = (name) => globalThis.process?.getBuiltinModule?.(name);
  const AsyncResource = builtin('async_hooks')?.AsyncResource;

  layer.intrinsics = {
    __proto__: null,

    Array,
    ArrayBufferIsView: ArrayBuffer.isView,
    ArrayIsArray: Array.isArray,
    ArrayPrototype: Array.prototype,
    ArrayPrototypeShift: uncurry(Array.prototype.shift),
    AsyncIteratorPrototype: asyncIterator,
    ArrayBufferPrototypeGetByteLength: uncurryGetter(ArrayBuffer.prototype, 'byteLength'),
    ArrayBufferPrototypeGetResizable: uncurryGetter(ArrayBuffer.prototype, 'resizable'),
    AsyncLocalStorage: builtin('async_hooks')?.AsyncLocalStorage,
    AsyncResource,
    AsyncResourcePrototypeEmitDestroy:
      AsyncResource && uncurry(AsyncResource.prototype.emitDestroy),
    AsyncResourcePrototypeRunInAsyncScope:
      AsyncResource && uncurry(AsyncResource.prototype.runInAsyncScope),
    BigIntAsIntN: BigInt.asIntN,
    DataViewPrototypeGetBuffer: uncurryGetter(DataView.prototype, 'buffer'),
    Error,
    Event: globalThis.Event,
    EventTargetPrototypeRemoveEventListener: uncurry(
      globalThis.EventTarget.prototype.removeEventListener),
    removeEventListener: globalThis.EventTarget.prototype.removeEventListener,
    EventTarget: globalThis.EventTarget,
    EventTargetPrototypeDispatchEvent: uncurry(globalThis.EventTarget.prototype.dispatchEvent),
    ErrorCaptureStackTrace: Error.captureStackTrace,
    FinalizationRegistry,
    FinalizationRegistryPrototypeRegister: uncurry(FinalizationRegistry.prototype.register),
    FinalizationRegistryPrototypeUnregister: uncurry(FinalizationRegistry.prototype.unregister),
    Float64Array,
    JSONParse: JSON.parse,
    JSONStringify: JSON.stringify,
    NumberIsInteger: Number.isInteger,
    ObjectCreate: Object.create,
    ObjectDefineProperty: Object.defineProperty,
    ObjectGetOwnPropertyDescriptor: own,
    ObjectGetPrototypeOf: Object.getPrototypeOf,
    ObjectPrototype: Object.prototype,
    ObjectSetPrototypeOf: Object.setPrototypeOf,
    Promise,
    PromisePrototype: Promise.prototype,
    PromiseReject: Promise.reject.bind(Promise),
    PromiseResolve: Promise.resolve.bind(Promise),
    PromisePrototypeThen: uncurry(Promise.prototype.then),
    PromiseThen: Promise.prototype.then,
    RangeError,
    ReflectApply: Reflect.apply,
    ReflectDefineProperty: Reflect.defineProperty,
    ReflectOwnKeys: Reflect.ownKeys,
    Set,
    SetPrototypeAdd: uncurry(Set.prototype.add),
    SetPrototypeDelete: uncurry(Set.prototype.delete),
    SetPrototypeForEach: uncurry(Set.prototype.forEach),
    SetPrototypeGetSize: uncurryGetter(Set.prototype, 'size'),
    SharedArrayBufferPrototype: sharedArray,
    SharedArrayBufferPrototypeGetByteLength: uncurryGetter(sharedArray, 'byteLength'),
    SharedArrayBufferPrototypeGetGrowable: uncurryGetter(sharedArray, 'growable'),
    StringPrototypeCodePointAt: uncurry(String.prototype.codePointAt),
    StringPrototypeIncludes: uncurry(String.prototype.includes),
    StringPrototypeRepeat: uncurry(String.prototype.repeat),
    StringPrototypeSlice: uncurry(String.prototype.slice),
    SymbolAsyncIterator: Symbol.asyncIterator,
    // Where the symbol is missing, compiled `await using` looks for this one.
    SymbolAsyncDispose: Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'),
    SymbolFor: Symbol.for,
    SymbolIterator: Symbol.iterator,
    SymbolSpecies: Symbol.species,
    SymbolPrototypeToString: uncurry(Symbol.prototype.toString),
    SymbolToStringTag: Symbol.toStringTag,
    TypeError,
    TypedArrayPrototypeGetBuffer: uncurryGetter(typedArray, 'buffer'),
    TypedArrayPrototypeGetByteLength: uncurryGetter(typedArray, 'byteLength'),
    TypedArrayPrototypeGetByteOffset: uncurryGetter(typedArray, 'byteOffset'),
    TypedArrayPrototypeGetToStringTag: uncurryGetter(typedArray, Symbol.toStringTag),
    Uint32Array,
    Uint8Array,
    WeakMap,
    WeakMapPrototypeDelete: uncurry(WeakMap.prototype.delete),
    WeakMapPrototypeGet: uncurry(WeakMap.prototype.get),
    WeakMapPrototypeSet: uncurry(WeakMap.prototype.set),
    WeakRef,
    WeakRefPrototypeDeref: uncurry(WeakRef.prototype.deref),
    bufferConstants: builtin('buffer')?.constants,
    debuglog: builtin('util')?.debuglog,
    diagnosticsChannel: builtin('diagnostics_channel'),
    globalThis,
    process: globalThis.process,
    setImmediate: builtin('timers')?.setImmediate ?? globalThis.setImmediate,
  };

  // A property as classes and errors have them: hidden from loops unless said otherwise.
  layer.define = (object, key, value, enumerable = false) => {
    layer.intrinsics.ObjectDefineProperty(object, key, {
      __proto__: null, value, writable: true, enumerable, configurable: true,
    });
  };
})
