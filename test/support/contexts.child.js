'use strict';

// contexts.child.js: what each kind of the user's code throws in a domain of its own. Prints what
// the domains heard, by kind, as JSON.

const domain = require('node:domain');
const kinds = require('./contexts');

async function heardBy({ begin }) {
  const error = await new Promise((resolve) => {
    const own = domain.create();
    own.on('error', resolve);
    own.run(() => begin(() => {
      throw new Error('for the domain');
    }));
    globalThis.gc();
  });
  return error.message;
}

async function main() {
  const heard = {};
  for (const [title, kind] of Object.entries(kinds)) {
    if (!kind.answers) heard[title] = await heardBy(kind);
  }
  console.log(JSON.stringify(heard));
}

main();
