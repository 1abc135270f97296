'use strict';

const FORMS = { promise: 'promise', callback: 'callback', sync: 'awaited' };

/* What a cell's row is called. */
const label = ({ peer, form }) => (FORMS[form] === undefined ? peer : `${peer}, ${FORMS[form]}`);

module.exports = { label };
