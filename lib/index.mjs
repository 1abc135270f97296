import offloop from './index.js';

export const { gyp, include, sources, version, load, of } = offloop;
export default offloop;
