/* Compiled by `npm run lint`, never run: what lib/index.d.ts promises. */
import offloop, { gyp, include, sources, version, load, of } from 'offloop';
import type {
  AsyncCall, Call, CallOptions, Callback, ErrorCode, Handle, HandleClass, OffloopError, Pool,
  PoolStats, Results, SerialHandle, Session, Stream, StreamBatches, SyncOptions, Talk,
} from 'offloop';
import { search as searchFile } from '../examples/stream-search';

/* ---- The package */

const paths: string[] = [gyp, include, sources, version, offloop.gyp];
const anything = load('folder');
const typed = load<{ add(a: number, b: number): Promise<number> }>(new URL('file:///folder'), 'add');
const sum: Promise<number> = typed.add(1, 2);

// @ts-expect-error a folder is no number
load(5);
// @ts-expect-error constants
offloop.version = '2';

export { paths, anything, sum };

/* ---- Calls */

declare const add: Call<[a: number, b: number], number>;
declare const ping: Call<[], undefined>;
declare const blur: Call<[pixels: Uint8Array, radius?: number], string, { mode?: 'fast' | 'fine' }>;
declare const login: AsyncCall<[server: string], number, { onAuth: (server: string) => string }>;
declare const signal: AbortSignal;

export const added: Promise<number> = add(1, 2);
export const addedLater: undefined = add(1, 2, (error, value) => [error?.code, value.toFixed()]);
export const addedSoon: undefined = add(1, 2, { signal }, (error: unknown, value: number) => [error, value]);
export const addedNow: number = add.sync(1, 2, { timeout: Infinity });
export const told: Promise<number> = add(1, 2, {
  signal, timeout: 5, onProgress: (done, total = 100) => done / total,
});
export const pinged: Promise<undefined> = ping();
export const pingedLater: undefined = ping((error: OffloopError | null) => error);
export const blurred: Promise<string>[] = [
  blur(new Uint8Array(1)), blur(new Uint8Array(1), 3), blur(new Uint8Array(1), undefined, { mode: 'fast' }),
];
export const loggedIn: Promise<number> = login('example', { onAuth: (server) => server, timeout: 5 });
login('example', { onAuth: (server) => server }, (error, attempts) => [error, attempts.toFixed()]);

// @ts-expect-error an argument is missing
add(1);
// @ts-expect-error two is no number
add(1, 'two');
// @ts-expect-error a deadline is a number
add(1, 2, { timeout: '5' });
// @ts-expect-error the total may be unknown
add(1, 2, { onProgress: (done: number, total: number) => done / total });
// @ts-expect-error nothing is heard before .sync returns
add.sync(1, 2, { onProgress() {} });
// @ts-expect-error the callback is no argument of .sync
add.sync(1, 2, () => {});
// @ts-expect-error the result is a number
add(1, 2, (error: unknown, value: string) => [error, value]);
// @ts-expect-error a misspelt option
blur(new Uint8Array(1), 3, { mood: 'fast' });
// @ts-expect-error the required option is missing
login('example');
// @ts-expect-error with a callback, too
login('example', () => {});
// @ts-expect-error the loop cannot ask itself
login.sync('example', { onAuth: (server: string) => server });

/* ---- Pools */

const { createPool, pools } = of({ add });
const pool: Pool = createPool({ name: 'mine', threads: 2, maxQueue: 9, onFull: 'reject', spin: 50 });

export const placed: Promise<number> = add(1, 2, { pool, priority: -2, queueTimeout: 50, signal });
export const places: Pool[] = [add.pool, createPool(), pools.offloop as Pool];
export const closings: Promise<void>[] = [pool.close(), pool.destroy(), pool.drained()];
export async function readPool(): Promise<number> {
  const stats: PoolStats = pool.stats();
  pool.addEventListener('drain', () => pool.full, { once: true });
  await pool[Symbol.asyncDispose]();
  return stats.waited.percentile(99) + stats.took.count + stats.utilisation + pool.threads;
}

// @ts-expect-error no way to be full
createPool({ onFull: 'drop' });
// @ts-expect-error a pool, not its name
add(1, 2, { pool: 'offloop' });
// @ts-expect-error it runs here and now
add.sync(1, 2, { priority: 1 });
// @ts-expect-error a name is no addon
of('addon');

/* ---- Maps */

declare const lines: AsyncIterable<string>;
declare const total: Call<[numbers: number[]], number>;
declare const hash: Call<[text: string, seed?: number], number>;

export const sums: Results<number> = add.map([[1, 2], [3, 4]], { concurrency: 4, signal, timeout: 5 });
export const hashes: AsyncIterable<number>[] = [
  hash.map(lines), hash.map(new Set(['one'])), hash.map([['two', 7], 'three']), total.map([[[1, 2]]]),
];
export const pings: AsyncIterator<undefined>[] = [ping.map([undefined]), ping.map([[]])];
export const logins = login.map(['example'], { onAuth: (server) => server });
export async function readSums(): Promise<number> {
  for await (const sum of sums) sum.toFixed();
  const left: { done: true; value: string } = await sums.return('left');
  return left.value.length;
}

// @ts-expect-error one number is not enough
add.map([1, 2]);
// @ts-expect-error two is no number
add.map([[1, 'two']]);
// @ts-expect-error a list is the list of arguments
total.map([[1, 2]]);
// @ts-expect-error a number is not iterable
add.map(5);
// @ts-expect-error a number of jobs
add.map([[1, 2]], { concurrency: '4' });
// @ts-expect-error of which job
add.map([[1, 2]], { onProgress() {} });
// @ts-expect-error the required option is missing
login.map(['example']);

/* ---- Streams */

interface Hit { line: number; text: string }

declare const search: {
  (file: string, word: string, options?: CallOptions): Stream<Hit, number>;
  (file: string, word: string, onItem: (hit: Hit) => void, onEnd: Callback<number>): undefined;
};

export async function readHits() {
  const stream = search('poem', 'rose', { signal });
  for await (const hit of stream) hit.text.trim();
  for await (const hits of stream.batches()) hits.map((hit) => hit.line);
  const first = await stream.next();
  if (!first.done) first.value.text.trim();
  const left: { done: true; value: string } = await stream.return('left');
  const lines: number = await stream.result;
  const nothing: undefined = (await stream.return()).value;
  const dropped: number = stream.unref().ref().dropped;
  await Promise.all([stream.started, stream.close(), stream.throw(new Error('mine'))]);
  return [left.value, lines, nothing, dropped];
}

export const asIterator: AsyncIterator<Hit, undefined> = search('poem', 'rose');
export const asIterable: AsyncIterable<Hit> = search('poem', 'rose');
export const batches: AsyncIterable<Hit[]> & StreamBatches<Hit> = search('poem', 'rose').batches();
export const disposables: AsyncDisposable[] = [search('poem', 'rose'), batches];
export const heard: undefined = search('poem', 'is', (hit) => hit.line, (error, lines) => [error, lines]);

// @ts-expect-error a stream is no promise
search('poem', 'rose').then;
// @ts-expect-error the result comes behind the items, and is a promise
search('poem', 'rose').result.toFixed();
// @ts-expect-error this one takes no messages
search('poem', 'rose').post('more');
// @ts-expect-error read only
search('poem', 'rose').dropped = 0;
// @ts-expect-error the result is a number
export const wrongResult: Stream<Hit, string> = search('poem', 'rose');
// @ts-expect-error batches are closed by return()
batches.close();

export async function readMatches(): Promise<number> {
  const matches = searchFile('poem', 'rose', { signal });
  for await (const { offset, line } of matches) line.slice(offset);
  searchFile('poem', 'is', (match) => match.offset, (error, summary) => [error, summary.bytes]);
  // @ts-expect-error both callbacks, or none
  searchFile('poem', 'is', () => {});
  return (await matches.result).matches;
}

/* ---- Sessions and streams that take messages */

interface Entry { name: string; amount: number }

declare function tally(options?: CallOptions): Session<Entry, number>;
declare function tally(onEnd: Callback<number>): Session<Entry, number>;
declare function squares(options?: CallOptions): Talk<number, number>;

export async function talk() {
  const session = tally();
  while (!session.post({ name: 'Ada', amount: 3 })) await session.drained();
  await Promise.all([session.started, session.close()]);
  const total: number = await session.unref().ref().result;
  const stream = squares();
  const taken: boolean = stream.post(3);
  for await (const square of stream) if (square > total) break;
  const nothing: undefined = await stream.result;
  return [total, taken, nothing, stream.dropped];
}

export const both: [Session<number>, Stream<number>, AsyncDisposable] = [squares(), squares(), tally()];

// @ts-expect-error the amount is missing
tally().post({ name: 'Ada' });
// @ts-expect-error a session has no items
tally()[Symbol.asyncIterator];
// @ts-expect-error nor can any be dropped
tally().dropped;
// @ts-expect-error post says at once whether there was room
tally().post({ name: 'Ada', amount: 3 }).then;
// @ts-expect-error messages are numbers
squares().post('3');

/* ---- Handles */

interface Log extends SerialHandle {
  append: AsyncCall<[text: string], number>;
}

interface Plain extends Handle {
  read: Call<[], string>;
}

declare const Log: HandleClass<Log>;
declare const openLog: Call<[path: string], Log>;
declare const openPlain: Call<[path: string], Plain>;

export async function useLog(value: unknown) {
  const log = await openLog('log');
  const size: number = await log.exclusive(async (tx) => {
    await tx.append('begin\n');
    return tx.append('end\n');
  }, { signal, timeout: 50 });
  const plain: string = await log.exclusive(() => 'plain');
  const closed: boolean = log.closed;
  await Promise.all([log.close(), log[Symbol.asyncDispose]()]);
  if (value instanceof Log) await value.append('more\n');
  return [size, plain, closed, (await openPlain('plain')).read.sync()];
}

export const closables: AsyncDisposable = openLog.sync('log');

// @ts-expect-error workers make them
new Log();
// @ts-expect-error the jobs of a serial handle wait for each other
openLog.sync('log').append.sync('one\n');
// @ts-expect-error only serial classes have turns
openPlain.sync('plain').exclusive(() => {});
// @ts-expect-error a handle is closed by close()
openLog.sync('log').closed = true;
// @ts-expect-error exclusive does not tell of progress
openLog.sync('log').exclusive(() => {}, { onProgress() {} });
// @ts-expect-error nor has it a string for a function
openLog.sync('log').exclusive('not a function');

/* ---- Errors and options */

interface ParseError extends OffloopError { at: number }

export function explain(error: OffloopError) {
  const known: ErrorCode[] = ['ABORT_ERR', 'ERR_OL_CLOSED'];
  if (error.code === 'ENOENT') return [error.errno, error.syscall, error.path];
  if (error.code === 'ERR_NO_NUMBER') return (error as ParseError).at;
  return known.some((code) => code === error.code) ? error.cause : error.message;
}

export const quiet: SyncOptions = { signal: undefined, timeout: undefined };
export const loud: CallOptions = quiet;

// @ts-expect-error none of offloop's
export const unknownCode: ErrorCode = 'ERR_OL_UNKNOWN';
// @ts-expect-error what tells of progress is not for .sync
export const notQuiet: SyncOptions = { onProgress() {} };
