'use strict';

const { runSimpleAsyncWorker } = require('../../build/Release/simple-async-worker.node');

/* SECOND_MS=100 makes a second of the work last only 100 ms, for those who cannot wait. */
const secondMs = Number(process.env.SECOND_MS || 1000);

/* One callback for success and failure. The error is shown without its code and its stack. */
function completed(error, result) {
  if (error) console.log(`SimpleAsyncWorker returned an error:  [${error}]`);
  else console.log(`SimpleAsyncWorker returned '${result}'.`);
}

for (const seconds of [2, 4, 8]) {
  const answer = runSimpleAsyncWorker(seconds, completed, secondMs);
  console.log(`runSimpleAsyncWorker returned '${answer}'.`);
}
