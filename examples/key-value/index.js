'use strict';

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { openStore } = require('./store');

const TIMES = 100;

const codeOf = (promise) => promise.then(() => 'no failure', (error) => error.code);

async function showRows(db) {
  for await (const { key, value } of db.rows()) console.log(`  ${key}: ${value}`);
}

async function showPuts(db) {
  console.log(`at first apple is ${await db.get('apple')}`);
  const puts = [['apple', 'green'], ['pear', 'yellow'], ['plum', 'blue']];
  await Promise.all(puts.map(([key, value]) => db.put(key, value)));
  console.log(`then it was ${await db.put('apple', 'red')}, and now there are`);
  await showRows(db);
}

/* While rows() waits for its reader, put has its turn, though one job runs at a time. */
async function showLoop(db) {
  for await (const { key, value } of db.rows()) await db.put(key, value.toUpperCase());
  console.log('in capitals');
  await showRows(db);
}

/* All of them read before any of them writes; in a transaction nobody comes between. */
async function showTransactions(db) {
  const more = (value = 0) => Number(value) + 1;
  const times = (run) => Promise.all(Array.from({ length: TIMES }, run));
  await times(async () => db.put('careless', more(await db.get('careless'))));
  await times(() => db.update('careful', more));
  const [careless, careful] = await Promise.all([db.get('careless'), db.get('careful')]);
  console.log(`of ${TIMES} increments ${careless} was kept, in transactions ${careful}`);
}

/* What a crash in the middle of a put leaves behind. */
async function showCrash(file) {
  await fs.appendFile(file, 'half a row');
  const db = await openStore(file);
  await db.put('after', 'the crash');
  await db.close();
}

async function showFailures(db, file) {
  console.log(`a long key: ${await codeOf(db.put('key'.repeat(20), ''))}`);
  await db.close();
  console.log(`a closed store: ${await codeOf(db.get('apple'))}`);
  console.log(`no folder: ${await codeOf(openStore(path.join(file, 'none')))}`);
}

async function main(file) {
  const first = await openStore(file);
  await showPuts(first);
  await showLoop(first);
  await showTransactions(first);
  await first.close();
  await showCrash(file);
  const again = await openStore(file);
  console.log('opened again');
  await showRows(again);
  await showFailures(again, file);
}

async function inFolder(run) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'offloop store-'));
  try {
    await run(path.join(folder, 'fruit.db'));
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

inFolder(main);
