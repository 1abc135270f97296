'use strict';

const { blurImage, blurHere } = require('./blur');
const { makeImage, readPpm, writePpm } = require('./ppm');

const RADIUS = 2;
const LONG = 64; // a radius that takes minutes
const TICKS = 20;

const hasTicked = (times) => new Promise((resolve) => {
  const timer = setInterval(() => {
    if (--times > 0) return;
    clearInterval(timer);
    resolve();
  }, 1);
});

async function showBlur(image) {
  let progress;
  const onProgress = (...now) => (progress = now);
  const blurred = await blurImage(image, { radius: RADIUS, onProgress });
  const same = blurred.pixels.equals(blurHere(image, RADIUS).pixels);
  console.log(`${image.width} x ${image.height} pixels, ${progress.join(' of ')} rows`);
  console.log(`the result is ${same ? '' : 'not '}that of JavaScript`);
}

/* The loop is free while the threads work, and they stop within a row. */
async function showAbort(image) {
  const controller = new AbortController();
  const { signal } = controller;
  const blurred = blurImage(image, { radius: LONG, signal }).catch(({ name }) => name);
  await hasTicked(TICKS);
  controller.abort();
  console.log(`${await blurred} after ${TICKS} ticks of a timer`);
}

async function showFailure({ pixels, width }) {
  const { code, message } = await blurImage({ pixels, width: width + 1 }).catch((error) => error);
  console.log(`${code}: ${message}`);
}

async function main([input, output]) {
  if (output) return writePpm(output, await blurImage(await readPpm(input), { radius: RADIUS }));
  const image = makeImage(2048, 1536);
  await showBlur(image);
  await showAbort(image);
  return showFailure(image);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
