'use strict';

const peers = require('./peers/index.js');
const tasks = require('./tasks/index.js');

/* What drive.js and the measures work with, of a cell's peer, task and form. */
function jobOf({ peer, task: name, form, ...settings }) {
  const task = tasks[name];
  const { check = task.check, shared, ...forms } = peers[peer].tasks[name];
  const run = forms[form](settings);
  const start = form === 'callback' ? task.callback(run) : task.promise(run, shared);
  return { form, start, check, slow: task.slow === true };
}

module.exports = { jobOf };
