'use strict';

const assert = require('node:assert');
const { emit, open, release } = require('./support/addon')('emits');

describe('ol_emit on the thread of the loop', () => {
  it('gives OL_AGAIN where it would wait, because the reader is that thread', async () => {
    const stream = open();
    await stream.started;
    const statuses = [1, 2, 3, 4, 5].map(emit);
    assert.deepStrictEqual(statuses, ['OL_OK', 'OL_OK', 'OL_OK', 'OL_OK', 'OL_AGAIN']);
    for (const item of [1, 2, 3, 4]) assert.strictEqual((await stream.next()).value, item);
    const last = stream.next();
    assert.strictEqual(emit(6), 'OL_OK');
    assert.strictEqual((await last).value, 6);
    release();
    assert.strictEqual((await stream.next()).done, true);
  });
});
