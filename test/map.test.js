'use strict';

const assert = require('node:assert');
const { Readable } = require('node:stream');
const addon = require('./support/addon');
const { canCollect, collectUntil } = require('./support/collect');
const { turn } = require('./support/pool');

const { nothing, scale, twice } = addon('calls');
const { block, counts, nap, setGate, hold } = addon('waits');
const { open, counts: countHandles } = addon('database');
const { notes, pass, setGate: setPassGate } = addon('doors');
const { range } = addon('streams');
const { openBase } = addon('exclusive');
const { counts: countFlat, sleeps } = addon('flat');

const ABORT = { name: 'AbortError', code: 'ABORT_ERR' };
const NEGATIVE = { code: 'ERR_NEGATIVE' };
const TYPE = { code: 'ERR_INVALID_ARG_TYPE' };
const RANGE = { code: 'ERR_OUT_OF_RANGE' };

const sequence = (n) => Array.from({ length: n }, (_, i) => i);

async function all(results) {
  const values = [];
  for await (const value of results) values.push(value);
  return values;
}

async function until(truth) {
  while (!truth()) await turn();
}

async function someTurns() {
  for (let turns = 0; turns < 20; turns++) await turn();
}

/* Whether a promise is settled after some turns of the loop. */
async function isSettled(promise) {
  let settled = false;
  const note = () => (settled = true);
  promise.then(note, note);
  await someTurns();
  return settled;
}

/* An iterable that counts what is done to it; [elements] may be endless. */
function counted(elements, later = false) {
  const seen = { begun: 0, asked: 0, returned: 0, asking: 0, mostAsking: 0 };
  const inner = elements[Symbol.iterator]();
  const answerLater = async (answer) => {
    await turn();
    seen.asking--;
    return answer;
  };
  const iterator = {
    next() {
      seen.asked++;
      seen.mostAsking = Math.max(seen.mostAsking, ++seen.asking);
      if (later === 'at once') return Promise.resolve(inner.next());
      if (later) return answerLater(inner.next());
      seen.asking--;
      return inner.next();
    },
    return() {
      seen.returned++;
      return later ? Promise.resolve({ done: true }) : { done: true };
    },
  };
  const begin = () => {
    seen.begun++;
    return iterator;
  };
  return { seen, iterable: { [later ? Symbol.asyncIterator : Symbol.iterator]: begin } };
}

function* endless(element) {
  for (let i = 0; ; i++) yield element ?? i;
}

const running = () => counts.sync().entered - counts.sync().left;

/* Each says how it makes an iterable of an array's elements. */
const FORMS = {
  'an array': (elements) => elements,
  'a set': (elements) => new Set(elements),
  * 'a generator'(elements) {
    for (const element of elements) yield element;
  },
  async * 'an async generator'(elements) {
    for (const element of elements) {
      if (element % 3 === 0) await turn();
      yield element;
    }
  },
  'a Readable': (elements) => Readable.from(elements),
  'an iterator that can do no more than next': (elements) => {
    const iterator = elements[Symbol.iterator]();
    return { [Symbol.iterator]: () => ({ next: () => iterator.next() }) };
  },
};

describe('worker.map', () => {
  describe('gives the results', () => {
    for (const [form, make] of Object.entries(FORMS)) {
      it(`of the elements of ${form}, in their order`, async () => {
        const elements = sequence(1000);
        const expected = elements.map((element) => 2 * element);
        assert.deepStrictEqual(await all(twice.map(make(elements))), expected);
        assert.deepStrictEqual(await all(twice.map(make(elements), { concurrency: 1 })), expected);
        assert.deepStrictEqual(await all(twice.map(make(elements), { concurrency: 7 })), expected);
      });
    }

    it('in the order of the source, however long each job takes', async () => {
      const order = [3, 1, 2, 0];
      notes.sync({ clear: true });
      for (const gate of order) setPassGate.sync(gate, false);
      const results = pass.map([[0, 0], [1, 1], [2, 2], [3, 3]], { concurrency: 4 });
      const read = all(results);
      for (const gate of order) {
        setPassGate.sync(gate, true);
        await until(() => notes.sync().ended.includes(gate));
      }
      assert.deepStrictEqual(await read, [0, 1, 2, 3]);
      assert.deepStrictEqual(Array.from(notes.sync().ended), order);
      for (const gate of order) setPassGate.sync(gate, false);
    });

    it('of a stream of another worker', async () => {
      assert.deepStrictEqual(await all(twice.map(range(300))), sequence(300).map((i) => 2 * i));
    });

    it('of a million small jobs, with no more of them about than the limit', async function () {
      this.timeout(120000);
      let started = 0;
      let read = 0;
      let most = 0;
      let sum = 0;
      const source = function* () {
        while (started < 1e6) {
          most = Math.max(most, started + 1 - read);
          yield started++;
        }
      };
      for await (const value of twice.map(source())) {
        if (value !== 2 * read) assert.fail(`${value} is not 2 * ${read}`);
        read++;
        sum += value;
      }
      assert.deepStrictEqual({ read, sum }, { read: 1e6, sum: 1e6 * (1e6 - 1) });
      assert.ok(most <= 257, `${most} elements at once`);
    });

    it('of nothing, which is the end', async () => {
      assert.deepStrictEqual(await all(twice.map([])), []);
      const results = twice.map([1]);
      assert.deepStrictEqual(await results.next(), { value: 2, done: false });
      assert.deepStrictEqual(await results.next(), { value: undefined, done: true });
      assert.deepStrictEqual(await results.next(), { value: undefined, done: true });
    });

    it('to readers that ask before there is anything, in the order of asking', async () => {
      const results = twice.map([1, 2, 3]);
      const asked = sequence(5).map(() => results.next());
      const answers = (await Promise.all(asked)).map(({ value, done }) => [value, done]);
      assert.deepStrictEqual(answers,
        [[2, false], [4, false], [6, false], [undefined, true], [undefined, true]]);
    });

    it('as an async iterator, which is no promise', async () => {
      const results = twice.map([1]);
      assert.strictEqual(results.then, undefined);
      assert.strictEqual(results[Symbol.asyncIterator](), results);
      assert.strictEqual(Object.prototype.toString.call(results), '[object Results]');
      assert.strictEqual(await results, results);
      assert.deepStrictEqual(await all(results), [2]);
      const read = [];
      for await (const value of Readable.from(twice.map([1, 2]))) read.push(value);
      assert.deepStrictEqual(read, [2, 4]);
    });
  });

  describe('takes elements', () => {
    it('that are arrays as lists of arguments, and others as the one argument', async () => {
      assert.deepStrictEqual(await all(twice.map([[1], 2, [3]])), [2, 4, 6]);
      assert.deepStrictEqual(await all(scale.map([[1, 5], 2, [3], [4, undefined]])), [5, 2, 3, 4]);
    });

    it('for workers without arguments: undefined or an empty list', async () => {
      assert.deepStrictEqual(await all(nothing.map([undefined, []])), [undefined, undefined]);
      await assert.rejects(all(nothing.map([1])), { code: 'ERR_OL_EXTRA_ARGS' });
    });

    it('with the options of the worker behind the arguments, few or many', async () => {
      const source = [[1, 5], 2, [3]];
      assert.deepStrictEqual(await all(scale.map(source, { offset: 100 })), [105, 102, 103]);
    });

    it('but no list that is longer than the arguments, with options or without', async () => {
      const long = { code: 'ERR_OL_EXTRA_ARGS' };
      await assert.rejects(all(twice.map([[1, {}]])), long);
      await assert.rejects(all(scale.map([[1, 2, 3]], { offset: 1 })), long);
      await assert.rejects(all(twice.map([[1, () => {}]])), long);
      await assert.rejects(all(twice.map([new Array(1e6)])), long);
    });

    it('and functions among them not for callbacks', async () => {
      await assert.rejects(all(twice.map([() => {}])), TYPE);
      await assert.rejects(all(scale.map([[1, () => {}]])), TYPE);
      await assert.rejects(all(scale.map([[() => {}]])), TYPE);
    });

    it('for methods on the object that it is called on', async () => {
      const db = await open();
      const owner = await all(db.number.map.call(db, [[], []]));
      assert.deepStrictEqual(owner, [await db.number(), await db.number()]);
      assert.throws(() => db.number.map([[]]), TYPE);
      await db.close();
      const { opened, closed } = countHandles();
      assert.strictEqual(closed, opened);
    });
  });

  describe('has no more jobs at once than the option concurrency says', () => {
    it('two hundred and fifty-six, unless it says otherwise', async () => {
      const { seen, iterable } = counted(endless());
      const results = twice.map(iterable);
      await results.next();
      await until(() => seen.asked === 257);
      await someTurns();
      assert.strictEqual(seen.asked, 257);
      await results.return();
    });

    for (const later of [false, true]) {
      const kind = later ? 'an async' : 'a sync';
      it(`of ${kind} source, which is not asked for more while they run`, async () => {
        setGate.sync(false);
        const earlier = counts.sync().entered;
        const { seen, iterable } = counted(endless([]), later);
        const results = hold.map(iterable, { concurrency: 3 });
        const first = results.next();
        await until(() => counts.sync().entered - earlier === 3);
        assert.strictEqual(await isSettled(first), false);
        assert.deepStrictEqual(
          { asked: seen.asked, entered: counts.sync().entered - earlier, most: seen.mostAsking },
          { asked: 3, entered: 3, most: 1 });
        setGate.sync(true);
        await first;
        await results.return();
        assert.strictEqual(running(), 0);
      });

      it(`of ${kind} source, nor while nobody reads`, async () => {
        const { seen, iterable } = counted(endless(), later);
        const results = twice.map(iterable, { concurrency: 10 });
        for (let read = 1; read <= 50; read++) {
          await results.next();
          await until(() => seen.asked === read + 10);
          assert.strictEqual(seen.mostAsking, 1);
        }
        await turn();
        assert.strictEqual(seen.asked, 60);
        await results.return();
        assert.strictEqual(seen.returned, 1);
      });
    }

    for (const later of [false, true]) {
      const kind = later ? 'an async' : 'a sync';

      it(`and lets the loop turn while it starts many, of ${kind} source`, async () => {
        const { seen, iterable } = counted(sequence(20000), later && 'at once');
        const results = twice.map(iterable, { concurrency: 2 ** 32 });
        const first = results.next();
        let most = 0;
        for (let before = 0; seen.asked < 20000; before = seen.asked) {
          await turn();
          most = Math.max(most, seen.asked - before);
        }
        assert.ok(most < 10000, `${most} in one turn`);
        assert.strictEqual((await first).value, 0);
        assert.strictEqual((await all(results)).length, 19999);
      });
    }

    it('and asks nothing before the first next()', async () => {
      const { seen, iterable } = counted(endless());
      const results = twice.map(iterable);
      await turn();
      assert.deepStrictEqual([seen.begun, seen.asked], [0, 0]);
      await results.return();
      assert.deepStrictEqual([seen.begun, seen.asked, seen.returned], [0, 0, 0]);
      assert.strictEqual((await results.next()).done, true);
    });
  });

  describe('when a job fails', () => {
    it('gives the results before it, then its error, then nothing more', async () => {
      const { seen, iterable } = counted([1, 2, -1, 4, -2, 5]);
      const results = twice.map(iterable);
      assert.strictEqual((await results.next()).value, 2);
      assert.strictEqual((await results.next()).value, 4);
      await assert.rejects(results.next(), { ...NEGATIVE, message: '-1 is negative' });
      assert.strictEqual((await results.next()).done, true);
      assert.ok(seen.returned <= 1);
    });

    it('tells the first failure in the order of the source, not in time', async () => {
      await assert.rejects(all(twice.map([-1, 'x'])), NEGATIVE);
      await assert.rejects(all(twice.map(['x', -1])), TYPE);
      await assert.rejects(all(twice.map([1, -3, 'x', -1])), { message: '-3 is negative' });
    });

    it('starts no others, stops those behind it, and tells when all are over', async () => {
      const earlier = counts.sync();
      const { seen, iterable } = counted([0, 'x', -1, -1, -1]);
      const results = nap.map(iterable, { concurrency: 4 });
      assert.strictEqual((await results.next()).value, 0);
      await assert.rejects(results.next(), TYPE);
      assert.strictEqual(running(), 0);
      assert.ok(counts.sync().entered - earlier.entered <= 3);
      assert.deepStrictEqual([seen.asked, seen.returned], [4, 1]);
    });

    it('lets those before it go on', async () => {
      setGate.sync(false);
      const { iterable } = counted(['', 'x']);
      const results = hold.map(function* () {
        for (const element of iterable) yield element === 'x' ? 'x' : [];
      }());
      const [first, second] = [results.next(), results.next()];
      assert.strictEqual(await isSettled(second), false);
      setGate.sync(true);
      assert.strictEqual((await first).value, undefined);
      await assert.rejects(second, { code: 'ERR_OL_EXTRA_ARGS' });
    });

    it('tells it to one reader, and others the end', async () => {
      const results = twice.map([-1]);
      const [first, second] = [results.next(), results.next()];
      await assert.rejects(first, NEGATIVE);
      assert.strictEqual((await second).done, true);
    });

    it('is a TimeoutError if it is its deadline that passed', async () => {
      await assert.rejects(all(nap.map([0, -1, 0], { timeout: 30 })), { code: 'ERR_OL_TIMEOUT' });
      assert.strictEqual(running(), 0);
    });
  });

  describe('when its reader leaves', () => {
    const fifty = sequence(50).map(() => -1);
    const firstOnly = function* () {
      yield 0;
      yield* endless(-1);
    };
    for (const later of [false, true]) {
      it(`stops what runs, and waits for it (${later ? 'async' : 'sync'} source)`, async () => {
        const { seen, iterable } = counted(later ? firstOnly() : [0, ...fifty], later);
        for await (const value of nap.map(iterable)) {
          assert.strictEqual(value, 0);
          break;
        }
        assert.strictEqual(running(), 0);
        assert.strictEqual(seen.returned, later ? 1 : 0); // the sync one had told its end
      });
    }

    it('stops jobs of numbers alone, too, whose calls would cross in batches', async () => {
      const before = countFlat.sync().stopped;
      const results = sleeps.map(Array(6), { concurrency: 3 });
      const first = results.next();
      while (sleeps.pool.stats().running === 0) await turn();
      await results.return();
      await first;
      assert.ok(countFlat.sync().stopped > before);
    });

    it('closes a source that has more', async () => {
      const { seen, iterable } = counted(endless());
      for await (const value of twice.map(iterable, { concurrency: 2 })) if (value === 20) break;
      assert.strictEqual(seen.returned, 1);
    });

    it('runs what a generator has to do at its end', async () => {
      const ended = [];
      const generator = function* () {
        try {
          yield* endless();
        } finally {
          ended.push('sync');
        }
      };
      const later = async function* () {
        try {
          for (;;) yield 1;
        } finally {
          await turn();
          ended.push('async');
        }
      };
      for await (const value of twice.map(generator(), { concurrency: 2 })) if (value === 4) break;
      assert.deepStrictEqual(ended, ['sync']);
      for await (const value of twice.map(later(), { concurrency: 2 })) if (value === 2) break;
      await until(() => ended.length === 2);
      assert.deepStrictEqual(ended, ['sync', 'async']);
    });

    it('by return(value) it gets that, by throw(error) that, and readers the end', async () => {
      const results = block.map(endless([]));
      const reader = results.next();
      await until(() => running() > 0);
      assert.deepStrictEqual(await results.return(7), { value: 7, done: true });
      assert.strictEqual(running(), 0);
      assert.strictEqual((await reader).done, true);
      const mine = new Error('mine');
      const thrown = block.map(endless([]));
      thrown.next();
      await assert.rejects(thrown.throw(mine), (error) => error === mine);
      assert.strictEqual(running(), 0);
      assert.strictEqual((await thrown.next()).done, true);
      assert.strictEqual((await thrown.return(8)).value, 8);
    });

    it('by Symbol.asyncDispose stops all as well', async function () {
      if (Symbol.asyncDispose === undefined) this.skip();
      const results = block.map(endless([]));
      results.next();
      await until(() => running() > 0);
      await results[Symbol.asyncDispose]();
      assert.strictEqual(running(), 0);
    });

    (canCollect ? it : it.skip)('without a word, the jobs of what is collected are stopped', async () => {
      const { seen, iterable } = counted([0, ...sequence(20).map(() => -1)]);
      await (async () => void await nap.map(iterable, { concurrency: 4 }).next())();
      await until(() => running() > 0);
      await collectUntil(() => running() === 0);
      await until(() => seen.returned === 1);
    });
  });

  describe('with a signal', () => {
    it('stops all, waits for it, and gives an AbortError whose cause is the reason', async () => {
      const controller = new AbortController();
      const { seen, iterable } = counted(endless([]));
      const results = block.map(iterable, { signal: controller.signal, concurrency: 8 });
      const [first, second] = [results.next(), results.next()];
      await until(() => running() > 0);
      const cause = new Error('why');
      controller.abort(cause);
      await assert.rejects(first, { ...ABORT, cause });
      assert.strictEqual(running(), 0);
      assert.strictEqual((await second).done, true);
      assert.deepStrictEqual([seen.asked, seen.returned], [8, 1]);
    });

    it('also where the calls get options of their own', async () => {
      const controller = new AbortController();
      const options = { signal: controller.signal, timeout: 1e6, concurrency: 3 };
      const results = block.map(endless([]), options);
      const first = results.next();
      await until(() => running() > 0);
      controller.abort();
      await assert.rejects(first, ABORT);
      assert.strictEqual(running(), 0);
    });

    it('does not wait for a source that never answers', async () => {
      const controller = new AbortController();
      let returned = 0;
      const stuck = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => {}),
          return: () => new Promise(() => returned++),
        }),
      };
      const first = twice.map(stuck, { signal: controller.signal }).next();
      assert.strictEqual(await isSettled(first), false);
      controller.abort();
      await assert.rejects(first, ABORT);
      const left = twice.map(stuck);
      assert.strictEqual(await isSettled(left.next()), false);
      assert.strictEqual((await left.return(1)).value, 1);
      assert.strictEqual(returned, 2);
    });

    it('gives no result any more that was there before', async () => {
      const controller = new AbortController();
      const results = twice.map(sequence(10), { signal: controller.signal });
      await results.next();
      for (let turns = 0; turns < 50; turns++) await turn();
      controller.abort();
      await assert.rejects(results.next(), ABORT);
      assert.strictEqual((await results.next()).done, true);
    });

    it('that has aborted already starts nothing and leaves the source alone', async () => {
      const { seen, iterable } = counted(endless());
      const results = twice.map(iterable, { signal: AbortSignal.abort() });
      await assert.rejects(results.next(), ABORT);
      assert.deepStrictEqual([seen.begun, seen.asked], [0, 0]);
    });

    it('has one listener, which is gone with the last result', async () => {
      const heard = { added: 0, removed: 0 };
      const signal = {
        aborted: false,
        addEventListener: () => void heard.added++,
        removeEventListener: () => void heard.removed++,
      };
      const results = twice.map(sequence(600), { signal });
      await results.next();
      assert.deepStrictEqual(heard, { added: 1, removed: 0 });
      await all(results);
      assert.deepStrictEqual(heard, { added: 1, removed: 1 });
      await twice.map(endless(), { signal }).return();
      assert.deepStrictEqual(heard, { added: 1, removed: 1 });
    });
  });

  describe('refuses', () => {
    const wrong = {
      'what is no iterable': [() => twice.map(5), TYPE],
      'nothing': [() => twice.map(), TYPE],
      'null': [() => twice.map(null), TYPE],
      'an iterator that is none': [() => twice.map({ [Symbol.iterator]: 5 }), TYPE],
      'options that are none': [() => twice.map([], 5), TYPE],
      'a concurrency that is no number': [() => twice.map([], { concurrency: '3' }), TYPE],
      'none': [() => twice.map([], { concurrency: 0 }), RANGE],
      'half a job': [() => twice.map([], { concurrency: 1.5 }), RANGE],
      'any number of jobs': [() => twice.map([], { concurrency: Infinity }), RANGE],
      'NaN': [() => twice.map([], { concurrency: NaN }), RANGE],
      'what is no signal': [() => twice.map([], { signal: {} }), TYPE],
      'a deadline before now': [() => twice.map([], { timeout: -1 }), RANGE],
      'onProgress': [() => twice.map([], { onProgress() {} }), { code: 'ERR_INVALID_ARG_VALUE' }],
    };
    for (const [what, [call, error]] of Object.entries(wrong)) {
      it(`${what}, by a throw`, () => assert.throws(call, { ...error, message: /twice\.map/ }));
    }

    it('too many arguments, by a throw', () => {
      const message = /^Too many arguments for twice\.map, which takes 1 argument and/;
      assert.throws(() => twice.map([], {}, undefined), { code: 'ERR_OL_EXTRA_ARGS', message });
    });

    it('options that the worker would refuse, by a throw, and asks nothing of the iterable', () => {
      const { seen, iterable } = counted(endless(1));
      const message = /^The "offset" option of scale must be a number/;
      assert.throws(() => scale.map(iterable, { offset: '1' }), { ...TYPE, message });
      assert.strictEqual(seen.begun, 0);
      const mine = new Error('mine');
      const options = { get offset() { throw mine; } };
      assert.throws(() => scale.map(iterable, options), (error) => error === mine);
    });

    it('a wrong object to be called on, by a throw', async () => {
      const base = await openBase();
      for (const self of [undefined, {}, twice]) {
        assert.throws(() => base.note.map.call(self, [1]), { message: /note is called on/ });
      }
      await base.close();
      assert.throws(() => base.note.map.call(base, [1]), { code: 'ERR_OL_CLOSED' });
    });

    it('a wrong this of its methods, by a rejection', async () => {
      const { next, return: leave } = Object.getPrototypeOf(twice.map([]));
      await assert.rejects(next.call({}), TYPE);
      await assert.rejects(leave.call(undefined), TYPE);
    });

    it('to be there for streams and sessions, which give no promise', () => {
      assert.strictEqual(range.map, undefined);
    });
  });

  describe('and sources that do what they should not', () => {
    const mine = new Error('mine');
    const refuse = () => {
      throw mine;
    };
    const isMine = (error) => error === mine;
    const of = (iterator) => ({ [Symbol.iterator]: () => iterator });
    const ofLater = (iterator) => ({ [Symbol.asyncIterator]: () => iterator });

    /* Each after two good elements; how its error is known. */
    const faults = {
      'next() throws': [() => refuse(), isMine],
      'an answer is no object': [() => 5, {
        ...TYPE,
        message: /^The "next\(\)" of the iterable of twice\.map must be an object\. Received/,
      }],
      'done throws': [() => ({ get done() { return refuse(); } }), isMine],
      'value throws': [() => ({ done: false, get value() { return refuse(); } }), isMine],
    };
    for (const [what, [answer, error]] of Object.entries(faults)) {
      for (const later of [false, true]) {
        it(`${what}: behind the results it is what is told (${later ? 'async' : 'sync'})`, async () => {
          let asked = 0;
          let returned = 0;
          const iterator = {
            next: () => (asked++ < 2 ? { value: asked, done: false } : answer()),
            return: () => returned++,
          };
          const results = twice.map(later ? ofLater(iterator) : of(iterator));
          assert.strictEqual((await results.next()).value, 2);
          assert.strictEqual((await results.next()).value, 4);
          await assert.rejects(results.next(), error);
          assert.strictEqual((await results.next()).done, true);
          assert.strictEqual(returned, 0);
        });
      }
    }

    it('there is no iterator, or it throws: the first reader is told', async () => {
      await assert.rejects(twice.map({ [Symbol.iterator]: refuse }).next(), isMine);
      await assert.rejects(twice.map(of(5)).next(), {
        ...TYPE, message: /^The "\[Symbol\.iterator\]\(\)" of the iterable of twice\.map must be/,
      });
      await assert.rejects(twice.map(of({})).next(), {
        ...TYPE, message: /^The "next" of the iterable of twice\.map must be a function/,
      });
    });

    it('return() throws: who leaves is told, who gets a failure gets that', async () => {
      const iterator = { next: () => ({ value: 1, done: false }), return: refuse };
      const left = twice.map(of(iterator));
      await left.next();
      await assert.rejects(left.return(), isMine);
      await assert.rejects(twice.map(of(iterator)).throw(new RangeError('r')), RangeError);
      const failing = { ...iterator, next: () => ({ value: -1, done: false }) };
      await assert.rejects(all(twice.map(of(failing))), NEGATIVE);
      const odd = twice.map(of({ ...iterator, return: () => 5 }));
      await odd.next();
      await assert.rejects(odd.return(), { ...TYPE, message: /^The "return\(\)" of the iterab/ });
      assert.strictEqual((await odd.next()).done, true);
    });

    it('next() comes back for more, or leaves', async () => {
      const reads = [];
      const results = twice.map(function* () {
        for (let i = 0; i < 5; i++) {
          reads.push(results.next());
          yield i;
        }
      }());
      await results.next();
      const values = (await Promise.all(reads)).map(({ value }) => value);
      assert.deepStrictEqual(values, [2, 4, 6, 8, undefined]);

      let ended = 0;
      const leaving = twice.map(function* () {
        try {
          yield 1;
          leaving.return();
          yield 2;
          ended = NaN;
        } finally {
          ended++;
        }
      }());
      await leaving.next();
      assert.strictEqual((await leaving.next()).done, true);
      assert.strictEqual(ended, 1);
    });

    it('an argument throws: it is the failure of that element', async () => {
      const list = new Proxy([1], { get: refuse });
      const results = scale.map([1, list]);
      assert.strictEqual((await results.next()).value, 1);
      await assert.rejects(results.next(), isMine);
    });
  });
});
