'use strict';

/* Keeps one core awake until the process that started it lets go or dies. */

const SPIN_MS = 50;

process.on('disconnect', () => process.exit());

(function spin() {
  for (const end = Date.now() + SPIN_MS; Date.now() < end;);
  setImmediate(spin);
})();
