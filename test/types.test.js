'use strict';

/*
 * lib/index.d.ts against what runs: the members that its interfaces declare are those of the
 * objects, no more and no fewer, and its codes those that the sources give. That the declarations
 * do what they are for is in test/types.ts.
 */

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const addon = require('./support/addon');

const root = path.dirname(__dirname);
const DECLARATIONS = path.join(root, 'lib', 'index.d.ts');
const USES = path.join(__dirname, 'types.ts');
const BARE = path.join(__dirname, 'types-bare.ts');
const TSC_MS = 120000;

/* TypeScript is Node's to run, and no sanitizer's matter. */
const elsewhere = process.env.OFFLOOP_RUN;

const read = (...names) => fs.readFileSync(path.join(root, ...names), 'utf8');
const sorted = (names) => Array.from(new Set(names)).sort();
const CODES = /\b(?:ERR_[A-Z_]+|ABORT_ERR)\b/g;
const symbolName = (name) => name.replace(/^__@(\w+)@\d+$/, '@$1');

/* ---- What is declared ---------------------------------------------------------------------- */

function compile(files, libraries) {
  const ts = require('typescript');
  return ts.createProgram(files, {
    strict: true, noEmit: true, module: ts.ModuleKind.Node16, target: ts.ScriptTarget.ES2022,
    lib: libraries.map((name) => `lib.${name}.d.ts`), types: [],
  });
}

function faultsOf(program) {
  const ts = require('typescript');
  return ts.getPreEmitDiagnostics(program).map(({ file: where, messageText }) =>
    `${where?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

function readDeclarations() {
  const program = compile([DECLARATIONS, USES], ['esnext', 'dom']);
  const checker = program.getTypeChecker();
  const file = checker.getSymbolAtLocation(program.getSourceFile(DECLARATIONS));
  const exported = checker.getExportsOfModule(file);
  const typeOf = (name) =>
    checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.escapedName === name));
  return {
    members: (name) => sorted(checker.getPropertiesOfType(typeOf(name))
      .map((member) => symbolName(String(member.escapedName)))),
    values: (name) => sorted(typeOf(name).types.map((type) => type.value)),
    faults: () => faultsOf(program),
  };
}

/* ---- What is there ------------------------------------------------------------------------- */

const AsyncIteratorPrototype = Object.getPrototypeOf(
  Object.getPrototypeOf(async function* () {}.prototype));

const KNOWN = new Map([
  [Symbol.asyncIterator, '@asyncIterator'],
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'), '@asyncDispose'],
  [Symbol.toStringTag, '@toStringTag'],
]);

/* What nobody calls but consoles, and a declaration without node's own cannot name; and the mark by
 * which copies of an addon know their objects. */
const UNDECLARED = [
  'constructor', Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect'),
  Symbol.for('offloop.copy'),
];

/* Of the object's prototypes, but for those of the language. */
function membersOf(object) {
  const names = [];
  let prototype = Object.getPrototypeOf(object);
  const known = [AsyncIteratorPrototype, EventTarget.prototype, Object.prototype];
  while (!known.includes(prototype)) {
    names.push(...Reflect.ownKeys(prototype));
    prototype = Object.getPrototypeOf(prototype);
  }
  const declared = names.filter((name) => !UNDECLARED.includes(name));
  return sorted(declared.map((name) => KNOWN.get(name) ?? name));
}

function codesOfSources() {
  const files = ['src', path.join('lib', 'layer'), 'lib'].flatMap((folder) =>
    fs.readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)));
  const sources = files.filter((file) => /\.(c|js)$/.test(file) && !file.endsWith('layer.c'));
  const texts = sources.map((file) => read(file));
  return sorted(texts.join('\n').match(CODES));
}

/* Those in the first column of its tables. */
function codesOfPage() {
  const rows = read('docs', 'errors.md').match(/^\|[^|]+/gm);
  return sorted(rows.join('\n').match(CODES));
}

(elsewhere ? describe.skip : describe)('the declarations', function () {
  this.timeout(TSC_MS);
  let declared;

  before(() => {
    declared = readDeclarations();
  });

  it('of streams, batches, sessions and streams with messages name what these have', async () => {
    const { range } = addon('streams');
    const { collect, echo } = addon('messages');
    const [stream, session, talk] = [range(0), collect(), echo()];
    const closed = Promise.all([stream, session, talk].map((each) => each.close()));
    assert.deepStrictEqual(membersOf(stream), declared.members('Stream'));
    assert.deepStrictEqual(membersOf(stream.batches()), declared.members('StreamBatches'));
    assert.deepStrictEqual(membersOf(session), declared.members('Session'));
    assert.deepStrictEqual(membersOf(talk), declared.members('Talk'));
    await closed;
  });

  it('of the results of a map name what these have', async () => {
    const results = addon('calls').twice.map([]);
    assert.deepStrictEqual(membersOf(results), declared.members('Results'));
  });

  it('of pools and what is beside the workers name what these have', async () => {
    const { createPool } = addon('calls')[Symbol.for('offloop')];
    const face = addon('calls')[Symbol.for('offloop')];
    const pool = createPool();
    const own = (name) => name === '@toStringTag' || !(name in EventTarget.prototype);
    const stats = pool.stats();
    assert.deepStrictEqual(membersOf(pool).filter(own), declared.members('Pool').filter(own));
    assert.deepStrictEqual(sorted(Object.keys(stats)), declared.members('PoolStats'));
    assert.deepStrictEqual(
      sorted([...Object.keys(stats.took), 'percentile']), declared.members('PoolTimes'));
    assert.deepStrictEqual(sorted(Object.keys(face)), declared.members('Offloop'));
    await pool.close();
  });

  it('of handles name what all of them have, and exclusive where they are serial', async () => {
    const { open, openLedger } = addon('database');
    const [plain, serial] = [await open(), await openLedger()];
    const methodsOf = (handle, names) => names.filter((name) => membersOf(handle).includes(name));
    const ofSerial = declared.members('SerialHandle');
    assert.deepStrictEqual(methodsOf(serial, ofSerial), ofSerial);
    assert.deepStrictEqual(methodsOf(plain, ofSerial), declared.members('Handle'));
    await Promise.all([plain.close(), serial.close()]);
  });

  it('of options name what every call reads', async () => {
    const names = [];
    const options = new Proxy({}, { get: (_, name) => void names.push(name) });
    await addon('messages').mirror(options).close();
    assert.deepStrictEqual(sorted(names), declared.members('PlacedOptions'));
  });

  it('of codes name those that the sources give, as does docs/errors.md', () => {
    assert.deepStrictEqual(declared.values('ErrorCode'), codesOfSources());
    assert.deepStrictEqual(codesOfPage(), codesOfSources());
  });

  it('let through what is right and stop what is wrong (test/types.ts)', () => {
    assert.deepStrictEqual(declared.faults(), []);
  });

  const worlds = [
    ['es2020'], ['es2022'], ['es2022', 'dom'], ['es2022', 'esnext.disposable'], ['esnext', 'dom'],
  ];
  for (const libraries of worlds) {
    it(`need no library but that of the language: ${libraries.join(', ')}`, () => {
      assert.deepStrictEqual(faultsOf(compile([BARE], libraries)), []);
    });
  }
});
