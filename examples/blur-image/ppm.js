'use strict';

const fs = require('node:fs/promises');

const RGB = 3;
const LIGHT = 255; // the largest value of a byte, as the format calls it

/* "P6", width, height and largest value, with spaces or comments between, and one space behind. */
const HEAD = /^P6(?:\s|#.*\n)+(\d+)(?:\s|#.*\n)+(\d+)(?:\s|#.*\n)+(\d+)\s/;
const HEAD_BYTES = 1024;

/** @returns {Promise<{ pixels: Buffer, width: number, height: number }>} */
async function readPpm(file) {
  const data = await fs.readFile(file);
  const head = HEAD.exec(data.toString('latin1', 0, HEAD_BYTES));
  const [width, height, light] = (head ?? []).slice(1).map(Number);
  const pixels = data.subarray(head?.[0].length);
  if (light !== LIGHT || pixels.length !== width * height * RGB) {
    throw new Error(`${file} is no PPM image of bytes (P6)`);
  }
  return { pixels, width, height };
}

function writePpm(file, { pixels, width, height }) {
  return fs.writeFile(file, [`P6\n${width} ${height}\n${LIGHT}\n`, pixels]);
}

/** An image to try things on: colours that fade, and the edges of a chessboard. */
function makeImage(width, height) {
  const pixels = Buffer.alloc(width * height * RGB);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels[at++] = (x * LIGHT) / width;
      pixels[at++] = (y * LIGHT) / height;
      pixels[at++] = ((x >> 6) + (y >> 6)) & 1 ? LIGHT : 0;
    }
  }
  return { pixels, width, height };
}

module.exports = { readPpm, writePpm, makeImage };
