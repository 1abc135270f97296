'use strict';

/* What docs/recipes.md says of others' things, as far as Node has them. */

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');
const addon = require('./support/addon');

const { range } = addon('streams');
const { twice } = addon('calls');
const { Observable } = require('./support/packages/rxjs');

/* A stream that has no first item for longer than any test lasts. */
const silent = (options) => range(-1, { everyMs: 1e9, ...options });

describe('a client that leaves in the middle of a response', () => {
  let server;
  afterEach(() => server.close());

  /* Serves a request by serve(response), and leaves it. Resolves when the server has seen that. */
  async function leave(serve) {
    let closed;
    server = http.createServer((_, response) => {
      closed = once(response, 'close');
      response.flushHeaders();
      serve(response);
    });
    await once(server.listen(0), 'listening');
    const request = http.get({ port: server.address().port, agent: false });
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    request.on('error', () => {}).destroy();
    await closed;
  }

  it('stops a silent job by pipeline(Readable.from(stream), response)', async () => {
    const stream = silent();
    let sent;
    await leave((response) => {
      sent = assert.rejects(pipeline(Readable.from(stream), response));
    });
    await Promise.all([sent, stream.result]);
  });

  it('stops a silent job by a signal that is aborted on close', async () => {
    const controller = new AbortController();
    const stream = silent({ signal: controller.signal });
    const reader = (async () => { for await (const item of stream) assert.fail(item); })();
    const refused = assert.rejects(reader, { code: 'ABORT_ERR' });
    await leave((response) => response.once('close', () => controller.abort()));
    await refused;
  });

  /* Should one of these do it some day, docs/recipes.md may say so. */
  const deaf = {
    'Readable.from(stream).pipe(response)': (stream, response) =>
      Readable.from(stream).pipe(response),
    'pipeline(stream, response)': (stream, response) =>
      pipeline(stream, response).catch(() => {}),
    'an async generator in between': (stream, response) => {
      async function* items() { yield* stream; }
      pipeline(items(), response).catch(() => {});
    },
  };
  for (const [what, send] of Object.entries(deaf)) {
    it(`does not stop a silent job by ${what}`, async () => {
      const stream = silent();
      let over = false;
      const result = stream.result.finally(() => (over = true));
      await leave((response) => send(stream, response));
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
      assert.strictEqual(over, false);
      await Promise.all([stream.close(), result]);
    });
  }
});

describe('an Observable of the callback form with a signal', () => {
  it('stops a silent job when it is unsubscribed, and tells nothing then', async () => {
    let ended;
    const end = new Promise((resolve) => (ended = resolve));
    const subscription = new Observable((subscriber) => {
      const controller = new AbortController();
      const { signal } = controller;
      range(-1, { everyMs: 1e9, signal }, (item) => subscriber.next(item), (error) => {
        subscriber.error(error);
        ended(error);
      });
      return () => controller.abort();
    }).subscribe(assert.fail);
    subscription.unsubscribe();
    assert.strictEqual((await end).code, 'ABORT_ERR');
  });
});

describe('an error that goes to another thread', () => {
  it('loses its code as a clone, and keeps it as properties of an object', async () => {
    const worker = new Worker(`
      const { parentPort } = require('node:worker_threads');
      const { twice } = require(${JSON.stringify(addon.file('calls'))});
      twice('two').catch((error) => parentPort.postMessage([
        error, { ...error, name: error.name, message: error.message },
      ]));`, { eval: true });
    const [[cloned, packed]] = await once(worker, 'message');
    assert.strictEqual(cloned.code, undefined);
    assert.strictEqual(packed.code, 'ERR_INVALID_ARG_TYPE');
    assert.strictEqual(packed.name, 'TypeError');
  });
});

describe('in a context of vm', () => {
  const { doubles, date, f64s } = addon('types');
  const run = (code) => vm.runInNewContext(code, { twice, doubles, date, f64s });

  it('errors and results are not of its classes, and tell by name, code and content', async () => {
    const error = 'twice("two").catch((error) => error instanceof Error)';
    assert.strictEqual(await run(error), false);
    assert.strictEqual(await run('doubles([1]).then((list) => list instanceof Array)'), false);
    assert.strictEqual(await run('doubles([1]).then(Array.isArray)'), true);
    const told = await run('twice("two").catch(({ name, code }) => `${name} ${code}`)');
    assert.strictEqual(told, 'TypeError ERR_INVALID_ARG_TYPE');
  });

  it('arrays, dates and typed arrays may be its own', async () => {
    assert.deepStrictEqual(await run('doubles([1, 2])'), [1, 2]);
    assert.strictEqual((await run('date(new Date(5))')).getTime(), 5);
    assert.deepStrictEqual(await run('f64s(new Float64Array([1]))'), new Float64Array([1]));
  });
});

describe('an addon that was copied to a folder for process.dlopen', () => {
  it('runs when its file is gone', async function () {
    if (process.platform === 'win32') this.skip(); /* a file that is loaded cannot be removed */
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-recipes-'));
    const file = path.join(folder, 'calls.node');
    const module = { exports: {} };
    fs.copyFileSync(addon.file('calls'), file);
    process.dlopen(module, file);
    fs.rmSync(folder, { recursive: true });
    assert.strictEqual(await module.exports.twice(2), 4);
  });
});
