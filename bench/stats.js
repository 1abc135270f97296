'use strict';

const ascending = (values) => Float64Array.from(values).sort();

/* The nearest rank: always one of the values, never a mean of two. */
function quantile(values, q) {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/* The middle one, or the mean of the two in the middle. */
function median(values) {
  const sorted = ascending(values);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}

function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

module.exports = { quantile, median, summary };
