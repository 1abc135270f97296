// What crosses as doubles, many records at once, and how these become values: calls and answers of
// flat workers (stage.js) and flat items of streams (feeds.js). The doubles lie in one ArrayBuffer,
// the stage, in three parts; nobody else ever sees it. See src/flat.h and src/stage.h.
(function (layer, native) {
  'use strict';
  const { Float64Array, Uint32Array } = layer.intrinsics;

  const MEMBERS_MOST = 64; // OLI_FLAT_MAX

  const slots = new Float64Array(native.stage);
  const words = new Uint32Array(native.stage);
  const PART = slots.length / 3;
  const ANSWERS = PART;
  const ITEMS = 2 * PART;

  // Of what C tells: the names of the members, and which of them are booleans. A copy of [template]
  // has all properties already: to set them calls no setter.
  class Reader {
    constructor() {
      this.width = 0;
      this.keys = [];
      this.truths = [];
      this.template = {};
    }

    add(key, truth) {
      this.width++;
      layer.append(this.keys, key);
      layer.append(this.truths, truth);
      layer.define(this.template, key, truth ? false : 0, true);
    }
  }

  // See oli_stage_make_reader.
  layer.makeReader = (...members) => {
    const reader = new Reader();
    for (let i = 0; i < members.length; i += 2) reader.add(members[i], members[i + 1]);
    return reader;
  };

  const valueAt = (at, truth) => (truth ? slots[at] !== 0 : slots[at]);

  // One member stands for itself, and none for undefined.
  function readAt(reader, at) {
    const { keys, truths, width } = reader;
    if (width === 1) return valueAt(at, truths[0]);
    if (width === 0) return undefined;
    const record = { ...reader.template };
    for (let i = 0; i < width; i++) record[keys[i]] = valueAt(at + i, truths[i]);
    return record;
  }

  function readItems(reader, len) {
    const values = layer.blankArray(len);
    for (let i = 0; i < len; i++) values[i] = readAt(reader, ITEMS + i * reader.width);
    return values;
  }

  layer.flat = { __proto__: null, ANSWERS, MEMBERS_MOST, PART, readAt, readItems, slots, words };
})
