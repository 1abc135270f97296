// Exports: functions and classes, put where the addon's author wants them. What the author has put
// there before is replaced; what another table has put there is not.
(function (layer) {
  'use strict';
  const {
    ObjectGetOwnPropertyDescriptor, ReflectDefineProperty, ReflectOwnKeys, SymbolFor, TypeError,
    WeakMap, WeakMapPrototypeGet, WeakMapPrototypeSet, globalThis,
  } = layer.intrinsics;

  // What each function and class was made of: 'worker', 'class'.
  const exported = new WeakMap();

  const isExported = (value) =>
    typeof value === 'function' && WeakMapPrototypeGet(exported, value) !== undefined;

  // Defined and not set, so that no name has a meaning of its own. A table may come again.
  layer.exportValue = (exports, kind, name, value) => {
    const there = ObjectGetOwnPropertyDescriptor(exports, name)?.value;
    if (there !== value && isExported(there)) {
      const error = new TypeError(`${kind} ${name}: ` +
        `the exports have a ${WeakMapPrototypeGet(exported, there)} of that name already`);
      layer.define(error, 'code', 'ERR_OL_TABLE');
      throw error;
    }
    WeakMapPrototypeSet(exported, value, kind);
    layer.define(exports, name, value, true);
  };

  // Leaves with the realm, under the symbol of that key, what puts all that was [made] of a module
  // into an exports object: the next load of the module calls it. It keeps values, not an object
  // that programs have. Where the global takes nothing, each load makes its own.
  layer.keepModule = (key, made) => {
    const names = ReflectOwnKeys(made);
    const properties = layer.newArray(names.length);
    for (let i = 0; i < names.length; i++) {
      properties[i] = ObjectGetOwnPropertyDescriptor(made, names[i]);
    }
    const fill = (exports) => {
      for (let i = 0; i < names.length; i++) {
        layer.define(exports, names[i], properties[i].value, properties[i].enumerable);
      }
    };
    ReflectDefineProperty(globalThis, SymbolFor(key), { __proto__: null, value: fill });
    return fill;
  };
})
