'use strict';

const FIRST_MS = 20;
const LAST_MS = 6000;

/*
 * For jobs that are to have come somewhere when their deadline passes. On a busy machine it may
 * pass before a thread has taken the job: body(ms) then gives false, and is called again with a
 * longer one. Gives whether the job came there at last.
 */
module.exports = async function beforeDeadline(body) {
  for (let ms = FIRST_MS; ms < LAST_MS; ms *= 4) {
    if (await body(ms)) return true;
  }
  return false;
};
