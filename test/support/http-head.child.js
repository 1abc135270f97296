'use strict';

// A server that accepts nobody: whoever finds its queue full is left connecting.

const fs = require('node:fs');
const net = require('node:net');

const server = net.createServer();

server.listen(0, '127.0.0.1', 1, () => {
  fs.writeSync(process.stdout.fd, `${server.address().port}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
