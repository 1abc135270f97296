/* Compiled by `npm run lint`, never run: what lib/index.d.ts promises with and without the DOM
 * library and @types/node. So nothing of these is named here. */
import { load, of } from 'offloop';
import type { AsyncCall, Call, CallOptions, Pool, SignalLike, Stream } from 'offloop';

declare const add: Call<[a: number, b: number], number>;
declare const login: AsyncCall<[server: string], number, { onAuth: (server: string) => string }>;
declare const read: Call<[data: any, anything: unknown], number, { mode?: 'fast'; hint?: any }>;
declare const visit: AsyncCall<[url: string, each?: (line: string) => void], number>;
declare function lines(file: string, options?: CallOptions): Stream<string>;

/* ---- Signals and pools */

const listeners = new Set<() => void>();
const signal: SignalLike = {
  aborted: false,
  addEventListener: (type, listener) => void listeners.add(listener),
  removeEventListener: (type, listener) => void listeners.delete(listener),
};

export const stopped: Promise<number> = add(1, 2, { signal, timeout: 5 });
export const { createPool, pools } = of({ add });
export const mine: Pool = createPool({ maxQueue: 0, idleTimeout: Infinity });
mine.addEventListener('drain', () => mine.full, { once: true });
export const addon = load<{ add: typeof add }>('folder');

// @ts-expect-error nothing that can be listened to
add(1, 2, { signal: { aborted: false } });

/* ---- Where a job may run */

export const placed: Promise<number>[] = [
  add(1, 2, { pool: mine, priority: 1 }), read('x', 1, { pool: mine, mode: 'fast', queueTimeout: 0 }),
];
export const asked: Promise<number>[] = [login('x', { onAuth: String, timeout: 5 }), visit('x')];

// @ts-expect-error its jobs have threads of their own
login('x', { onAuth: String, pool: mine });
// @ts-expect-error and no queue
login('x', { onAuth: String, priority: 1 }, () => {});
// @ts-expect-error in which they could wait
login.map(['x'], { onAuth: String, queueTimeout: 5 });
// @ts-expect-error also where the function is an argument
visit('x', () => {}, { pool: mine });
// @ts-expect-error streams have threads of their own as well
lines('x', { priority: 1 });

/* ---- What map takes */

const pairs = [[1, 2], [3, 4]] as const;
declare const more: Iterable<readonly [number, number]>;
declare const names: readonly string[];
declare const hash: Call<[text: string, seed?: number], number>;

export const maps = [
  add.map(pairs), add.map(more), hash.map(names), hash.map([['x', 1] as const, 'y']),
  add.map([[1, 2]], { pool: mine, concurrency: 2 }),
];

// @ts-expect-error two is no number
add.map([[1, 'two']] as const);
// @ts-expect-error an argument is missing
add.map([[1]] as const);
