'use strict';

const assert = require('node:assert');
const { runChild } = require('./support/child');
const { testTogether } = require('./support/together');

const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

/* Each in a process with one thread in Node's pool: whoever sat on it while it waits for another
 * job of that pool would wait for ever. */
describe('with one thread in the pool there is an end to', () => {
  async function outcomeOf(way) {
    const { code, signal, stdout, stderr } = await runChild('waiting.js', [way], {
      env: { UV_THREADPOOL_SIZE: '1' },
    });
    assert.deepStrictEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
    return JSON.parse(stdout);
  }

  const ways = {
    readerOfNodePool: ['readers of streams that wait for jobs of &ol_node_pool', 600],
    readerOfHeldJob: ['readers that wait for held jobs of &ol_node_pool', 100],
    readerOfOwnThreads: ['readers that wait for jobs of &ol_own_thread, the pool of streams', 500],
    readerOfStreams: ['readers that read other streams, three deep', 25],
    readerBehindALine: ['a reader that waits behind other lines of jobs', 50],
    reading: ['many reads at once of one stream, each with a job behind it', 20],
    callbacks: ['a stream whose callbacks start jobs', 20],
    poster: ['a session whose poster waits for a job before each message', 21],
    answerer: ['jobs that ask functions which wait for a job', 900],
    answererThatReads: ['jobs that ask functions which read streams and wait for jobs', 200],
    serialReader: ['for await (const row of db.query()) await db.run(), a serial handle', [100, 101]],
    serialReaders: ['five such loops at once over the same handle', [100, 101]],
    serialNested: ['such a loop in such a loop', [5, 26]],
    serialAnswerer: ['an ol_call into a function that uses the same serial handle', 10],
    exclusive: [
      'functions of exclusive that read from their handle, write to it, and wait for other jobs',
      [...range(0, 5), ...range(10, 15), ...range(20, 25)],
    ],
  };
  const tests = Object.entries(ways).map(([way, [title, expected]]) => [
    title, async () => assert.deepStrictEqual(await outcomeOf(way), expected),
  ]);
  testTogether(Object.fromEntries(tests));
});
