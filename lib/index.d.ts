/// <reference lib="es2020" />

/*
 * Neither the DOM library nor @types/node is needed. Where one of them is there, their AbortSignal,
 * EventTarget and URL are meant; where none is, as much of these as offloop uses. Likewise objects
 * have `[Symbol.asyncDispose]` where the library knows that symbol (esnext.disposable, @types/node).
 */

type GlobalInstance<Name extends string, Else> =
  typeof globalThis extends { [key in Name]: { prototype: infer Instance } } ? Instance : Else;

/** As much of an AbortSignal as is used: that of a polyfill may be one, too. */
export interface SignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(
    type: 'abort', listener: () => void, options?: { once?: boolean | undefined }
  ): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** As much of an EventTarget as is promised. */
export interface TargetLike {
  addEventListener(
    type: string, listener: (event: any) => void,
    options?: boolean | { once?: boolean | undefined; signal?: Signal | undefined } | undefined
  ): void;
  removeEventListener(type: string, listener: (event: any) => void): void;
  dispatchEvent(event: any): boolean;
}

type Signal = GlobalInstance<'AbortSignal', SignalLike>;
type Target = GlobalInstance<'EventTarget', TargetLike>;
type FolderURL = GlobalInstance<'URL', { readonly href: string }>;

type AsyncDisposes =
  SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
    ? { [key in Key]: () => Promise<void> }
    : {};

/**
 * offloop.gyp, for a binding.gyp:
 * `"dependencies": ["<!(node -p \"require('offloop').gyp\"):offloop"]`.
 *
 * This path and the two below are relative to the folder that was the current one when the package
 * was loaded first, because gyp cannot take absolute paths with spaces. `path.resolve` makes one
 * absolute.
 */
export const gyp: string;

/** The folder of offloop.h, for `cc -I` and CMake. */
export const include: string;

/** The one C file to compile where gyp is not used. It needs `include`, and Node-API's headers. */
export const sources: string;

/** This package's version. */
export const version: string;

/**
 * Loads the addon of a package: `build/Release`, or else `build/Debug`, or else the prebuild for this
 * platform in node-gyp-build's layout, by `require`.
 * @param folder the package's folder: `__dirname`, or `new URL('.', import.meta.url)`
 * @param name the addon's name, needed only where a folder has several
 * @returns what the addon exports
 * @throws an Error with code `ERR_OL_NOT_BUILT` and the folders searched as `tried`, one with code
 *   `ERR_OL_AMBIGUOUS` if there are several and none is named, a TypeError for a wrong argument
 */
export function load<Addon = any>(folder: string | FolderURL, name?: string): Addon;

/**
 * What an addon has beside its workers: the same as `addon[Symbol.for('offloop')]`.
 * @param addon what an addon made with offloop exports
 */
export function of(addon: object): Offloop;

/** Pools of one addon, in one environment. */
export interface Offloop {
  /** Threads of one's own. */
  createPool(options?: PoolOptions): Pool;
  /** Those of tables by their names, with `offloop`, the default, and `node`. */
  readonly pools: { readonly [name: string]: Pool };
}

export interface PoolOptions {
  /** Not empty; the threads have 15 bytes of it. */
  name?: string | undefined;
  /** At most, from 1 to 1024; as many as cores, and at least 4, unless given. */
  threads?: number | undefined;
  /** Jobs that may wait. 0: none, one runs at once or fails. `Infinity`, or not given: any number. */
  maxQueue?: number | undefined;
  /** What becomes of one more: it waits, or fails with code `ERR_OL_BUSY`. */
  onFull?: 'wait' | 'reject' | undefined;
  /** Milliseconds that a thread without work stays, and at most twice that; `Infinity`: always. */
  idleTimeout?: number | undefined;
  /** Microseconds that it looks for work before it sleeps. */
  spin?: number | undefined;
  /** Bytes, from 65536 on. */
  stackSize?: number | undefined;
}

/** The threads that run jobs. */
export interface Pool extends Target, AsyncDisposes {
  readonly name: string;
  /** How many there may be. */
  readonly threads: number;
  /**
   * Whether a job called now would be one too many to wait. `drain` is dispatched each time that it was
   * so and there is room again.
   */
  readonly full: boolean;
  /** Whether it was told to close. */
  readonly closed: boolean;
  stats(): PoolStats;
  /** Resolves when it is not full. */
  drained(): Promise<void>;
  /**
   * Takes no more jobs, and resolves after all have settled and the threads have ended. Code
   * `ERR_OL_INVALID`: it is of a table.
   */
  close(): Promise<void>;
  /** The same, and stops all jobs. */
  destroy(): Promise<void>;
  readonly [Symbol.toStringTag]: string;
}

/** Of the jobs of this environment since the pool was made. */
export interface PoolStats {
  name: string;
  /** That live. */
  threads: number;
  queued: number;
  running: number;
  done: number;
  failed: number;
  cancelled: number;
  /** 0 to 1, since the last call. */
  utilisation: number;
  /** How long jobs waited for a thread, and for nothing else any more. */
  waited: PoolTimes;
  /** How long they ran, or were held. */
  took: PoolTimes;
}

/** Times, counted in 32 buckets: the first up to a microsecond, each next one up to twice as long. */
export interface PoolTimes {
  count: number;
  /** Milliseconds, of all of them together, and of one on average. */
  sum: number;
  mean: number;
  buckets: number[];
  /** Milliseconds that so many percent did not exceed, up to a factor of two; 0: there is none. */
  percentile(percent: number): number;
}

/*
 * What follows are types only, for the declarations of an addon: `import type { Call } from 'offloop'`.
 * docs/types.md shows how they go together.
 */

/** The options that every call has, in one object with the worker's own. */
export interface CallOptions {
  /** Stops the job. It rejects with an AbortError, code `ABORT_ERR`, whose `cause` is the reason. */
  signal?: Signal | SignalLike | undefined;

  /**
   * Milliseconds until the job is stopped with a TimeoutError, code `ERR_OL_TIMEOUT`. `Infinity`: none,
   * also where the worker has a deadline of its own.
   */
  timeout?: number | undefined;

  /**
   * Called while the job runs, with the last value before it settles.
   * @param total undefined where the worker does not know it
   */
  onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** Those of calls whose jobs may wait in the queue of a pool: not of streams and sessions. */
export interface PlacedOptions extends CallOptions {
  /** Whose threads run it, in place of the worker's own: any pool of this addon. */
  pool?: Pool | undefined;
  /** An integer from -2 to 2; higher ones run first. 0 unless given. */
  priority?: number | undefined;
  /**
   * Milliseconds that the job may wait to run; then it rejects with a TimeoutError, code
   * `ERR_OL_TIMEOUT`. One that has begun never hears of it. 0: it runs if a thread is free for it, or
   * rejects at once.
   */
  queueTimeout?: number | undefined;
}

/** Those of a worker that takes functions: its jobs have threads of their own, and no queue. */
export interface UnplacedOptions extends CallOptions {
  pool?: undefined;
  priority?: undefined;
  queueTimeout?: undefined;
}

/** Those of `.sync` and of `exclusive`, which refuse to tell of progress. */
export interface SyncOptions extends UnplacedOptions {
  onProgress?: undefined;
}

/** `any` is none. */
type FunctionOf<Type> = 0 extends 1 & Type ? never : Extract<Type, Function>;
type FunctionAmong<Args extends unknown[]> =
  { [index in keyof Args]: FunctionOf<Args[index]> }[number];
type FunctionWithin<Options> = { [name in keyof Options]-?: FunctionOf<Options[name]> }[keyof Options];

/** `PlacedOptions`, unless an argument or an option of the worker's own is a function. */
export type OptionsBeside<Args extends unknown[], Options> =
  [FunctionAmong<Args> | FunctionWithin<Options>] extends [never] ? PlacedOptions : UnplacedOptions;

/**
 * The last argument of a call, and `onEnd` of a stream or session. Called once, later.
 * @param error null, or what a promise would be rejected with: an OffloopError, unless `complete` or a
 *   function of yours has thrown another value
 * @param result not there when there is an error
 */
export type Callback<Result> = (error: any, result: Result) => void;

/** `Options & Base` after the arguments; it may be left out where no option is required. */
export type WithOptions<Args extends unknown[], Options, Base> = {} extends Options
  ? [...args: Args, options?: (Options & Base) | undefined]
  : [...args: Args, options: Options & Base];

/** A callback right after the arguments. */
export type CallbackAlone<Args extends unknown[], Result, Options> = {} extends Options
  ? [...args: Args, callback: Callback<Result>]
  : never;

/** The options of `map`: its own, and those of each call, of which a worker with functions has fewer. */
export interface MapOptions extends PlacedOptions {
  onProgress?: undefined;
  /** How many may run, or wait for the reader, at once: an integer from 1 on. 256 unless given. */
  concurrency?: number | undefined;
}

/** What `map` takes for one call: the list of its arguments, or the one that is no array. */
export type MapElement<Args extends unknown[]> =
  | Readonly<Args>
  | ([] extends Args ? undefined : never)
  | (Args extends [first: infer First, ...rest: infer Rest]
    ? [] extends Rest ? Exclude<First, readonly unknown[]> : never
    : Args extends [first?: infer First, ...rest: unknown[]] ? Exclude<First, readonly unknown[]> : never);

/** What `map` gives: an async iterator, and no promise. */
export interface Results<Result> extends AsyncDisposes {
  /** The next result. One reader gets a failure; later ones are just done. */
  next(): Promise<IteratorResult<Result, undefined>>;
  /** Stops all jobs and closes the source; resolves when their C has stopped. */
  return(): Promise<IteratorReturnResult<undefined>>;
  return<Value>(value: Value): Promise<IteratorReturnResult<Value>>;
  /** The same, but rejects with `error` in every case. */
  throw(error: unknown): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): this;
  readonly [Symbol.toStringTag]: string;
}

/**
 * A worker without `.sync`: one that takes a serial handle, or functions.
 *
 * `Args`: the arguments, as a tuple; `Options`: the worker's own options.
 */
export interface AsyncCall<Args extends unknown[], Result, Options = {}> {
  (...args: WithOptions<Args, Options, OptionsBeside<Args, Options>>): Promise<Result>;
  (...args: [
    ...WithOptions<Args, Options, OptionsBeside<Args, Options>>, callback: Callback<Result>
  ]): undefined;
  (...args: CallbackAlone<Args, Result, Options>): undefined;

  /** Calls it for each element, at most `concurrency` at once; gives the results in order. */
  readonly map: (
    ...args: WithOptions<
      [iterable: Iterable<MapElement<Args>> | AsyncIterable<MapElement<Args>>],
      Options, OptionsBeside<Args, Options> & Pick<MapOptions, 'concurrency' | 'onProgress'>
    >
  ) => Results<Result>;

  /** Whose threads run it. */
  readonly pool: Pool;
}

/** A worker: `add(1, 2)`, `add(1, 2, callback)`, `add(1, 2, { signal })`, `add.sync(1, 2)`. */
export interface Call<Args extends unknown[], Result, Options = {}>
  extends AsyncCall<Args, Result, Options> {
  /** Runs on the loop, which stands still meanwhile. */
  readonly sync: (...args: WithOptions<Args, Options, SyncOptions>) => Result;
}

/** What a worker with `.item` gives. It is an async iterator, and no promise. */
export interface Stream<Item, Result = undefined> extends AsyncDisposes {
  /** The next item. The first reader that finds a failure gets it; later ones are just done. */
  next(): Promise<IteratorResult<Item, undefined>>;
  /** Stops the job; resolves when the C has stopped. What was not read is thrown away. */
  return(): Promise<IteratorReturnResult<undefined>>;
  return<Value>(value: Value): Promise<IteratorReturnResult<Value>>;
  /** The same, but rejects with `error` in every case. */
  throw(error: unknown): Promise<IteratorReturnResult<undefined>>;
  /** The same, and gives nothing. */
  close(): Promise<void>;

  /** The same stream, read as arrays of those that there are: few at first, then more. */
  batches(): StreamBatches<Item>;

  /** The worker's result, after the last item. */
  readonly result: Promise<Result>;
  /** Settles with `ol_started`, the first item or the end; rejects if the job fails before. */
  readonly started: Promise<void>;
  /** How many items were dropped. */
  readonly dropped: number;

  /** Whether the process waits for it where somebody waits for it. At first it does. */
  ref(): this;
  unref(): this;

  [Symbol.asyncIterator](): this;
  readonly [Symbol.toStringTag]: string;
}

/** What `stream.batches()` gives: an async iterator over arrays, none of them empty. */
export interface StreamBatches<Item> extends AsyncDisposes {
  next(): Promise<IteratorResult<Item[], undefined>>;
  return(): Promise<IteratorReturnResult<undefined>>;
  return<Value>(value: Value): Promise<IteratorReturnResult<Value>>;
  throw(error: unknown): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): this;
  readonly [Symbol.toStringTag]: string;
}

/** What a worker with `.message` gives. */
export interface Session<Message, Result = undefined> extends AsyncDisposes {
  /**
   * False: the mailbox is full, and the message is not in it. Throws for a wrong value, and with
   * code `ERR_OL_CLOSED` once the job has ended or was told to.
   */
  post(message: Message): boolean;
  /** Resolves when there is room again; rejects with code `ERR_OL_CLOSED` when there never will be. */
  drained(): Promise<void>;

  /** No more messages; resolves when the C has stopped. What was posted is received before. */
  close(): Promise<void>;

  readonly result: Promise<Result>;
  /** Settles with `ol_started` or the end; rejects if the job fails before. */
  readonly started: Promise<void>;

  /** Whether the process waits for it. At first it does. */
  ref(): this;
  unref(): this;

  readonly [Symbol.toStringTag]: string;
}

/** What a worker with `.item` and `.message` gives: a stream that takes messages. */
export interface Talk<Item, Message, Result = undefined> extends Stream<Item, Result> {
  /** As of a session. */
  post(message: Message): boolean;
  drained(): Promise<void>;
}

/** An object of an `ol_class`; its own methods are added by an interface that extends it. */
export interface Handle extends AsyncDisposes {
  /** Whether it was told to close. */
  readonly closed: boolean;
  /** Refuses new calls, and resolves when the C has closed it. The same promise each time. */
  close(): Promise<void>;
  readonly [Symbol.toStringTag]: string;
}

/** One of a serial class. */
export interface SerialHandle extends Handle {
  /**
   * Keeps the handle's turn while `fn` works with `tx`, which stands for the handle and is closed
   * when the promise of `fn` has settled. `signal` and `timeout` end the wait for the turn only.
   */
  exclusive<Value>(
    fn: (tx: this) => Value | PromiseLike<Value>, options?: SyncOptions | undefined
  ): Promise<Value>;
}

/** A class of handles, as an addon exports it: for `instanceof`. Workers make its objects. */
export interface HandleClass<Of extends Handle> extends Function {
  readonly prototype: Of;
}

/** The codes that offloop itself gives. `ol_fail` and `ol_fail_errno` give others. */
export type ErrorCode =
  | 'ABORT_ERR'
  | 'ERR_ILLEGAL_CONSTRUCTOR'
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_OL_AGAIN'
  | 'ERR_OL_AMBIGUOUS'
  | 'ERR_OL_BUSY'
  | 'ERR_OL_CLOSED'
  | 'ERR_OL_EXCLUSIVE'
  | 'ERR_OL_EXTRA_ARGS'
  | 'ERR_OL_FAILED'
  | 'ERR_OL_INVALID'
  | 'ERR_OL_NODE_API'
  | 'ERR_OL_NOT_BUILT'
  | 'ERR_OL_NO_MEMORY'
  | 'ERR_OL_SETUP'
  | 'ERR_OL_TABLE'
  | 'ERR_OL_THREAD'
  | 'ERR_OL_TIMEOUT'
  | 'ERR_OUT_OF_RANGE';

/** The errors of offloop, and of workers that fail. Which is which tells the code. */
export interface OffloopError extends Error {
  code: ErrorCode | (string & {});

  /** Of `ol_fail_errno`: below 0, as libuv has it. */
  errno?: number;
  syscall?: string;
  path?: string;

  /** Of an AbortError the signal's reason; of a refused `post` why the job has failed. */
  cause?: unknown;
}
