'use strict';

// A process that closes one handle and leaves others open: its end waits for both.

const addon = require('./addon');

const { openSlow, setGate } = addon('closes');

setGate.sync(true);
Promise.all([openSlow(), openSlow(), openSlow()]).then(([first, ...others]) => {
  globalThis.kept = others;
  console.log('opened');
  first.close().then(() => console.log('closed'));
});
