'use strict';

/*
 * uncaught(body) gives what became an 'uncaughtException' while body ran and for some turns of the
 * loop behind it; uncaught.rejections(body), an 'unhandledRejection'. mocha's own listeners, which
 * would fail the test, are put aside meanwhile.
 */

async function heard(event, body) {
  const values = [];
  const listeners = process.listeners(event);
  process.removeAllListeners(event);
  process.on(event, (value) => values.push(value));
  try {
    await body();
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
  } finally {
    process.removeAllListeners(event);
    for (const listener of listeners) process.on(event, listener);
  }
  return values;
}

module.exports = (body) => heard('uncaughtException', body);
module.exports.rejections = (body) => heard('unhandledRejection', body);
