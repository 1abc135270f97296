'use strict';

/* The streams alone: node bench/stream.js [--quick]; takes all options of run.js. */

process.argv.splice(2, 0, '--sections', 'streams');
require('./run.js');
