'use strict';

/* C functions of a shared library, called without an addon of their own. */

const { promisify } = require('node:util');
const path = require('node:path');

const QUEUE = 4096; /* the most that koffi allows to be set; 256 unless set */
const PROTOTYPES = {
  add: 'double plain_add(double, double)',
  upper: 'str! plain_upper(str)',
  sum: 'double plain_sum(const uint8_t*, size_t)',
  nap: 'void plain_nap(uint32_t)',
  spin: 'void plain_spin(uint32_t)',
};

const callback = (task) => () => {
  const koffi = require('koffi');
  koffi.config({ max_async_calls: QUEUE });
  const file = path.join(__dirname, '..', 'build', 'Release', 'plain.node');
  return koffi.load(file).func(PROTOTYPES[task]).async;
};

const promise = (task) => () => promisify(callback(task)());

function sum() {
  const run = promise('sum')();
  return (bytes) => run(bytes, bytes.length);
}

module.exports = {
  addons: ['plain'],
  optional: true,
  /* A call is among them until its callback has returned. */
  atMost: { jobs: QUEUE - 1, why: `its queue takes at most ${QUEUE} calls` },
  notes: { add: 'koffi calls the C function of a shared library: no addon has to be written' },
  tasks: {
    add: { promise: promise('add'), callback: callback('add') },
    upper: { promise: promise('upper') },
    sum: { promise: sum },
    nap: { promise: promise('nap') },
    spin: { promise: promise('spin') },
  },
};
