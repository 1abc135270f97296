'use strict';

/* The addon is loaded inside: [load] is a function here. */

const assert = require('node:assert');

module.exports = {
  loads: true,

  async once(load) {
    assert.strictEqual(await load().add(1, 2), 3);
  },

  async twice(load) {
    assert.strictEqual(await load().add(1, 2), 3);
    assert.strictEqual(await load().addAlone(1, 2), 3);
  },
};
