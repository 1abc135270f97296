'use strict';

const { once } = require('node:events');
const http = require('node:http');

/**
 * Starts a server of three pages: /hello; /together, which answers nobody before so many have
 * asked; and /silent, which answers nobody at all.
 * @param {number} together
 */
async function startServer(together) {
  const meeting = [];
  const silent = new Set();
  let most = 0;

  const pages = {
    '/hello': (response) => response.writeHead(200, { 'Content-Type': 'text/plain' }).end(),
    '/together': (response) => {
      most = Math.max(most, meeting.push(response));
      if (meeting.length === together) meeting.splice(0).forEach((each) => each.end());
    },
    '/silent': (response) => {
      silent.add(response);
      response.on('close', () => server.emit('silence', silent.delete(response)));
      server.emit('silence');
    },
  };

  const server = http.createServer(({ url }, response) => {
    if (Object.hasOwn(pages, url)) pages[url](response);
    else response.writeHead(404).end();
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** How many have waited for /together at the same time, at most. */
    most: () => most,
    /** Resolves as soon as so many wait for /silent, and have not hung up. */
    async silentFor(count) {
      while (silent.size !== count) await once(server, 'silence');
    },
    close: () => new Promise((done) => server.close(done)),
  };
}

module.exports = { startServer };
