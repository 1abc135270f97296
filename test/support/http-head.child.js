'use strict';

// A server that accepts nobody: whoever finds its queue full is still connecting.

const server = require('node:net').createServer();

server.listen(0, '127.0.0.1', 1, () => {
  process.stdout.write(`${server.address().port}\n`);
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 20);
});
