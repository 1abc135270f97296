'use strict';

// What a hang is told with: the state of every thread of a process, by gdb where there is one.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');

const DEBUG_MS = 60000;

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return '?';
  }
}

/* Name and place in the kernel. */
function listThreads(pid) {
  const folder = `/proc/${pid}/task`;
  if (!fs.existsSync(folder)) return 'nothing is known of its threads';
  const threads = fs.readdirSync(folder).map((thread) => `${folder}/${thread}`);
  return threads.map((thread) => `${read(`${thread}/comm`)} ${read(`${thread}/wchan`)}`).join('\n');
}

function stateOf(pid) {
  const args = ['--batch', '-nx', '-p', `${pid}`, '-ex', 'thread apply all backtrace 16'];
  return new Promise((resolve) => {
    execFile('gdb', args, { timeout: DEBUG_MS, maxBuffer: 1 << 26 }, (error, stdout) => {
      resolve(error && !stdout ? listThreads(pid) : stdout);
    });
  });
}

/* What [promise] gives, unless it takes longer than [ms]: that fails with the state of [pid]. */
async function inTime(promise, ms, pid, what) {
  const timer = new AbortController();
  const late = {};
  const first = await Promise.race([promise, delay(ms, late, { signal: timer.signal })]);
  timer.abort();
  if (first !== late) return first;
  throw new Error(`${what} hangs\n${await stateOf(pid)}`);
}

module.exports = { inTime };
