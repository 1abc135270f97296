// How the objects of an addon print, by util.inspect, console.log and what is like them in Bun and
// Deno: under a name of their own, with what is known of them at the moment. Without this they are
// empty objects, because what they know stands elsewhere.
(function (layer) {
  'use strict';
  const { ObjectGetOwnPropertyDescriptor, ReflectOwnKeys, SymbolFor } = layer.intrinsics;

  const CUSTOM = SymbolFor('nodejs.util.inspect.custom');
  const CUSTOM_OF_DENO = SymbolFor('Deno.customInspect');

  // What the program has put on [object] stands after what is [known] of it. No getter is called,
  // and symbols are left out: those of an EventTarget are the runtime's own.
  function addOwn(known, object) {
    const keys = ReflectOwnKeys(object);
    for (let i = 0; i < keys.length; i++) {
      if (typeof keys[i] !== 'string') continue;
      const property = ObjectGetOwnPropertyDescriptor(object, keys[i]);
      if (property?.enumerable) layer.define(known, keys[i], property.value, true);
    }
    return known;
  }

  function show(name, known, depth, options, inspect) {
    if (typeof inspect !== 'function') return known;
    return depth < 0 ? `[${name}]` : `${name} ${inspect(known, options)}`;
  }

  // Of [object], [nameOf] gives the name and [look] what is known. [look] throws for what is of
  // another kind, such as the prototype.
  layer.showBy = (prototype, tag, nameOf, look) => {
    layer.define(prototype, CUSTOM, function (depth, options, inspect) {
      try {
        const known = addOwn(look(this), this);
        return show(nameOf(this), known, depth, options, inspect);
      } catch {
        return `[${tag}]`;
      }
    });
  };

  // For what inherits a way to print in Deno, which comes before the one above.
  layer.showInDeno = (prototype) => {
    layer.define(prototype, CUSTOM_OF_DENO, function (inspect, options) {
      return this[CUSTOM](0, options, inspect);
    });
  };
})
