/* Compiled by `npm run lint`, never run: what lib/index.d.ts promises. */
import offloop, { gyp, include, sources, version, load } from 'offloop';

const paths: string[] = [gyp, include, sources, version, offloop.gyp];
const anything = load('folder');
const typed = load<{ add(a: number, b: number): Promise<number> }>(new URL('file:///folder'), 'add');
const sum: Promise<number> = typed.add(1, 2);

// @ts-expect-error a folder is no number
load(5);
// @ts-expect-error constants
offloop.version = '2';

export { paths, anything, sum };
