'use strict';

/* Keeps jobs in flight: `inFlight` of them are started, and each that comes home starts the next
 * one, as long as `goOn()` says so; it is asked once a job. Resolves when the last one is home. A
 * job is what cell.js makes of a peer and a task: { form, start, check }. */

function driveCallbacks({ start, check }, inFlight, goOn) {
  return new Promise((resolve) => {
    let next = 0;
    let running = inFlight;
    function startOne() {
      const i = next++;
      start(i, (error, value) => {
        if (error) throw error;
        check(i, value);
        if (goOn()) startOne();
        else if (--running === 0) resolve();
      });
    }
    for (let k = 0; k < inFlight; k++) startOne();
  });
}

async function drivePromises({ start, check }, inFlight, goOn) {
  let next = 0;
  async function chain() {
    do {
      const i = next++;
      check(i, await start(i));
    } while (goOn());
  }
  await Promise.all(Array.from({ length: inFlight }, chain));
}

function drive(job, inFlight, goOn) {
  return (job.form === 'callback' ? driveCallbacks : drivePromises)(job, inFlight, goOn);
}

module.exports = { drive };
