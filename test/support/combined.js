'use strict';

/*
 * One conversation with a job of the addon combined: items are read, questions answered, messages
 * posted and progress heard, all at once. [strike] is called at each point at which code of the
 * user's runs, with its name, and may do what it likes.
 */

const POINTS = [
  'argument', 'progress', 'item', 'question', 'answer', 'answered', 'message', 'posted',
];

const ignore = () => {};

/* What a job of so many rounds gives that nobody disturbs: round + 10 + 'abc' + 'defg'. */
const sumOf = (rounds) => rounds * (rounds - 1) / 2 + rounds * (10 + 3 + 4);

function answerOf(round, strike) {
  return {
    get value() {
      strike('answer');
      return round;
    },
    get text() {
      return 'abc';
    },
  };
}

async function read(stream, strike) {
  for await (const item of stream) strike('item', item);
}

/* A message for each round; a full mailbox is waited for. */
async function post(stream, rounds, strike) {
  for (let i = 0; i < rounds; i++) {
    const message = {
      get number() {
        strike('message');
        return 10;
      },
      text: 'defg',
    };
    while (!stream.post(message)) await stream.drained();
    strike('posted');
  }
}

/* Gives { stream, over }: over settles when all has, and gives the result or the error. Where the
 * call throws there is no stream. */
function converse(worker, rounds, { signal, strike = ignore } = {}) {
  const onAsk = (round) => {
    strike('question');
    if (round % 2 === 0) return answerOf(round, strike);
    return Promise.resolve().then(() => {
      strike('answered');
      return answerOf(round, strike);
    });
  };
  const options = {
    timeout: 60000,
    get signal() {
      strike('argument');
      return signal;
    },
    onProgress: () => strike('progress'),
  };
  let stream;
  try {
    stream = worker(onAsk, rounds, options);
  } catch (error) {
    return { stream, over: Promise.resolve(error) };
  }
  const parts = [stream.result, read(stream, strike), post(stream, rounds, strike)];
  const over = Promise.allSettled(parts).then(([{ value, reason }]) => reason ?? value);
  return { stream, over };
}

module.exports = { POINTS, converse, sumOf };
