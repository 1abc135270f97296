'use strict';

// A process with a job that tells more than is due.

const addon = require('./addon');

const { hourly } = addon('progress');

hourly(100, { everyMs: 1, onProgress: (done) => console.log(done) })
  .then(() => console.log('end'));
