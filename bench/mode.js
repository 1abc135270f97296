'use strict';

/* What else the machine does while it is measured. Waking a core that went to sleep can cost more
 * than a job: peers that wake threads often gain when the cores never sleep, so a claim has to
 * hold both ways. */

const { fork, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');

/* Of a benchmark that goes before all others (chrt -r 10 node bench/run.js) busy processes that did
 * so too would stop the machine. */
const usual = spawnSync('chrt', ['--version']).status === 0
  ? { execPath: 'chrt', execArgv: ['-o', '0', process.execPath] }
  : {};

function startBusy() {
  const busy = fork(path.join(__dirname, 'busy.js'), usual);
  os.setPriority(busy.pid, os.constants.priority.PRIORITY_LOW);
  return busy;
}

const modes = {
  quiet: () => [],
  awake: () => os.cpus().map(startBusy),
};

/* Calls body while the mode lasts. */
async function inMode(name, body) {
  const busy = modes[name]();
  try {
    return await body();
  } finally {
    for (const child of busy) child.disconnect();
    await Promise.all(busy.map((child) => once(child, 'exit')));
  }
}

/* What all cores have spent since the machine started: busy on anyone's behalf, and in all. */
function coreTimes() {
  const times = os.cpus().map((cpu) => cpu.times);
  const busyMs = times.reduce((ms, t) => ms + t.user + t.nice + t.sys + t.irq, 0);
  const idleMs = times.reduce((ms, t) => ms + t.idle, 0);
  return { busyMs, allMs: busyMs + idleMs };
}

/* The share of the cores, 0 to 1, that went to others since `before`; ownMs is what our processes
 * took. */
function othersShare(before, ownMs) {
  const { busyMs, allMs } = coreTimes();
  return Math.max(0, busyMs - before.busyMs - ownMs) / Math.max(1, allMs - before.allMs);
}

module.exports = { modes, inMode, coreTimes, othersShare };
