'use strict';

const { ask } = require('../../build/Release/http-head.node');

const requestFor = ({ host, pathname, search }) =>
  `HEAD ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

function parse(answer) {
  const [first, ...fields] = answer.split('\r\n\r\n', 1)[0].split('\r\n');
  const status = Number(/^HTTP\/1\.\d (\d{3})\b/.exec(first)?.[1]);
  if (!status) throw Object.assign(new Error('not an answer of HTTP'), { code: 'ERR_NOT_HTTP' });
  const entries = fields.map((field) => /^(.*?): *(.*)$/.exec(field)?.slice(1) ?? [field, '']);
  const headers = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
  return { status, headers };
}

/**
 * What a server says of a page, without the page. A URL has no spaces and no line ends, so that
 * nothing gets into the request but what is meant.
 * @param {string} url
 * @param {{ signal?: AbortSignal, timeout?: number }} [options] as all calls of offloop take them
 * @returns {Promise<{ status: number, headers: Record<string, string> }>}
 */
async function head(url, options = {}) {
  const to = new URL(url);
  if (to.protocol !== 'http:') throw new TypeError(`${to.protocol} is not spoken here`);
  const host = to.hostname.replace(/^\[|\]$/g, ''); // an address of IPv6 has brackets in a URL
  return parse(await ask(host, to.port || '80', requestFor(to), options));
}

module.exports = { head };
