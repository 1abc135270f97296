// Plain items, those of numbers and booleans only: C lays them out in one array of the environment,
// field after field, and here they become values. See src/staging.h.
(function (layer, native) {
  'use strict';
  const { ReflectOwnKeys } = layer.intrinsics;

  let numbers;

  function numbersOf(len) {
    const values = layer.blankArray(len);
    for (let i = 0; i < len; i++) values[i] = numbers[i];
    return values;
  }

  function truthsOf(len) {
    const values = layer.blankArray(len);
    for (let i = 0; i < len; i++) values[i] = numbers[i] !== 0;
    return values;
  }

  // A copy of the template has all properties already: to set them calls no setter.
  function recordsOf(len, template, keys) {
    const values = layer.blankArray(len);
    const width = keys.length;
    for (let i = 0; i < len; i++) {
      const record = { ...template };
      for (let k = 0; k < width; k++) {
        const number = numbers[i * width + k];
        record[keys[k]] = typeof template[keys[k]] === 'number' ? number : number !== 0;
      }
      values[i] = record;
    }
    return values;
  }

  // A function of how many items were laid out, which gives them as an array. The template is an
  // item of the same shape.
  layer.itemsLike = (template) => {
    if (typeof template === 'number') return numbersOf;
    if (typeof template === 'boolean') return truthsOf;
    const keys = ReflectOwnKeys(template);
    return (len) => recordsOf(len, template, keys);
  };

  // Before the first items are taken: until then C makes values itself.
  layer.openStaging = () => {
    numbers ??= native.staging();
  };
})
