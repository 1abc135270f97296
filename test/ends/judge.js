'use strict';

/*
 * What must hold of a child of test/ends/child.js that has ended: facts, each with a name, whether
 * it holds, and what there was instead. Where a runtime differs, test/ends/differences.json excuses
 * it from a fact and says why.
 */

const differences = require('./differences.json');

const isEven = ({ made, destroyed, opened, closed, running }) =>
  made === destroyed && opened === closed && running === 0;

/* { at: what the child has said there }. What is no JSON is kept as it is. */
function readLines(stdout) {
  const said = { other: [] };
  for (const line of stdout.split('\n').filter(Boolean)) {
    const found = /^\{"at":"(\w+)".*\}$/.exec(line);
    if (found) said[found[1]] = JSON.parse(line);
    else said.other.push(line);
  }
  return said;
}

function processFacts(end, { code, signal, stderr }, said) {
  const meant = end.stderr ? end.stderr.test(stderr) : stderr === '';
  return [
    ['reaches the state', 'state' in said, stderr],
    ['exit code', code === (end.code ?? null) && signal === (end.signal ?? null), { code, signal }],
    ['standard error', meant, stderr],
    ['standard output', said.other.length === 0, said.other],
  ];
}

/* The addon's listener of 'exit' stops the jobs of the main thread and waits for them. */
function exitFacts({ end }, { exit }) {
  if (end.inThread || end.signal) return [];
  const stopped = exit !== undefined && exit.running === 0;
  return [['stops the jobs that run', stopped, exit]];
}

function threadFacts(end, { thread = {}, after = {} }) {
  if (end.threadCode === undefined) return [];
  return [
    ["thread's exit code", thread.code === end.threadCode, thread],
    ['leaves nothing of the thread', isEven(thread), thread],
    ['works on in the main thread', after.sum === 3, after],
  ];
}

/* The library is left once no job runs. Unless the process is cut off, nothing is left over. */
function libraryFacts(end, { library }) {
  const facts = [];
  if (end.code === 0) facts.push(['leaves the library', library !== undefined, library]);
  if (!library) return facts;
  facts.push(['leaves the library when no job runs', library.running === 0, library]);
  if (end.code === 0) facts.push(['leaves nothing', isEven(library), library]);
  return facts;
}

const onceFacts = (said) => Object.values(said).filter(({ made }) => made !== undefined)
  .map((counts) => ['ends nothing twice', counts.doubled === 0, counts]);

/* The difference that excuses a runtime from a fact, or undefined. */
function excuse(runtime, { stateName, endName }, fact) {
  return (differences[runtime] ?? []).find(({ facts, states, ends }) =>
    facts.includes(fact) && (states ?? [stateName]).includes(stateName)
    && (ends ?? [endName]).includes(endName));
}

/* What does not hold, in words; none if the case has passed. */
function judge(runtime, one, outcome) {
  const said = readLines(outcome.stdout);
  const facts = [
    ...processFacts(one.end, outcome, said),
    ...exitFacts(one, said),
    ...threadFacts(one.end, said),
    ...libraryFacts(one.end, said),
    ...onceFacts(said),
  ];
  return facts.filter(([fact, holds]) => !holds && !excuse(runtime, one, fact))
    .map(([fact, , found]) => `not "${fact}": ${JSON.stringify(found)}`);
}

module.exports = { judge };
