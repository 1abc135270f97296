import offloop from './index.js';

export const { gyp, include, sources, version, load } = offloop;
export default offloop;
