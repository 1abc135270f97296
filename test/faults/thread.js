'use strict';

/*
 * One point, in a thread that has just loaded the addon: the scenario with the fault, which settles
 * as it may, and the scenario without, which succeeds. The thread then ends by itself: what keeps
 * it alive is found out.
 */

const { parentPort, workerData } = require('node:worker_threads');
const { KINDS, listScenarios } = require('./points');

const { files, scenario: name, kind, at, lasting } = workerData;
const inject = require(files.inject);
const { codes } = KINDS[kind];
const scenario = listScenarios().find((each) => each.name === name);

/* Each load is another one of the same file. */
function load() {
  delete require.cache[files.addon];
  return require(files.addon);
}

const subject = scenario.loads ? load : load();
const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('unhandledRejection', (error) => uncaught.push(error));

/* What it says, and where in the scenario it was. */
function describe(error) {
  const lines = `${error?.code}: ${error?.stack ?? error}`.split('\n');
  return lines.filter((line) => !/^ +at /.test(line) || line.includes('scenarios')).join('\n');
}

function expected(error) {
  return codes.includes(error?.code) || codes.includes(error?.cause?.code);
}

async function withFault() {
  const problems = [];
  inject.arm(kind, at, lasting);
  try {
    await scenario.run(subject);
  } catch (error) {
    if (!expected(error)) problems.push(`it failed otherwise: ${describe(error)}`);
  }
  const passed = scenario.ends ? undefined : inject.disarm();
  const foreign = uncaught.filter((error) => !expected(error));
  problems.push(...foreign.map((error) => `uncaught: ${describe(error)}`));
  return { passed, problems };
}

async function withoutFault() {
  try {
    await scenario.run(subject);
    return [];
  } catch (error) {
    return [`the next call does not work: ${describe(error)}`];
  }
}

async function main() {
  const { passed, problems } = await withFault();
  if (!scenario.ends) problems.push(...await withoutFault());
  parentPort.postMessage({ passed, problems });
}

main();
