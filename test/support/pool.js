'use strict';

/*
 * Node's pool, filled with more jobs than it can have threads, which only opening a gate ends: so
 * whatever is called next of the same addon, waits, stays in the queue behind them.
 *
 *   const release = fillPool(); ... await release();
 */

const { occupy, setGate } = require('./addon')('waits');

const OCCUPANTS = 64 + (Number(process.env.UV_THREADPOOL_SIZE) || 0);

const turn = () => new Promise((resolve) => setImmediate(resolve));

function fillPool() {
  setGate.sync(false);
  const occupants = Array.from({ length: OCCUPANTS }, () => occupy());
  return () => {
    setGate.sync(true);
    return Promise.all(occupants);
  };
}

module.exports = { fillPool, turn };
