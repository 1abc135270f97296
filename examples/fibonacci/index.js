'use strict';

const { promisify } = require('node:util');
const { performAsyncTask, fibonacci } = require('../../build/Release/fibonacci.node');

/* What follows the call runs first: the callback is never called before the call has returned. */
function showOrder() {
  return new Promise((done) => {
    performAsyncTask((_error, _value) => {
      let count = 10;
      for (let i = 0; i < 100000; i++) count++;
      console.log(count, 'first sum from background thread');
      done();
    });
    let count = 10;
    for (let i = 0; i < 10; i++) count++;
    console.log(count, 'second sum from main thread');
  });
}

/* A promise made of the callback by hand: both resolve and reject have to be called. */
function promisePerformAsyncTask(options = {}) {
  return new Promise((resolve, reject) => {
    performAsyncTask(options, (error, value) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

async function showPromises() {
  console.log(await promisePerformAsyncTask(), 'from a promise made by hand');
  console.log(await promisify(performAsyncTask)(), 'from util.promisify');
  console.log(await performAsyncTask(), 'from the promise that comes without a callback');
}

async function showFailure() {
  const fail = 'I am a failing task';
  await promisePerformAsyncTask({ fail }).catch((error) => console.log(`${error}`));
  console.log(await performAsyncTask({ fail, fallback: 3 }), 'instead of a failure');
}

/* The limbs of 64 bits, the lowest first, as one number. */
function toBigInt(limbs) {
  const digits = Array.from(limbs, (limb) => limb.toString(16).padStart(16, '0'));
  return BigInt(`0x${digits.reverse().join('')}`);
}

async function showFibonacci(n) {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const digits = `${toBigInt(await fibonacci(n))}`;
  clearInterval(timer);
  console.log(`fibonacci(${n}) has ${digits.length} digits: ${ends(digits)}`);
  console.log(`meanwhile the timer ${ticks > 0 ? 'kept ticking' : 'stood still'}`);
}

const ends = (digits) => `${digits.slice(0, 10)}...${digits.slice(-10)}`;

async function main() {
  await showOrder();
  await showPromises();
  await showFailure();
  await showFibonacci(100000);
}

module.exports = { performAsyncTask, promisePerformAsyncTask, fibonacci, toBigInt };

if (require.main === module) main();
