'use strict';

const { blur } = require('../../build/Release/blur-image.node');

const RGB = 3;

/**
 * The image, blurred by threads of the pool. The pixels are not copied: leave them alone meanwhile.
 * @param {{ pixels: Buffer, width: number, height: number }} image
 * @param {{ radius?: number, signal?: AbortSignal, timeout?: number,
 *   onProgress?: (rows: number, height: number) => void }} [options]
 */
async function blurImage({ pixels, width, height }, options = {}) {
  return { pixels: await blur(pixels, width, options), width, height };
}

/* The indices around one, as far as there are any. */
const around = (at, radius, count) => [Math.max(at - radius, 0), Math.min(at + radius + 1, count)];

/** The same in JavaScript, on this thread. */
function blurHere({ pixels, width, height }, radius) {
  const blurred = Buffer.alloc(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const [colour, pixel] = [at % RGB, Math.floor(at / RGB)];
    const [left, right] = around(pixel % width, radius, width);
    const [top, bottom] = around(Math.floor(pixel / width), radius, height);
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += pixels[(y * width + x) * RGB + colour];
    }
    blurred[at] = sum / ((bottom - top) * (right - left));
  }
  return { pixels: blurred, width, height };
}

module.exports = { blurImage, blurHere };
