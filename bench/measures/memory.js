'use strict';

const { many } = require('./many.js');

function settled() {
  global.gc();
  global.gc();
  return process.memoryUsage();
}

/* Each job holds all its memory when it is counted: none can have come home yet, and none is waited
 * for. */
module.exports = async function memory(job, { count }) {
  const jobs = await many(job, count);
  const before = settled();
  jobs.startAll();
  const after = settled();
  return {
    bytes: (after.rss - before.rss) / count,
    heapBytes: (after.heapUsed - before.heapUsed) / count,
  };
};
