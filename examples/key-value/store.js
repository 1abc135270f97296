'use strict';

const { openStore, Store } = require('../../build/Release/key-value.node');

/* In C they are one: value(key) and value(key, next), which gives what was there before. */
Object.assign(Store.prototype, {
  /**
   * @param {string} key at most 55 bytes
   * @returns {Promise<string | undefined>}
   */
  get(key, options) {
    return this.value(key, undefined, options);
  },

  /**
   * @param {string} key
   * @param {string} value at most 199 bytes
   * @returns {Promise<string | undefined>} the value before
   */
  put(key, value, options) {
    return this.value(key, `${value}`, options);
  },

  /** A transaction: nobody else reads or writes between the get and the put. */
  update(key, change, options) {
    return this.exclusive(async (tx) => tx.put(key, change(await tx.get(key))), options);
  },
});

module.exports = { openStore, Store };
