'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { runChild } = require('./support/child');
const uncaught = require('./support/uncaught');

const FOLDER = path.join(__dirname, '..', 'examples', 'ticker');
const MODULE = path.join(FOLDER, 'ticker.js');
const WAYS = path.join(__dirname, 'support', 'ticker.js');
const REPL_MS = 20000; // one that hangs is ended
const AN_HOUR = 3600000;

const count = (n) => Array.from({ length: n }, (_, i) => i);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const ignore = () => {};

async function until(truth) {
  while (!truth()) await delay(1);
}

describe('examples/ticker', () => {
  let ticker;

  before(() => {
    ticker = require(MODULE);
  });

  afterEach(async () => {
    delete ticker.callback;
    await ticker.stop().catch(ignore);
    assert.strictEqual(ticker.setPeriod(1), false);
  });

  /* The options of a ticker of so many numbers, and a promise of its last question. */
  function few(numbers) {
    const rounds = [numbers, 0];
    let options;
    const over = new Promise((resolve) => {
      const more = (told) => {
        if (rounds.length === 1) resolve(told);
        return rounds.shift();
      };
      options = { periodMs: 1, more };
    });
    return { options, over };
  }

  /* The numbers of which the callback was told, where there are so many. */
  async function numbersOf(total, callback = ignore) {
    const numbers = [];
    ticker.callback = function (...args) {
      numbers.push(...args);
      callback.apply(this, args);
    };
    assert.strictEqual(ticker.start(few(total).options), true);
    await until(() => numbers.length === total);
    return numbers;
  }

  it('C51 C52 C54 C55 C57 it prints what its README shows, and ends by itself', async () => {
    const settings = { env: { SECOND_MS: '10' } };
    const { code, signal, stdout, stderr } = await runChild(path.join(FOLDER, 'index.js'), [], settings);
    assert.deepStrictEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
    assert.strictEqual(stdout, [
      'start() returned true',
      'Bang: 0',
      'Bang: 1',
      'Boom: 2',
      'uncaught: 3 is too much',
      'Boom: 4',
      'Boom: 5',
      'asked after 0 at 1 s, 3 at 1 s, 6 at 0.5 s, 8 at 0.5 s',
      '',
    ].join('\n'));
  });

  it('C51 start() returns true at once, before any callback', async () => {
    let calls = 0;
    ticker.callback = () => calls++;
    const answer = ticker.start({ periodMs: 1 });
    pause(20); // the thread counts meanwhile
    assert.deepStrictEqual([answer, calls], [true, 0]);
    await until(() => calls > 0);
  });

  it('start() returns false while it runs, and true again afterwards, from 0', async () => {
    assert.deepStrictEqual([ticker.start(), ticker.start()], [true, false]);
    assert.strictEqual(await ticker.stop(), 0);
    assert.deepStrictEqual(await numbersOf(3), count(3));
  });

  it('C52 the callback is called with 0, 1, 2 ..., once each', async () => {
    const calls = [];
    ticker.callback = (...args) => calls.push(args);
    ticker.start(few(50).options);
    await until(() => calls.length === 50);
    assert.deepStrictEqual(calls, count(50).map((number) => [number]));
  });

  it('C53 none is lost where several were sent before the loop woke', async () => {
    const numbers = [];
    let most = 0;
    ticker.callback = (number) => numbers.push(number);
    ticker.start({ periodMs: 1 });
    while (most < 5) {
      const earlier = numbers.length;
      pause(20);
      await turn();
      most = Math.max(most, numbers.length - earlier);
    }
    assert.deepStrictEqual(numbers, count(numbers.length));
  });

  it('C54 the callback may be set when it runs already, and replaced at any time', async () => {
    const seen = [];
    const { options, over } = few(7);
    ticker.start(options);
    assert.strictEqual(await over, 7); // what had no callback is gone, whatever comes
    await ticker.stop();

    const see = (name, next) => (number) => {
      seen.push(`${name} ${number}`);
      if (number % 2 === 1) ticker.callback = next;
    };
    const third = see('third');
    const second = see('second', third);
    ticker.start(few(6).options);
    ticker.callback = see('first', second);
    await until(() => seen.length === 6);
    assert.deepStrictEqual(seen, ['first 0', 'first 1', 'second 2', 'second 3', 'third 4', 'third 5']);
  });

  it('C54 it is looked up for each number, as that arrives', async () => {
    let looks = 0;
    const numbers = [];
    const get = () => {
      looks++;
      return (number) => numbers.push(number);
    };
    Object.defineProperty(ticker, 'callback', { get, configurable: true });
    ticker.start(few(20).options);
    assert.strictEqual(looks, 0);
    await until(() => numbers.length === 20);
    assert.deepStrictEqual([looks, numbers], [20, count(20)]);
  });

  it('C55 what is no function there is ignored', async () => {
    const others = [undefined, null, 0, 'callback', Symbol('callback'), {}, [], 5n];
    const looks = [];
    const get = () => {
      const other = others[looks.length];
      looks.push(other);
      return other;
    };
    Object.defineProperty(ticker, 'callback', { get, configurable: true });
    const errors = await uncaught(async () => {
      ticker.start(few(others.length).options);
      await until(() => looks.length === others.length);
    });
    assert.deepStrictEqual([looks, errors], [others, []]);
  });

  it('C55 C54 without a callback nothing happens, and one that comes later is called', async () => {
    const numbers = [];
    let asked = 0;
    const more = async (told) => {
      asked = told;
      return 1;
    };
    ticker.start({ periodMs: 1, more });
    await until(() => asked > 3);
    ticker.callback = (number) => numbers.push(number);
    await until(() => numbers.length > 2);
    delete ticker.callback;
    const first = numbers[0];
    assert.deepStrictEqual(numbers, count(numbers.length).map((i) => first + i));
  });

  it('C56 the callback is called with the module as this', async () => {
    const callers = [];
    const { callback } = { callback() { callers.push(this); } };
    await numbersOf(3, callback);
    assert.strictEqual(callers.length, 3);
    assert.ok(callers.every((caller) => caller === require(MODULE)));
  });

  it('C57 what the callback throws is an uncaughtException, and later numbers come', async () => {
    let numbers;
    const errors = await uncaught(async () => {
      numbers = await numbersOf(9, (number) => {
        if (number % 3 === 1) throw new RangeError(`thrown by ${number}`);
      });
    });
    assert.deepStrictEqual(numbers, count(9));
    assert.deepStrictEqual(errors.map(String), [1, 4, 7].map((i) => `RangeError: thrown by ${i}`));
  });

  /* On Bun after what the loop still has to do, as where one of several timers throws. */
  it('C57 with nobody to hear of that it ends the process', async () => {
    const { code, stdout, stderr } = await runChild(WAYS, ['throws'], { leaks: false });
    assert.ok(code > 0, `${code}`);
    if (process.versions.bun) assert.match(stdout, /^0\n1\n2\n/);
    else assert.strictEqual(stdout, '0\n1\n2\n');
    assert.match(stderr, /not caught/);
  });

  it('C58 C60 its C makes no thread and no lock, and cannot reach the engine', () => {
    const code = fs.readFileSync(path.join(FOLDER, 'ticker.c'), 'utf8');
    const includes = code.match(/^#include .*$/gm);
    assert.deepStrictEqual(includes, ['#include <offloop.h>']);
    assert.doesNotMatch(code, /napi_|pthread|thrd_|mutex|atomic/);
  });

  /* Nobody would be told of 0 for an hour, had the thread not heard of the new period. */
  it('a message changes the period, also while the thread waits out the old one', async () => {
    const asked = [];
    const rounds = [2, 2, 0];
    const more = (...args) => {
      asked.push(args);
      return rounds.shift();
    };
    const numbers = [];
    ticker.callback = (number) => numbers.push(number);
    ticker.start({ periodMs: AN_HOUR, more });
    await until(() => asked.length === 1);
    assert.strictEqual(ticker.setPeriod(2), true);
    await until(() => asked.length === 3 && numbers.length === 4);
    assert.deepStrictEqual(asked, [[0, AN_HOUR], [2, 2], [4, 2]]);
    assert.deepStrictEqual(numbers, count(4));
  });

  it('an answer that is promised is waited for, and no number comes meanwhile', async () => {
    const numbers = [];
    let answer;
    ticker.callback = (number) => numbers.push(number);
    const more = () => new Promise((resolve) => (answer = resolve));
    ticker.start({ periodMs: 1, more });
    for (const given of [2, 1]) {
      await until(() => answer);
      await delay(10);
      const earlier = numbers.length;
      const tell = answer;
      answer = undefined;
      tell(given);
      await until(() => numbers.length === earlier + given);
    }
    assert.deepStrictEqual(numbers, count(3));
  });

  it('what more throws, or an answer that is none, ends it and is an uncaughtException', async () => {
    const thrower = () => { throw new Error('mine'); };
    for (const [more, message] of [[thrower, /^mine$/], [() => 'three', /"more" answer of ticks/]]) {
      const errors = await uncaught(async () => {
        ticker.start({ more });
        await once(process, 'uncaughtException');
      });
      assert.strictEqual(errors.length, 1);
      assert.match(errors[0].message, message);
    }
  });

  it('wrong options and periods are refused, and change nothing', async () => {
    const RANGE = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
    const TYPE = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
    for (const periodMs of [0, -1, 1.5, NaN, 2 ** 31]) {
      const message = /"periodMs" option of ticks/;
      assert.throws(() => ticker.start({ periodMs }), { ...RANGE, message });
    }
    assert.throws(() => ticker.start({ periodMs: '5' }), TYPE);
    assert.throws(() => ticker.start({ more: 5 }), { ...TYPE, message: /"more" option of ticks/ });
    assert.strictEqual(ticker.start({ periodMs: AN_HOUR }), true);
    for (const periodMs of [0, -1, 1.5, NaN, 2 ** 31]) {
      assert.throws(() => ticker.setPeriod(periodMs), { ...RANGE, message: /message of ticks/ });
    }
    assert.throws(() => ticker.setPeriod('5'), TYPE);
    assert.strictEqual(await ticker.stop(), 0);
  });

  it('stop() ends it at once: in its period, in its question, when it does not run', async () => {
    assert.strictEqual(await ticker.stop(), undefined);
    ticker.start({ periodMs: AN_HOUR });
    assert.strictEqual(await ticker.stop(), 0);
    let asked = false;
    ticker.start({ more: () => new Promise(() => (asked = true)) });
    await until(() => asked);
    assert.strictEqual(await ticker.stop(), 0);
  });

  it('stop() in the callback: no number comes after it', async () => {
    const numbers = [];
    let sent;
    ticker.callback = function (number) {
      if (numbers.push(number) === 3) sent = this.stop();
    };
    ticker.start({ periodMs: 1 });
    await until(() => sent);
    assert.ok(await sent >= 3);
    assert.deepStrictEqual(numbers, count(3));
  });

  describe('the loop', () => {
    it('C59 is woken by the thread where nothing else would wake it', async () => {
      const { code, stdout, stderr } = await runChild(WAYS, ['idle']);
      assert.deepStrictEqual({ code, stdout, stderr }, { code: 0, stdout: '0\n1\n2\n', stderr: '' });
    });

    /* As the seed has it: three lines, and then nobody types. */
    it('C59 C51 C54 is woken in a REPL while nobody types', async () => {
      const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0', NODE_REPL_HISTORY: '' };
      const settings = { env, stdio: ['pipe', 'pipe', 'inherit'], timeout: REPL_MS };
      const repl = spawn(process.execPath, ['-i'], settings);
      const ended = once(repl, 'close');
      let shown = '';
      let over = false;
      ended.then(() => (over = true));
      repl.stdout.setEncoding('utf8').on('data', (text) => (shown += text));
      repl.stdin.write([
        `void (ticker = require(${JSON.stringify(MODULE)}))`,
        "ticker.callback = (number) => console.log('Bang: ' + number)",
        'ticker.start({ periodMs: 30 })',
        '',
      ].join('\n'));
      await until(() => /Bang: 3\n/.test(shown) || over);
      repl.stdin.end('.exit\n');
      assert.deepStrictEqual(await ended, [0, null], shown);
      assert.match(shown, /> true\n/);
      const bangs = shown.match(/Bang: \d+/g);
      assert.deepStrictEqual(bangs.slice(0, 4), count(4).map((number) => `Bang: ${number}`));
    });
  });

  describe('ends', () => {
    it('with the process, which waits for nothing more after stop()', async () => {
      const { code, stdout, stderr } = await runChild(WAYS, ['stop']);
      assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.match(stdout, /^\d+ numbers\n$/);
    });

    for (const way of ['exit', 'asked']) {
      it(`with process.exit(): ${way}`, async () => {
        const { code, stdout, stderr } = await runChild(WAYS, [way], { leaks: false });
        assert.deepStrictEqual({ code, stdout, stderr }, { code: 5, stdout: '', stderr: '' });
      });
    }

    it('with its worker thread, which is terminated', async () => {
      const thread = new Worker(WAYS, { workerData: 'thread' });
      const numbers = [];
      const exit = once(thread, 'exit');
      thread.on('message', (number) => numbers.push(number));
      await until(() => numbers.length >= 3);
      await thread.terminate();
      await exit;
      assert.deepStrictEqual(numbers, count(numbers.length));
    });
  });
});
