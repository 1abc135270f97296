'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { randomOf } = require('./support/random');

const INDEX = path.join(__dirname, '..', 'examples', 'blur-image', 'index.js');
const RUN_MS = 120000; // what hangs is ended
const runtimeArguments = process.versions.deno ? ['run', '--allow-all'] : process.execArgv;

describe('examples/blur-image', () => {
  let blurImage;
  let blurHere;
  let ppm;
  let folder;

  before(() => {
    ({ blurImage, blurHere } = require('../examples/blur-image/blur'));
    ppm = require('../examples/blur-image/ppm');
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop blur-'));
  });

  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  function noise(width, height) {
    const below = randomOf(width * height);
    const pixels = Buffer.from(Array.from({ length: width * height * 3 }, () => below(256)));
    return { pixels, width, height };
  }

  it('C42 an image: each pixel is the mean of those around it', async () => {
    const row = Buffer.from([0, 10, 20, 30, 40, 50, 100, 200, 255]);
    const { pixels } = await blurImage({ pixels: row, width: 3, height: 1 }, { radius: 1 });
    assert.deepStrictEqual([...pixels], [15, 25, 35, 43, 83, 108, 65, 120, 152]);
    const column = await blurImage({ pixels: row, width: 1, height: 3 }, { radius: 1 });
    assert.deepStrictEqual(column.pixels, pixels);
  });

  it('whatever its size and the radius, it is as JavaScript has it', async () => {
    for (const [width, height] of [[1, 1], [7, 1], [1, 9], [64, 48], [101, 33]]) {
      const image = noise(width, height);
      const before = Buffer.from(image.pixels);
      for (const radius of [0, 1, 2, 40, 100]) {
        const blurred = await blurImage(image, { radius });
        assert.deepStrictEqual(blurred, blurHere(image, radius), `${width} x ${height}, ${radius}`);
      }
      assert.deepStrictEqual(image.pixels, before);
      assert.deepStrictEqual(await blurImage(image, { radius: 0 }), image);
    }
  });

  it('counts its rows up to the last', async () => {
    const image = noise(30, 200);
    const told = [];
    await blurImage(image, { onProgress: (...now) => told.push(now) });
    assert.deepStrictEqual(told.at(-1), [200, 200]);
    assert.ok(told.every(([rows], i) => i === 0 || rows > told[i - 1][0]));
  });

  it('is stopped within a row, by a signal and by its deadline', async () => {
    const image = ppm.makeImage(300, 10000);
    const stopped = { code: 'ERR_OL_TIMEOUT' };
    await assert.rejects(blurImage(image, { radius: 100, timeout: 20 }), stopped);
    const controller = new AbortController();
    const aborted = blurImage(image, { radius: 100, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(aborted, { name: 'AbortError' });
  });

  it('refuses what is no image', async () => {
    const pixels = Buffer.alloc(12);
    const invalid = { code: 'ERR_INVALID_ARG_VALUE' };
    await assert.rejects(blurImage({ pixels, width: 3 }), invalid);
    await assert.rejects(blurImage({ pixels: Buffer.alloc(0), width: 3 }), invalid);
    await assert.rejects(blurImage({ pixels: Buffer.alloc(13), width: 4 }), invalid);
    await assert.rejects(blurImage({ pixels, width: 0 }), { code: 'ERR_OUT_OF_RANGE' });
    await assert.rejects(blurImage({ pixels, width: 4 }, { radius: 101 }), { code: 'ERR_OUT_OF_RANGE' });
    await assert.rejects(blurImage({ pixels: [1, 2, 3], width: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  function run(...args) {
    const options = { encoding: 'utf8', timeout: RUN_MS };
    return spawnSync(process.execPath, [...runtimeArguments, INDEX, ...args], options);
  }

  it('blurs a PPM file into another, comments in its head or not', async () => {
    const [input, output] = ['in.ppm', 'out.ppm'].map((name) => path.join(folder, name));
    const image = noise(20, 10);
    fs.writeFileSync(input, 'P6 # 20 by 10\n# by hand\n20\t10\n255\n');
    fs.appendFileSync(input, image.pixels);
    const { status, stdout, stderr } = run(input, output);
    assert.deepStrictEqual([status, stdout, stderr], [0, '', '']);
    assert.deepStrictEqual(await ppm.readPpm(output), blurHere(image, 2));
  });

  it('a file that is none is told', async () => {
    const file = path.join(folder, 'text.ppm');
    for (const text of ['', 'P5\n1 1\n255\nabc', 'P6\n1 1\n255\nab', 'P6\n1 1\n65535\nabc', `P6${' '.repeat(2000)}`]) {
      fs.writeFileSync(file, text);
      await assert.rejects(ppm.readPpm(file), { message: `${file} is no PPM image of bytes (P6)` });
    }
    const { status, stderr } = run(file, path.join(folder, 'none.ppm'));
    assert.deepStrictEqual([status, stderr], [1, `${file} is no PPM image of bytes (P6)\n`]);
  });
});
