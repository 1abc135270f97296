'use strict';

const { head } = require('./head');
const { startServer } = require('./server');

const THREADS = 32; // of the pool in C
const MANY = 3 * THREADS;

const failureOf = (promise) => promise.then(() => 'no failure', (error) => error);

async function showAnswers({ url }) {
  for (const page of ['/hello', '/nothing']) {
    const { status, headers } = await head(url + page);
    console.log(`${page}: ${status} ${headers['content-type'] ?? ''}`.trimEnd());
  }
}

/* The server answers nobody before as many have come as there are threads. */
async function showMany({ url, most }) {
  const asked = Array.from({ length: MANY }, () => head(`${url}/together`));
  const answers = await Promise.all(asked);
  const fine = answers.filter(({ status }) => status === 200).length;
  console.log(`${MANY} requests: ${fine} answers of 200, ${most()} at once`);
}

async function showTimeout({ url }) {
  const { name, code } = await failureOf(head(`${url}/silent`, { timeout: 100 }));
  console.log(`a silent server: ${name}, ${code}`);
}

/* Those that have a thread hang up, and those that wait for one leave the queue. */
async function showAbort({ url, silentFor }) {
  const controller = new AbortController();
  const { signal } = controller;
  await silentFor(0);
  const asked = Array.from({ length: MANY }, () => failureOf(head(`${url}/silent`, { signal })));
  await silentFor(THREADS);
  controller.abort();
  const names = new Set((await Promise.all(asked)).map(({ name }) => name));
  await silentFor(0);
  console.log(`${MANY} aborted: ${[...names]}, and nobody asks any more`);
}

async function showRefusal({ url }) {
  const { code, syscall, path } = await failureOf(head(url));
  console.log(`a closed server: ${code} of ${syscall} to ${path}`);
}

async function main() {
  const server = await startServer(THREADS);
  await showAnswers(server);
  await showMany(server);
  await showTimeout(server);
  await showAbort(server);
  await server.close();
  await showRefusal(server);
}

main();
