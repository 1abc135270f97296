// What can be seen from outside while jobs run: the channels of node:diagnostics_channel, told only
// while somebody listens, and lines on the standard error where NODE_DEBUG names offloop.
(function (layer) {
  'use strict';
  const nothing = () => {};
  layer.trace = { __proto__: null, pool: nothing };
})
