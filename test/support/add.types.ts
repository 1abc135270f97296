/* Compiled by test/examples.test.js, never run: what examples/add/index.d.ts promises. */
import { asyncWork } from '../../examples/add';

const promised: (data: number) => Promise<number> = asyncWork;
const calledBack: (arg1: number, arg2: number, callback: (result: number) => void) => void = asyncWork;
const result: Promise<number> = asyncWork(1024);
const nothing: void = asyncWork(123, 456, (sum: number) => sum.toFixed());

// @ts-expect-error a string is no number
asyncWork('1024');
// @ts-expect-error two numbers want a callback
asyncWork(123, 456);
// @ts-expect-error the callback gets a number
asyncWork(123, 456, (sum: string) => sum);

export { promised, calledBack, result, nothing };
