'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { generate, SCRIPTS } = require('../scripts/embed');

const committed = () => fs.readFileSync(path.join(__dirname, '..', 'src', 'layer.c'), 'utf8');

/* The text of one script as the C compiler will see it. */
function embedded(name) {
  const array = new RegExp(`layer_${path.parse(name).name}\\[\\] = \\{([\\d,\\s]*)\\}`);
  const numbers = array.exec(committed())[1].split(',').slice(0, -1).map(Number);
  assert.strictEqual(numbers.pop(), 0, 'a NUL behind the end');
  return Buffer.from(numbers).toString();
}

describe('the embedded layer', () => {
  it('is what lib/layer gives now', () => {
    assert.ok(committed() === generate(), 'npm run embed');
  });

  for (const name of SCRIPTS) {
    it(`${name} arrives whole, and is a script that needs no module around it`, () => {
      const file = path.join(__dirname, '..', 'lib', 'layer', name);
      assert.strictEqual(embedded(name), fs.readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
      new vm.Script(embedded(name), { filename: file });
    });
  }
});
