'use strict';

/*
 * How a process or a thread may end.
 *
 *   says       what it is, for people
 *   inThread   the state is brought about in a worker thread, not in the main thread
 *   end        ends it, where the state is; gets { stop }, by which an end that comes by itself
 *              lets go of what would keep it. Without one the main thread ends the worker thread
 *   endThread  what the main thread does to the worker thread
 *   threadCode with which the worker thread exits then
 *   code       with which the process exits, or
 *   signal     by which it is ended
 *   stderr     what it may say on the standard error, if it is not nothing
 */

const CODE = 5;

const exit = () => process.exit(CODE);
const letGo = ({ stop }) => stop.abort();

/* Uncaught, whoever awaits the state. */
const fail = () => process.nextTick(() => {
  throw new Error('on purpose');
});

module.exports = {
  return: {
    says: 'the process has nothing left to do',
    end: letGo,
    code: 0,
  },
  exit: {
    says: 'process.exit()',
    end: exit,
    code: CODE,
  },
  throw: {
    says: 'an uncaught exception',
    end: fail,
    code: 1,
    stderr: /on purpose/,
  },
  handledSignal: {
    says: 'a signal whose handler calls process.exit()',
    end() {
      process.on('SIGTERM', exit);
      process.kill(process.pid, 'SIGTERM');
      setInterval(() => {}, 1000); // until it is there
    },
    code: CODE,
  },
  signal: {
    says: 'a signal without a handler',
    end() {
      process.kill(process.pid, 'SIGTERM');
      setInterval(() => {}, 1000);
    },
    signal: 'SIGTERM',
  },
  threadReturn: {
    says: 'a worker thread has nothing left to do',
    inThread: true,
    end: letGo,
    threadCode: 0,
    code: 0,
  },
  threadExit: {
    says: 'process.exit() in a worker thread',
    inThread: true,
    end: exit,
    threadCode: CODE,
    code: 0,
  },
  threadThrow: {
    says: 'an uncaught exception in a worker thread',
    inThread: true,
    end: fail,
    threadCode: 1,
    code: 0,
    stderr: /^$|on purpose/, // Deno says it
  },
  terminate: {
    says: 'worker.terminate()',
    inThread: true,
    endThread: (worker) => worker.terminate(),
    threadCode: 1,
    code: 0,
  },
  exitAround: {
    says: 'process.exit() in the main thread, while a worker thread is at it',
    inThread: true,
    endThread: exit,
    code: CODE,
  },
};
