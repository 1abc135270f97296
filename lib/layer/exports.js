// Exports: functions and classes, put where the addon's author wants them. What the author has put
// there before is replaced; what another table has put there is not.
(function (layer) {
  'use strict';
  const {
    ObjectGetOwnPropertyDescriptor, TypeError, WeakMap, WeakMapPrototypeGet, WeakMapPrototypeSet,
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
})
