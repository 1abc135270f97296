'use strict';

// A job that ends a thread of Node's, which is lost to Node. The process has to be ended.

const addon = require('./addon');

const { quitNode } = addon('lost');

async function main() {
  await quitNode(-1).catch(({ code }) => console.log(code));
  console.log(await quitNode(1));
  process.exit(5);
}

main();
