'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const SERVER_OF_NOBODY = path.join(__dirname, 'support', 'http-head.child.js');
const runtimeArguments = process.versions.deno ? ['run', '--allow-all'] : process.execArgv;

const SILENT_MS = 50;
const HEAD_BYTES = 8192; // of an answer, that the C keeps

describe('examples/http-head', () => {
  let ask;
  let head;
  const ends = [];

  before(() => {
    ({ ask } = require('../build/Release/http-head.node'));
    ({ head } = require('../examples/http-head/head'));
  });

  afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

  async function serve(server, host = '127.0.0.1') {
    server.listen(0, host);
    await once(server, 'listening');
    ends.push(() => new Promise((done) => server.close(done)));
    return server.address().port;
  }

  const serveText = (text) => serve(net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text));
  }));

  /* Accepts connections, and reads what comes. */
  const serveSilence = () => serve(net.createServer((socket) => {
    socket.on('error', () => {}).resume();
  }));

  it('C42 the network: gives the status and the headers of a page', async () => {
    const requests = [];
    const port = await serve(http.createServer(({ method, url, headers }, response) => {
      requests.push([method, url, headers.host]);
      response.writeHead(201, { 'X-One': 'a: b', 'X-Two': '2' }).end('body');
    }));
    const { status, headers } = await head(`http://127.0.0.1:${port}/a b?c=d\r\n`);
    assert.deepStrictEqual([status, headers['x-one'], headers['x-two']], [201, 'a: b', '2']);
    assert.deepStrictEqual(requests, [['HEAD', '/a%20b?c=d', `127.0.0.1:${port}`]]);
  });

  it('asks addresses of IPv6, too', async function () {
    const addresses = Object.values(os.networkInterfaces()).flat();
    if (!addresses.some(({ address }) => address === '::1')) this.skip();
    const port = await serve(http.createServer((_, response) => response.end()), '::1');
    assert.strictEqual((await head(`http://[::1]:${port}/`)).status, 200);
  });

  it('failures have the codes of Node’s own, and say what they were about', async () => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    const refused = { code: 'ECONNREFUSED', syscall: 'connect', path: '127.0.0.1' };
    await assert.rejects(head(`http://127.0.0.1:${port}`), refused);
    await assert.rejects(ask('127.0.0.1', 'port?', ''), { code: 'ENOTFOUND', message: /^127.0.0.1: / });
    await assert.rejects(ask('127.0.0.1\0', '80', ''), { code: 'ERR_INVALID_ARG_VALUE' });
    await assert.rejects(head('https://127.0.0.1'), TypeError);
  });

  it('an answer that is none of HTTP is an error, also an empty one', async () => {
    for (const text of ['SSH-2.0-OpenSSH\r\n', 'HTTP/1.1 ok\r\n\r\n', '']) {
      const port = await serveText(text);
      await assert.rejects(head(`http://127.0.0.1:${port}`), { code: 'ERR_NOT_HTTP' });
    }
  });

  it('of an endless answer it keeps the beginning', async () => {
    const port = await serveText(`HTTP/1.0 200 OK\r\nlong: ${'x'.repeat(1 << 20)}`);
    assert.strictEqual((await ask('127.0.0.1', `${port}`, 'HEAD / HTTP/1.0\r\n\r\n')).length, HEAD_BYTES);
    assert.strictEqual((await head(`http://127.0.0.1:${port}`)).status, 200);
  });

  it('a deadline ends the wait for a silent server, in .sync as well', async () => {
    const port = await serveSilence();
    const timedOut = { name: 'TimeoutError', code: 'ERR_OL_TIMEOUT' };
    await assert.rejects(head(`http://127.0.0.1:${port}`, { timeout: SILENT_MS }), timedOut);
    assert.throws(() => ask.sync('127.0.0.1', `${port}`, 'x', { timeout: SILENT_MS }), timedOut);
  });

  it('so many requests that most of them wait for a thread are aborted at once', async () => {
    const port = await serveSilence();
    const controller = new AbortController();
    const { signal } = controller;
    const asked = Array.from({ length: 200 }, () => head(`http://127.0.0.1:${port}`, { signal }));
    const settled = Promise.allSettled(asked);
    setTimeout(() => controller.abort(), SILENT_MS);
    const names = (await settled).map(({ reason }) => reason?.name);
    assert.deepStrictEqual(names, Array(200).fill('AbortError'));
  });

  /* Linux leaves who finds the queue full without an answer. */
  async function serveNobody() {
    const stdio = ['ignore', 'pipe', 'inherit'];
    const child = spawn(process.execPath, [...runtimeArguments, SERVER_OF_NOBODY], { stdio });
    ends.push(() => child.kill('SIGKILL') && once(child, 'exit'));
    return Number(await once(child.stdout, 'data'));
  }

  it('one that is still about to be connected is stopped as well', async function () {
    if (process.platform !== 'linux') this.skip();
    const port = await serveNobody();
    const waiting = Array.from({ length: 8 }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
    ends.push(async () => waiting.forEach((socket) => socket.destroy()));
    await new Promise((done) => setTimeout(done, SILENT_MS));
    await assert.rejects(head(`http://127.0.0.1:${port}`, { timeout: SILENT_MS }), { name: 'TimeoutError' });
    const states = waiting.map(({ connecting }) => connecting);
    assert.ok(states.includes(true), 'the queue was never full');
  });
});
