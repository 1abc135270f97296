'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const addon = require('./support/addon');
const types = addon('types');
const samples = require('./support/samples');
const { gc } = require('./support/collect');

const closed = (message) => ({ name: 'Error', code: 'ERR_OL_CLOSED', message });

describe('an argument that is a handle', () => {
  const { Box, addBoxes, makeBox, makeJar } = types;

  it('is an object of its class', async () => {
    const [one, two] = [await makeBox(1), await makeBox(2)];
    assert.strictEqual(await addBoxes(one), 1);
    assert.strictEqual(await addBoxes(one, two), 3);
    assert.strictEqual(await addBoxes(one, one), 2);
    assert.strictEqual(await addBoxes(one, undefined, { boxes: [one, two, two] }), 6);
  });

  it('is nothing else', async () => {
    const box = await makeBox(1);
    const others = {
      ...samples,
      'an object of another class': [await makeJar(), 'an instance of Jar'],
      'an object that inherits from one': [Object.create(box), 'an instance of Box'],
      'an object with the prototype': [Object.create(Box.prototype), 'an instance of Box'],
      'a proxy of one': [new Proxy(box, {}), 'an instance of Box'],
      'the prototype': [Box.prototype, 'an instance of Object'],
    };
    for (const [name, [value, received]] of Object.entries(others)) {
      assert.throws(() => addBoxes.sync(value), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: `The "box" argument of addBoxes must be an instance of Box. Received ${received}`,
      }, name);
    }
    await assert.rejects(addBoxes(box, null), { code: 'ERR_INVALID_ARG_TYPE' });
    await assert.rejects(addBoxes(box, undefined, { boxes: [box, {}] }), {
      message: 'The "boxes[1]" option of addBoxes must be an instance of Box. ' +
        'Received an instance of Object',
    });
  });

  it('must be open', async () => {
    const [open, shut] = [await makeBox(1), await makeBox(2)];
    await shut.close();
    await assert.rejects(addBoxes(shut), closed('The "box" argument of addBoxes is a closed Box'));
    await assert.rejects(addBoxes(open, undefined, { boxes: [open, shut] }),
      closed('The "boxes[1]" option of addBoxes is a closed Box'));
    await assert.rejects(shut.content(), closed('content is called on a closed Box'));
  });

  it('may be closed by code that runs while arguments are read: the call is refused', async () => {
    const box = await makeBox(1);
    const options = {
      get content() {
        box.close();
        return 0;
      },
    };
    await assert.rejects(box.content(options), closed('content is called on a closed Box'));
  });

  it('may be one that only the call itself refers to', async () => {
    const boxes = new Array(600);
    for (let i = 0; i < boxes.length; i++) {
      Object.defineProperty(boxes, i, {
        get() {
          if (i % 100 === 99) gc?.();
          return makeBox.sync(1);
        },
      });
    }
    assert.strictEqual(await addBoxes(await makeBox(1), undefined, { boxes }), 601);
  });

  it('is kept open by a call until that has ended', async () => {
    const box = await makeBox(1);
    const sum = addBoxes(box);
    await box.close();
    assert.strictEqual(await sum, 1);
  });
});

// As npm installs them, where two packages want two versions.
describe('two copies of an addon in one thread', () => {
  const { Box, addBoxes, makeBox } = types;
  const made = ', which another addon, or another copy of this one, has made';
  let other;

  before(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-'));
    fs.copyFileSync(addon.file('types'), path.join(folder, 'types.node'));
    other = require(path.join(folder, 'types.node'));
  });

  it('says of the handles of the other copy whose they are', async () => {
    assert.notStrictEqual(other.Box, Box);
    const [mine, foreign] = [await makeBox(1), await other.makeBox(2)];
    assert.throws(() => addBoxes.sync(foreign), {
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'The "box" argument of addBoxes must be an instance of Box. ' +
        `Received an instance of Box${made}`,
    });
    assert.throws(() => other.addBoxes.sync(mine), (error) => error.message.endsWith(made));
    await assert.rejects(mine.content.call(foreign), (error) => error.message.endsWith(made));
    await assert.rejects(mine.close.call(foreign), (error) => error.message.endsWith(made));
  });

  it('says so of its pools', async () => {
    const [pool] = Object.values(other[Symbol.for('offloop')].pools);
    await assert.rejects(types.f64(1, { pool }), (error) =>
      error.code === 'ERR_INVALID_ARG_TYPE' && error.message.endsWith(made));
  });

  it('does not say so of what only looks alike', async () => {
    const mine = await makeBox(1);
    for (const alike of [Object.create(mine), new Proxy(mine, {}), new (class Box {})()]) {
      assert.throws(() => addBoxes.sync(alike), { message: /Received an instance of Box$/ });
    }
  });
});

describe('the object of a method', () => {
  it('must be of the class', async () => {
    const { content } = await types.makeBox(1);
    const expected = 'The object that content is called on must be an instance of Box. Received ';
    await assert.rejects(content.call(undefined), { code: 'ERR_INVALID_ARG_TYPE' });
    await assert.rejects(content.call({}), { message: `${expected}an instance of Object` });
    await assert.rejects(content.call(await types.makeJar()),
      { code: 'ERR_INVALID_ARG_TYPE', message: `${expected}an instance of Jar` });
  });
});
