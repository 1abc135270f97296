'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const PROMISES = 61;

const numbersIn = (text) => [...text.matchAll(/\bC(\d+)\b/g)].map(([, number]) => Number(number));
const sorted = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);

const page = fs.readFileSync(path.join(__dirname, 'promises.md'), 'utf8');
const rows = (text) => numbersIn(text.match(/^\| C.*?\|/gm).join());
const [held, notHeld = []] = page.split(/^\w+ (?:is|are) not held:$/m).map(rows);

function titles() {
  const files = fs.readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  const texts = files.map((name) => fs.readFileSync(path.join(__dirname, name), 'utf8'));
  return texts.join('\n').match(/\b(?:it|describe)\(['"`].*/g);
}

describe('test/promises.md', () => {
  it('has every promise, each as held or as not held', () => {
    const every = Array.from({ length: PROMISES }, (_, i) => i + 1);
    assert.deepStrictEqual(sorted([...held, ...notHeld]), every);
    assert.deepStrictEqual(held.filter((number) => notHeld.includes(number)), []);
  });

  it('says of those that a test names, and of no others, that they are held', () => {
    assert.deepStrictEqual(sorted(held), sorted(numbersIn(titles().join('\n'))));
  });
});
