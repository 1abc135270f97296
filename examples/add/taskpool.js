'use strict';

/* A small task pool: worker threads that call the function of a file. This file is both sides. */

const { once } = require('node:events');
const { MessageChannel, Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

class TaskPool {
  #threads;
  #next = 0;

  constructor(file, size) {
    const thread = () => new Worker(__filename, { workerData: { task: file } });
    this.#threads = Array.from({ length: size }, thread);
  }

  /* A promise of what the task returns. */
  execute(...args) {
    const { port1: answer, port2: port } = new MessageChannel();
    this.#threads[this.#next++ % this.#threads.length].postMessage({ args, port }, [port]);
    return new Promise((resolve, reject) => {
      answer.once('message', ({ error, result }) => {
        answer.close();
        if (error) reject(error);
        else resolve(result);
      });
    });
  }

  /* Lets the threads end once they have nothing left to do, and waits for that. */
  async close() {
    const ended = this.#threads.map((thread) => once(thread, 'exit'));
    for (const thread of this.#threads) thread.postMessage({ close: true });
    await Promise.all(ended);
  }
}

function serve(task) {
  parentPort.on('message', ({ args, port, close }) => {
    if (close) return parentPort.unref();
    try {
      port.postMessage({ result: task(...args) });
    } catch (error) {
      port.postMessage({ error });
    }
  });
}

if (!isMainThread && workerData?.task) serve(require(workerData.task));

module.exports = { TaskPool };
