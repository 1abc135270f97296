// Errors, worded as Node's own are, and naming the worker. A value that was received is described
// without asking it: properties are looked at, getters are not called. A proxy cannot be told from
// other objects, so its traps may run; what they throw goes no further.
(function (layer) {
  'use strict';
  const {
    BigIntAsIntN, Error, ErrorCaptureStackTrace, JSONStringify, ObjectDefineProperty,
    ObjectGetOwnPropertyDescriptor, ObjectGetPrototypeOf, PromiseReject, RangeError,
    StringPrototypeCodePointAt, StringPrototypeSlice, SymbolFor, SymbolPrototypeToString, TypeError,
    WeakMap, WeakMapPrototypeDelete, WeakMapPrototypeGet, WeakMapPrototypeSet,
  } = layer.intrinsics;

  // enum ol_role
  layer.ROLE_ARG = 1;
  layer.ROLE_OPTION = 3;
  const ROLE_RET = 4;
  const ROLE_MEMBER = 6;
  const ROLE_THIS = layer.ROLE_THIS = 5;
  layer.ROLE_ITERABLE = 66; // of map.js

  // ---- Values in words ------------------------------------------------------------------------

  const SHOWN_MAX = 28; // characters of a value
  const NAME_MAX = 128; // characters of a class's or a function's name
  const CHAIN_MAX = 100; // prototypes looked at: a proxy's may have no end

  function cut(text) {
    return text.length > SHOWN_MAX ? `${StringPrototypeSlice(text, 0, SHOWN_MAX - 3)}...` : text;
  }

  function quoteChar(char) {
    if (char === "'" || char === '\\') return `\\${char}`;
    return char === '"' ? char : StringPrototypeSlice(JSONStringify(char), 1, -1);
  }

  function quote(text) {
    let quoted = "'";
    for (let i = 0; i < text.length && quoted.length <= SHOWN_MAX;) {
      const size = StringPrototypeCodePointAt(text, i) > 0xffff ? 2 : 1;
      quoted += quoteChar(StringPrototypeSlice(text, i, i + size));
      i += size;
    }
    return cut(`${quoted}'`);
  }

  // The digits of a huge one would take for ever.
  function bigintText(value) {
    return BigIntAsIntN(128, value) === value ? `${value}n` : 'more than 128 bits';
  }

  function numberText(value) {
    return value === 0 && 1 / value < 0 ? '-0' : `${value}`;
  }

  function ownName(object) {
    const name = ObjectGetOwnPropertyDescriptor(object, 'name')?.value;
    return typeof name === 'string' ? StringPrototypeSlice(name, 0, NAME_MAX) : '';
  }

  function className(object) {
    let prototype = ObjectGetPrototypeOf(object);
    for (let i = 0; prototype !== null && i < CHAIN_MAX; i++) {
      const constructor = ObjectGetOwnPropertyDescriptor(prototype, 'constructor')?.value;
      const name = typeof constructor === 'function' ? ownName(constructor) : '';
      if (name !== '') return name;
      prototype = ObjectGetPrototypeOf(prototype);
    }
    return '';
  }

  // Two copies of an addon have two of each class, and each knows its own only. So the prototypes
  // of handles, streams, sessions and pools carry a mark that each copy makes for itself, and all
  // copies find.
  const COPY = SymbolFor('offloop.copy');
  const copy = { __proto__: null };

  layer.mark = (prototype) => layer.define(prototype, COPY, copy);

  function markOf(object) {
    let at = object;
    for (let i = 0; at !== null && i < CHAIN_MAX; i++) {
      const mark = ObjectGetOwnPropertyDescriptor(at, COPY)?.value;
      if (mark !== undefined) return mark;
      at = ObjectGetPrototypeOf(at);
    }
    return copy;
  }

  function originOf(value) {
    if (typeof value !== 'object' || value === null) return '';
    const foreign = nameOf(value, (object) => (markOf(object) === copy ? '' : 'foreign')) !== '';
    return foreign ? ', which another addon, or another copy of this one, has made' : '';
  }

  function nameOf(value, find) {
    try {
      return find(value);
    } catch {
      return '';
    }
  }

  function describeObject(value) {
    if (value === null) return 'null';
    const name = nameOf(value, className);
    return name === '' ? 'an object without a class' : `an instance of ${name}`;
  }

  function describeFunction(value) {
    const name = nameOf(value, ownName);
    return name === '' ? 'a function without a name' : `function ${name}`;
  }

  // As it would be written; undefined for what cannot be.
  const literals = {
    __proto__: null,
    bigint: bigintText,
    boolean: (value) => `${value}`,
    number: numberText,
    string: quote,
    symbol: (value) => cut(SymbolPrototypeToString(value)),
  };

  function describe(value) {
    if (value === undefined) return 'undefined';
    if (typeof value === 'object') return describeObject(value);
    if (typeof value === 'function') return describeFunction(value);
    return `type ${typeof value} (${literals[typeof value](value)})`;
  }

  const isPrimitive = (value) => literals[typeof value] !== undefined;

  function describeSecret(value) {
    return isPrimitive(value) ? `type ${typeof value}` : describe(value);
  }

  function show(value) {
    return literals[typeof value]?.(value) ?? describe(value);
  }

  // ---- Errors about arguments, options and results --------------------------------------------

  const NOUNS = {
    __proto__: null, 3: 'option', 4: 'result', 6: 'item', 64: 'message', 65: 'answer',
    66: 'of the iterable', // [Symbol.iterator](), next(), return()
  };

  // A bare value has no path.
  function named({ worker, role, path }) {
    const noun = `${NOUNS[role] ?? 'argument'} of ${worker}`;
    return path === '' ? noun : `"${path}" ${noun}`;
  }

  function subject({ worker, role, path }) {
    if (role === ROLE_THIS) return `The object that ${worker} is called on`;
    return `The ${named({ worker, role, path })}`;
  }

  function mustBe(wrong) {
    const { expected, received } = wrong;
    return `${subject(wrong)} must be ${expected}. Received ${describe(received)}` +
      originOf(received);
  }

  function mustBeSecret(wrong) {
    const received = describeSecret(wrong.received);
    return `${subject(wrong)} must be ${wrong.expected}. Received ${received}`;
  }

  function outOfRange(wrong) {
    const message = `${subject(wrong)} is out of range. It must be ${wrong.expected}`;
    return wrong.received === undefined ? message : `${message}. Received ${show(wrong.received)}`;
  }

  function invalid(wrong) {
    return `${subject(wrong)} must be ${wrong.expected}. Received ${show(wrong.received)}`;
  }

  function closed(wrong) {
    if (wrong.role === ROLE_THIS) return `${wrong.worker} is called on a closed ${wrong.expected}`;
    return `${subject(wrong)} is a closed ${wrong.expected}`;
  }

  function extra({ worker, expected }) {
    return `Too many arguments for ${worker}, which takes ${expected}`;
  }

  const mistaken = (wrong) => `${subject(wrong)} ${wrong.expected}`;

  function outOfMemory(wrong) {
    const verb = wrong.role === ROLE_RET ? 'deliver' : 'copy';
    return `Out of memory: cannot ${verb} the ${named(wrong)}`;
  }

  const NO_MEMORY = 5;

  // By enum oli_error_kind.
  const KINDS = {
    __proto__: null,
    0: { Class: TypeError, code: 'ERR_INVALID_ARG_TYPE', message: mustBe },
    1: { Class: RangeError, code: 'ERR_OUT_OF_RANGE', message: outOfRange },
    2: { Class: TypeError, code: 'ERR_INVALID_ARG_VALUE', message: invalid },
    3: { Class: Error, code: 'ERR_OL_CLOSED', message: closed },
    4: { Class: TypeError, code: 'ERR_OL_EXTRA_ARGS', message: extra },
    5: { Class: Error, code: 'ERR_OL_NO_MEMORY', message: outOfMemory },
    6: { Class: TypeError, code: 'ERR_INVALID_ARG_TYPE', message: mustBeSecret },
    7: { Class: Error, code: 'ERR_OL_INVALID', message: mistaken },
  };

  // Of what C makes for JavaScript: results and items.
  const isOfJob = (role) => role === ROLE_RET || role === ROLE_MEMBER;

  const setProperty = (error, key, value) => layer.define(error, key, value, true);

  // The stack begins with whoever called [maker].
  function leaveOut(error, maker) {
    if (ErrorCaptureStackTrace !== undefined) ErrorCaptureStackTrace(error, maker);
    return error;
  }

  // Errors of the layer's own, until somebody has asked: so nobody's stacks are changed but those.
  // For one that several may wait for: what makes another like it; null where there is one waiter.
  const made = new WeakMap();

  function note(error, makeAnother) {
    WeakMapPrototypeSet(made, error, makeAnother);
    return error;
  }

  // Whether the layer has made [error], and nobody has asked before.
  layer.takeMade = (error) => WeakMapPrototypeDelete(made, error);

  // As if it were made here: the stack begins with whoever called or awaits [maker].
  layer.makeAgain = leaveOut;

  // One like [error] that is so made, for each who waits for it. One that is not the layer's own
  // stays as it is.
  layer.makeAnother = (error, maker) => {
    const makeAnother = WeakMapPrototypeGet(made, error);
    if (makeAnother === undefined) return error;
    return leaveOut(makeAnother === null ? error : makeAnother(), maker);
  };

  // The latest error of a call, until its stack has been made to begin where the call was made. An
  // error that no call waits for is not kept: with its frames it would keep all that they have.
  let refusal;

  layer.argumentError = function argumentError(kind, worker, role, path, expected, received) {
    const { Class, code, message } = KINDS[kind];
    const error = new Class(message({ worker, role, path, expected, received }));
    setProperty(error, 'code', code);
    if (kind === NO_MEMORY && received !== undefined) layer.define(error, 'cause', received);
    leaveOut(error, argumentError);
    if (isOfJob(role)) {
      return note(error, () => argumentError(kind, worker, role, path, expected, received));
    }
    refusal = error;
    return note(error, null);
  };

  function makeCoded(isType, code, message) {
    const error = isType ? new TypeError(message) : new Error(message);
    setProperty(error, 'code', code);
    return note(error, () => makeCoded(isType, code, message));
  }

  // With a text of its own.
  layer.codedError = function codedError(isType, code, message) {
    refusal = leaveOut(makeCoded(isType, code, message), codedError);
    return refusal;
  };

  // What C has refused without throwing it.
  layer.keptRefusal = () => refusal;

  // An error of another kind that is the caller's to hear of in the same way.
  layer.refusal = (error) => {
    refusal = error;
    return error;
  };

  // Whether [error] is that one. It is kept no longer.
  layer.takeRefusal = (error) => {
    const own = error === refusal && error !== undefined;
    refusal = undefined;
    return own;
  };

  // Leaves [callee], and what it called, out of the stack, unless the error is the caller's own.
  layer.blameCaller = (error, callee) => {
    if (layer.takeRefusal(error)) leaveOut(error, callee);
    return error;
  };

  // ---- Methods --------------------------------------------------------------------------------

  // Each is made of what it does with the object that it is called on. Errors begin with its
  // caller: for that it must be on the stack, so nothing in it is a tail call.
  function makeMethods(uses, end) {
    const methods = { __proto__: null };
    for (const name in uses) {
      const method = function (value) {
        try {
          return uses[name](this, value);
        } catch (error) {
          return end(layer.blameCaller(error, method));
        }
      };
      layer.define(method, 'name', name);
      layer.define(method, 'length', uses[name].length - 1);
      methods[name] = method;
    }
    return methods;
  }

  function raise(error) {
    throw error;
  }

  layer.makeMethods = (uses) => makeMethods(uses, raise);

  // What is wrong rejects, as in a generator's methods.
  layer.makePromising = (uses) => makeMethods(uses, PromiseReject);

  layer.defineMethods = (prototype, methods) => {
    for (const name in methods) layer.define(prototype, name, methods[name]);
  };

  layer.defineGetters = (prototype, uses) => {
    const getters = layer.makeMethods(uses);
    for (const name in getters) {
      ObjectDefineProperty(prototype, name, {
        __proto__: null, get: getters[name], enumerable: false, configurable: true,
      });
    }
  };

  layer.refuseThis = (expected, received) => {
    throw layer.argumentError(0, 'a method', ROLE_THIS, 'this', expected, received);
  };

  // ---- Errors of jobs that failed -------------------------------------------------------------

  // Classes, because Node shows an error under its class's name. Some runtimes iterate the
  // arguments of a constructor that is left out.
  class AbortError extends Error {
    constructor(message) {
      super(message);
    }
  }

  class TimeoutError extends Error {
    constructor(message) {
      super(message);
    }
  }

  // By enum ol_status_code; the worker's name comes before an ending.
  const STATUSES = {
    __proto__: null,
    [-1]: { Class: AbortError, code: 'ABORT_ERR', message: 'The operation was aborted' },
    [-2]: { Class: TimeoutError, code: 'ERR_OL_TIMEOUT', ending: 'did not end in time' },
    [-3]: { code: 'ERR_OL_AGAIN', ending: 'would have had to wait' },
    [-4]: { code: 'ERR_OL_NO_MEMORY', ending: 'ran out of memory' },
    [-5]: { code: 'ERR_OL_INVALID', ending: 'failed: an argument of a C function was invalid' },
    [-6]: { code: 'ERR_OL_CLOSED', ending: 'failed: what it works with is closed' },
    [-7]: { code: 'ERR_OL_FAILED', ending: 'failed' },
  };

  function setDetails(error, told) {
    for (let i = 6; i < told.length; i += 2) {
      const key = told[i];
      const own = key === 'name' || key === 'message' || key === 'stack';
      if (!own) setProperty(error, key, told[i + 1]);
    }
  }

  // As oli_describe_failure gives it: [status, code, message, errno, syscall, path, detail's name,
  // its value, ...]. What was not told is null. Details replace all but name, message and stack.
  function tellMore(error, told) {
    if (told[3] !== null) setProperty(error, 'errno', told[3]);
    if (told[1] !== null) setProperty(error, 'code', told[1]);
    if (told[4] !== null) setProperty(error, 'syscall', told[4]);
    if (told[5] !== null) setProperty(error, 'path', told[5]);
    setDetails(error, told);
  }

  // [description]: a status, or the array above. [reason]: of the AbortSignal, if there is one. The
  // stack leaves out [maker] and what it called.
  layer.failure = (worker, description, reason, maker) => {
    const told = typeof description === 'number' ? [description, null, null] : description;
    const usual = STATUSES[told[0]] ?? STATUSES[-7];
    const { Class = Error } = usual;
    const error = new Class(told[2] ?? usual.message ?? `${worker} ${usual.ending}`);
    if (Class !== Error) layer.define(error, 'name', Class.name);
    setProperty(error, 'code', usual.code);
    if (told.length > 3) tellMore(error, told);
    if (told[0] === -1 && reason !== undefined) layer.define(error, 'cause', reason);
    return note(leaveOut(error, maker), null);
  };
})
